import { asNumber, type SqlRow } from '#domain/data/engine';
import { tokenNumberSql } from '#domain/privacy/tokenize';
import type { Facts } from '#schemas/records/facts';
import type { ConstrainedData, Subject } from './constraint.ts';
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

/** SQL of 64 bits of a value: those of a token as they are, those of the MD5 of another one. */
const numberSql = ({ sql }: Pick<Subject, 'sql'>): string =>
  sql === '_id' ? tokenNumberSql(sql) : `md5_number_lower(CAST(${sql} AS VARCHAR))`;

/**
 * SQL of the values of some columns in a shard, one row for each: `subject` (the number of the column) and `hash` (64 bits, so that
 * two of ten million values collide with a chance of 3 in a million). They are in the order of the rows, so that a retry writes the same file.
 */
export function hashesSql(data: ConstrainedData, columns: readonly string[], cleanRows: string): string {
  const parts = columns.map((name, i) => {
    const subject = subjectNamed(data, name);
    return `SELECT ${i} AS subject, ${numberSql(subject)} AS hash FROM ${cleanRows} WHERE ${subject.sql} IS NOT NULL`;
  });
  return parts.join(' UNION ALL ');
}

/** SQL of the rows that repeat a value, by column, over the hashes of all shards: `subject` and `repeats`. */
export const repeatsSql = (hashes: string): string =>
  `SELECT subject, sum(rows) - count(*) AS repeats FROM (SELECT subject, hash, count(*) AS rows FROM ${hashes} GROUP BY subject, hash) GROUP BY subject`;

/** The repeats by column, by the answer to `repeatsSql`. */
export const readRepeats = (columns: readonly string[], answer: readonly SqlRow[]): Facts['repeats'] =>
  Object.fromEntries(
    columns.map((name, i) => [name, asNumber(answer.find((r) => asNumber(r['subject']) === i)?.['repeats'])]),
  );
