import { type ReadFeature, readFeature } from '#domain/encodings/registry';
import type { FittedTransform } from '#schemas/records/fitted-transform';

/** A column as the pipeline names it, or an interaction of two, with the model inputs that are made of it. */
export interface ExplainedColumn {
  readonly column: string;
  /** Positions of its model inputs. */
  readonly inputs: readonly number[];
  /**
   * What a row has of it, for people: a number in the column's own unit, or the name of a category. Null where the model did not get a
   * value, undefined where its inputs do not show it.
   *
   * @param row the model inputs; NaN is missing
   */
  valueOf(row: ArrayLike<number>): number | string | null | undefined;
  /** A number that rises with the column, for order; undefined where none does. */
  orderOf(row: ArrayLike<number>): number | undefined;
}

interface Input {
  readonly at: number;
  readonly watched: ReadFeature['watched'];
}

const known = (value: number): number | null => (Number.isNaN(value) ? null : value);

function describe(column: string, inputs: readonly Input[]): ExplainedColumn {
  const number = inputs.find(({ watched }) => watched.as === 'number');
  const category = inputs.find(({ watched }) => watched.as === 'category');
  const indicators = inputs.filter(({ watched }) => watched.as === 'indicator');
  const ordered = number ?? category;
  return {
    column,
    inputs: inputs.map(({ at }) => at),
    valueOf(row) {
      if (category?.watched.as === 'category') return category.watched.category(row[category.at] as number);
      if (
        number?.watched.as === 'number' &&
        number.watched.transformed === undefined &&
        inputs.length - indicators.length === 1
      )
        return known(row[number.at] as number);
      const set = indicators.find(({ at }) => row[at] === 1);
      if (number === undefined && set?.watched.as === 'indicator') return set.watched.category;
      return undefined;
    },
    orderOf: (row) => {
      const value = ordered === undefined ? Number.NaN : (row[ordered.at] as number);
      return Number.isNaN(value) ? undefined : value;
    },
  };
}

/**
 * The columns whose contributions are shown, in the order of their first model input. Every model input belongs to one of them, so
 * their contributions add up to the same sum. An input that is made of two columns belongs to their interaction.
 */
export function explainedColumns({ features }: Pick<FittedTransform, 'features'>): ExplainedColumn[] {
  const byColumn = new Map<string, Input[]>();
  for (const [at, feature] of features.entries()) {
    const { sources, watched } = readFeature(feature);
    const column = sources.join(' × ');
    byColumn.set(column, [...(byColumn.get(column) ?? []), { at, watched }]);
  }
  return [...byColumn].map(([column, inputs]) => describe(column, inputs));
}

/** The contributions of columns: the sums of those of their model inputs. */
export const sumByColumn = (columns: readonly ExplainedColumn[], parts: ArrayLike<number>): number[] =>
  columns.map(({ inputs }) => inputs.reduce((sum, at) => sum + (parts[at] as number), 0));
