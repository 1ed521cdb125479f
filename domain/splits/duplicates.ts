import type { Duplicates } from '#schemas/records/sides';
import type { Query } from './split-strategy.ts';

/** A power of ten that the number is below, and the SQL of the number in steps of the third digit. */
const threeDigits: readonly (readonly [below: string, steps: (v: string) => string])[] = [
  ['1', (v) => `CAST(${v} * 1000 AS BIGINT) / 1000`],
  ['10', (v) => `CAST(${v} * 100 AS BIGINT) / 100`],
  ['100', (v) => `CAST(${v} * 10 AS BIGINT) / 10`],
  ['1000', (v) => `CAST(${v} AS BIGINT)`],
  ['1e4', (v) => `CAST(${v} / 10 AS BIGINT) * 10`],
  ['1e5', (v) => `CAST(${v} / 100 AS BIGINT) * 100`],
  ['1e6', (v) => `CAST(${v} / 1000 AS BIGINT) * 1000`],
];

/** More columns are rounded by the shorter expression: a statement over thousands of them takes memory for each of its parts. */
const mostByArithmetic = 200;

/**
 * SQL of a DOUBLE rounded to three significant digits. To write it as a text rounds any number; those of the usual sizes are rounded by
 * arithmetic, which takes half of the time. A whole number of three digits is rounded already.
 */
function roundedSql(value: string, columns: number): string {
  const written = `CAST(printf('%.2e', ${value} + 0) AS DOUBLE)`;
  if (columns > mostByArithmetic) return written;
  const arithmetic = threeDigits.map(([below, steps]) => `WHEN abs(${value}) < ${below} THEN ${steps(value)}`);
  return (
    `CASE WHEN abs(${value}) < 1000 AND ${value} = trunc(${value}) THEN ${value} + 0 WHEN abs(${value}) < 0.1 THEN ${written} ` +
    `${arithmetic.join(' ')} ELSE ${written} END`
  );
}

/**
 * SQL of a value that near-duplicates share: numbers rounded to three significant digits, texts without regard to case and blanks.
 *
 * @param value a model input as SQL
 * @param columns the number of model inputs
 */
export const coarseValueSql = (value: string, kind: 'number' | 'text' | 'other', columns = 1): string => {
  switch (kind) {
    case 'number':
      return roundedSql(value, columns);
    case 'text':
      return `lower(regexp_replace(trim(${value}), '\\s+', ' ', 'g'))`;
    case 'other':
      return value;
  }
};

/**
 * Counts duplicates. A naive split divides rows at random, so a test row with m - 1 copies has one in training with probability
 * 1 - (1 - train)^(m - 1).
 *
 * @param groups a relation with `same`, `near` (numbers that equal and near-equal inputs share) and `rows`
 */
export async function countDuplicates(query: Query, groups: string, train: number): Promise<Duplicates> {
  const count = async (by: 'same' | 'near') => {
    const [row] = await query(
      'count duplicates',
      `SELECT coalesce(sum(m) FILTER (WHERE m > 1), 0)::BIGINT AS rows, count(*) FILTER (WHERE m > 1) AS sets, coalesce(sum(m * (1 - pow(1 - ${train}, m - 1))) / sum(m), 0) AS straddling FROM (SELECT sum(rows) AS m FROM ${groups} GROUP BY ${by})`,
    );
    const of = (name: string) => Number(row?.[name] ?? 0);
    return { rows: of('rows'), sets: of('sets'), straddling: of('straddling') };
  };
  const same = await count('same');
  const near = await count('near');
  return {
    rows: same.rows,
    sets: same.sets,
    nearRows: near.rows,
    nearSets: near.sets,
    straddling: same.straddling,
    nearStraddling: near.straddling,
  };
}
