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
  readonly feature: ReadFeature;
}

const known = (value: number): number | null => (Number.isNaN(value) ? null : value);

/** Whether an input only marks the rows without a value, beside those that hold the value. */
const marksMissing = ({ feature: { watched, sources } }: Input): boolean =>
  watched.as === 'category' && watched.column !== sources[0];

/** What the only number or category of a column is for people; undefined where it is not in the column's own unit. */
function readValue({ at, feature: { watched } }: Input, row: ArrayLike<number>): number | string | null | undefined {
  const encoded = row[at] as number;
  if (watched.as === 'category') return watched.category(encoded);
  return watched.as === 'number' && watched.transformed === undefined ? known(encoded) : undefined;
}

/** The category of a row by its indicators; undefined where they name it no more, as those of bins. */
function readIndicators(indicators: readonly Input[], row: ArrayLike<number>): string | undefined {
  const watched = indicators.find(({ at }) => row[at] === 1)?.feature.watched;
  return watched?.as === 'indicator' ? watched.category : undefined;
}

function describe(column: string, inputs: readonly Input[]): ExplainedColumn {
  const marks = inputs.filter(marksMissing);
  const indicators = inputs.filter(({ feature }) => feature.watched.as === 'indicator');
  const others = inputs.filter((input) => !marks.includes(input) && !indicators.includes(input));
  // several numbers, as of a text, have no common value or order
  const only = others.length === 1 ? others[0] : undefined;
  return {
    column,
    inputs: inputs.map(({ at }) => at),
    valueOf(row) {
      if (marks.some(({ at }) => row[at] === 1)) return null;
      if (only) return readValue(only, row);
      return others.length === 0 ? readIndicators(indicators, row) : undefined;
    },
    orderOf(row) {
      const value = only === undefined ? Number.NaN : (row[only.at] as number);
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
    const read = readFeature(feature);
    const column = read.sources.join(' × ');
    byColumn.set(column, [...(byColumn.get(column) ?? []), { at, feature: read }]);
  }
  return [...byColumn].map(([column, inputs]) => describe(column, inputs));
}

/** The contributions of columns: the sums of those of their model inputs. */
export const sumByColumn = (columns: readonly ExplainedColumn[], parts: ArrayLike<number>): number[] =>
  columns.map(({ inputs }) => inputs.reduce((sum, at) => sum + (parts[at] as number), 0));
