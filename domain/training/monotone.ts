import type { ColumnSpec, FeatureSpec } from '#domain/data/column-spec';
import { monotoneColumns } from '#domain/data/expected-settings';
import { encodingOf, readFeature } from '#domain/encodings/registry';
import type { Issue } from '#domain/issue';
import { unreachable } from '#domain/unreachable';
import type { FittedFeature } from '#schemas/records/fitted-transform';
import type { Task } from '#schemas/records/task';

/** Which way the answer may go when a model input rises: up, down, or both. */
export type Sign = 1 | -1 | 0;

interface Dataset {
  readonly columns: Readonly<Record<string, ColumnSpec>>;
}

/** The signs of the declared columns by name. */
function declaredSigns(dataset: Dataset): ReadonlyMap<string, Sign> {
  return new Map(
    monotoneColumns(dataset).map(({ column, direction }) => {
      switch (direction) {
        case 'increasing':
          return [column, 1];
        case 'decreasing':
          return [column, -1];
        default:
          return unreachable(direction, 'direction');
      }
    }),
  );
}

/** Whether a model input rises with one column. */
function isOfNumber(feature: FittedFeature): boolean {
  const { sources, watched } = readFeature(feature);
  return sources.length === 1 && watched.as === 'number';
}

/**
 * The sign of each model input, in order; empty when the pipeline declares no column monotone. Inputs that are no numbers, such as
 * the one that marks a missing value, are free.
 */
export function monotoneSigns(dataset: Dataset, features: readonly FittedFeature[]): Sign[] {
  const signs = declaredSigns(dataset);
  if (signs.size === 0) return [];
  return features.map((feature) => (isOfNumber(feature) ? (signs.get(feature.source) ?? 0) : 0));
}

/** The signs that are declared, before it is known which model inputs there are. */
export const monotoneDeclared = (dataset: Dataset): Sign[] => [...declaredSigns(dataset).values()];

/** Reports columns that are declared monotone and have no direction that a model could keep to. */
export function checkMonotone(
  { dataset, evaluation }: { readonly dataset: Dataset; readonly evaluation: { readonly task: Task } },
  issue: Issue,
): void {
  for (const { column } of monotoneColumns(dataset)) {
    const path = ['dataset', 'columns', column, 'monotone'];
    const spec = dataset.columns[column] as FeatureSpec;
    if (evaluation.task === 'multiclass')
      issue(path, 'a multiclass model answers one number for each class, so there is no single direction: remove it');
    const way = encodingOf(spec).unordered?.(spec);
    if (way !== undefined)
      issue(
        path,
        `its inputs do not rise with it, so no training can keep to a direction: set ${way}, or remove monotone`,
      );
  }
}
