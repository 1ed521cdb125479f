import type { ColumnValues } from '#domain/drift/baseline';
import type { FittedFeature, FittedTransform } from '#schemas/records/fitted-transform';

/** Encoded rows: row-major, rows × features; NaN is missing. */
export interface FeatureMatrix {
  readonly rows: number;
  readonly width: number;
  readonly values: Float64Array;
}

const other = '(other)';

function numbers({ rows, width, values }: FeatureMatrix, at: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => values[row * width + at] as number);
}

/** The category each row's indicators stand for: the one that is set, `(other)`, or none. */
function categories(matrix: FeatureMatrix, indicators: readonly { at: number; name: string }[]): (string | null)[] {
  const { rows, width, values } = matrix;
  return Array.from(
    { length: rows },
    (_, row) => indicators.find(({ at }) => values[row * width + at] === 1)?.name ?? null,
  );
}

/**
 * The columns a drift check compares, rebuilt from model inputs: one-hot indicators become their category again, so drift is
 * reported by the column a person knows. Parts of dates are left out: they move with the calendar.
 *
 * Working on model inputs makes one code serve training (the holdout as encoded) and serving (captured requests).
 */
export function driftColumns({ features }: Pick<FittedTransform, 'features'>, matrix: FeatureMatrix): ColumnValues[] {
  const columns: ColumnValues[] = [];
  const bySource = new Map<string, { at: number; name: string }[]>();
  const indicator = (feature: FittedFeature, at: number, name: string) => {
    const own = bySource.get(feature.source) ?? [];
    own.push({ at, name });
    bySource.set(feature.source, own);
  };
  features.forEach((feature, at) => {
    switch (feature.kind) {
      case 'number':
        columns.push({ column: feature.name, kind: 'number', values: numbers(matrix, at) });
        break;
      case 'ordinal': {
        const codes = numbers(matrix, at);
        columns.push({
          column: feature.source,
          kind: 'category',
          values: Array.from(codes, (code) => feature.order[code] ?? null),
        });
        break;
      }
      case 'boolean':
      case 'missing': {
        const values = Array.from(numbers(matrix, at), (v) => (Number.isNaN(v) ? null : v === 1 ? 'true' : 'false'));
        columns.push({ column: feature.name, kind: 'category', values });
        break;
      }
      case 'equals':
        indicator(feature, at, feature.category);
        break;
      case 'other':
        indicator(feature, at, other);
        break;
      case 'datetime':
        break;
    }
  });
  for (const [column, indicators] of bySource)
    columns.push({ column, kind: 'category', values: categories(matrix, indicators) });
  return columns;
}
