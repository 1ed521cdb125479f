import type { ColumnSpec } from '#domain/data/column-spec';
import { findFairnessMetric } from '#domain/fairness/registry';
import type { FairnessSettings } from '#domain/fairness/settings';
import type { Issue } from '#domain/issue';
import type { Task } from '#schemas/records/task';

interface SlicedPipeline {
  readonly dataset: {
    readonly columns: Readonly<Record<string, ColumnSpec>>;
    readonly label: { readonly classes?: readonly unknown[] | undefined };
  };
  readonly evaluation: {
    readonly task: Task;
    readonly gates: readonly object[];
    readonly fairness?: readonly FairnessSettings[] | undefined;
  };
}

const sliceGates = ['sliceBound', 'sliceRatio', 'sliceVsChampion'] as const;

/** Slices, gates on them and bias need columns with the role slice. */
export function checkSlices({ dataset, evaluation }: SlicedPipeline, issue: Issue): void {
  const slices = new Set<string>();
  for (const [name, spec] of Object.entries(dataset.columns)) {
    if (spec.role !== 'slice') continue;
    slices.add(name);
    if (spec.bins !== undefined && spec.values !== undefined)
      issue(['dataset', 'columns', name, 'bins'], 'a column with values has no bins; leave one of the two out');
  }
  const mustBeSlice = (path: (string | number)[], name: string): void => {
    if (!slices.has(name)) issue(path, `"${name}" is not listed under dataset.columns with role: slice`);
  };
  const { fairness = [] } = evaluation;
  fairness.forEach((own, i) => {
    const path = ['evaluation', 'fairness', i];
    mustBeSlice([...path, 'column'], own.column);
    for (const [at, name] of (own.group ?? []).entries()) mustBeSlice([...path, 'group', at], name);
    checkFavourable(own, evaluation.task, (message) => issue([...path, 'favourable'], message));
    if (fairness.findIndex(({ column }) => column === own.column) < i)
      issue([...path, 'column'], `"${own.column}" is listed before; a gate could not tell the two apart`);
  });
  evaluation.gates.forEach((gate, i) => {
    for (const kind of sliceGates) {
      if (!(kind in gate)) continue;
      const path = ['evaluation', 'gates', i, kind];
      if (slices.size === 0) issue(path, 'there are no groups to judge: give a column the role slice');
      const { columns = [] } = (gate as Record<string, { readonly columns?: readonly string[] }>)[kind] ?? {};
      for (const [at, name] of columns.entries()) mustBeSlice([...path, 'columns', at], name);
    }
    if ('fairness' in gate)
      checkFairnessGate(gate.fairness as FairnessGate, fairness, ['evaluation', 'gates', i, 'fairness'], issue);
  });
}

interface FairnessGate {
  readonly metric: string;
  readonly column?: string | undefined;
}

function checkFairnessGate(
  { metric, column }: FairnessGate,
  fairness: readonly FairnessSettings[],
  path: (string | number)[],
  issue: Issue,
): void {
  const own = column === undefined ? fairness[0] : fairness.find((one) => one.column === column);
  if (!own) {
    issue(
      path,
      `there are no facets to compare${column === undefined ? '' : ` by ${column}`}: list the column in evaluation.fairness`,
    );
    return;
  }
  if (findFairnessMetric(metric)?.needs === 'group' && own.group === undefined)
    issue(path, `${metric} compares within groups: name their columns in evaluation.fairness[…].group`);
}

function checkFavourable({ favourable }: FairnessSettings, task: Task, issue: (message: string) => void): void {
  const isThreshold = typeof favourable === 'object' && 'above' in favourable;
  if (task === 'regression' && !isThreshold) issue('a regression needs a threshold: favourable: { above: … }');
  if (task !== 'regression' && isThreshold) issue('only a regression has a threshold; name classes');
  if (task === 'multiclass' && favourable === undefined) issue('missing: name the classes that are good to get');
}
