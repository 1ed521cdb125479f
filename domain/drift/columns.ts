import type { ColumnValues } from '#domain/drift/baseline';
import type { Encoding } from '#domain/encodings/encoding';
import { ENCODINGS, readFeature } from '#domain/encodings/registry';
import { unreachable } from '#domain/unreachable';
import type { FittedTransform } from '#schemas/records/fitted-transform';

/** Encoded rows: row-major, rows × features; NaN is missing. */
export interface FeatureMatrix {
  readonly rows: number;
  readonly width: number;
  readonly values: Float64Array;
}

function numbers({ rows, width, values }: FeatureMatrix, at: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => values[row * width + at] as number);
}

/** The category of each row's indicators: the one that is set, `(other)`, or none. */
function categories(matrix: FeatureMatrix, indicators: readonly { at: number; name: string }[]): (string | null)[] {
  const { rows, width, values } = matrix;
  return Array.from(
    { length: rows },
    (_, row) => indicators.find(({ at }) => values[row * width + at] === 1)?.name ?? null,
  );
}

function addTo<T>(lists: Map<string, T[]>, key: string, item: T): void {
  lists.set(key, [...(lists.get(key) ?? []), item]);
}

/**
 * The columns of a drift check, rebuilt from model inputs: one-hot indicators become their category again, so drift is reported
 * for the original column. Inputs that change naturally, such as parts of dates, are left out.
 *
 * Because it uses model inputs, the same code works for training (the encoded holdout) and serving (captured requests).
 */
export function driftColumns(
  { features }: Pick<FittedTransform, 'features'>,
  matrix: FeatureMatrix,
  encodings: readonly Encoding[] = ENCODINGS,
): ColumnValues[] {
  const columns: ColumnValues[] = [];
  const bySource = new Map<string, { at: number; name: string }[]>();
  features.forEach((feature, at) => {
    const {
      name,
      sources: [source],
      watched,
      categories: [known],
    } = readFeature(feature, encodings);
    switch (watched.as) {
      case 'number':
        columns.push({ column: name, kind: 'number', values: numbers(matrix, at) });
        break;
      case 'category': {
        const values = Array.from(numbers(matrix, at), (encoded) => watched.category(encoded));
        columns.push({ column: watched.column, kind: 'category', values, ...(known ? { categories: known } : {}) });
        break;
      }
      case 'indicator':
        addTo(bySource, watched.column ?? (source as string), { at, name: watched.category });
        break;
      case 'nothing':
        break;
      default:
        unreachable(watched, 'way to see a model input');
    }
  });
  for (const [column, indicators] of bySource)
    columns.push({
      column,
      kind: 'category',
      values: categories(matrix, indicators),
      categories: indicators.map(({ name }) => name),
    });
  return columns;
}
