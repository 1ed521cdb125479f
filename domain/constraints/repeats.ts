import { asNumber, type SqlRow } from '#domain/data/engine';
import type { Facts } from '#schemas/records/facts';
import type { ConstrainedData } from './constraint.ts';
import { type AnyConstraintKind, CONSTRAINTS, type Constraint, constraintKindOf } from './registry.ts';
import { subjectNamed } from './subjects.ts';

/** The columns whose repeated values are counted: the id, and those of constraints. */
export const columnsThatMayRepeat = (
  data: ConstrainedData,
  constraints: readonly Constraint[],
  kinds: readonly AnyConstraintKind[] = CONSTRAINTS,
): string[] => {
  const { id } = data.pipeline.dataset;
  const named = constraints.flatMap((constraint) => constraintKindOf(constraint, kinds).repeats?.(constraint) ?? []);
  return [...new Set([...(id === undefined ? [] : [id]), ...named])];
};

/**
 * SQL of how often each value of some columns occurs in a shard: `subject` (the number of the column), `hash` (64 bits of MD5, so that
 * two of ten million values collide with a chance of 3 in a million) and `rows`. In a fixed order, so that a retry writes the same file.
 */
export function hashesSql(data: ConstrainedData, columns: readonly string[], cleanRows: string): string {
  const parts = columns.map((name, i) => {
    const { sql } = subjectNamed(data, name);
    return `SELECT ${i} AS subject, md5_number_lower(CAST(${sql} AS VARCHAR)) AS hash, count(*) AS rows FROM ${cleanRows} WHERE ${sql} IS NOT NULL GROUP BY 2`;
  });
  return `SELECT * FROM (${parts.join(' UNION ALL ')}) ORDER BY subject, hash`;
}

/** SQL of the rows that repeat a value, by column, over the hashes of all shards: `subject` and `repeats`. */
export const repeatsSql = (hashes: string): string =>
  `SELECT subject, sum(rows) - count(*) AS repeats FROM (SELECT subject, hash, sum(rows) AS rows FROM ${hashes} GROUP BY subject, hash) GROUP BY subject`;

/** The repeats by column, by the answer to `repeatsSql`. */
export const readRepeats = (columns: readonly string[], answer: readonly SqlRow[]): Facts['repeats'] =>
  Object.fromEntries(
    columns.map((name, i) => [name, asNumber(answer.find((r) => asNumber(r['subject']) === i)?.['repeats'])]),
  );
