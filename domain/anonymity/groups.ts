import { type CleanColumn, cleanColumns } from '#domain/data/columns';
import { asNumber, asNumberOrNull, type SqlRow } from '#domain/data/engine';
import type { DataSettings } from '#domain/data/settings';
import { duplicateKeySql } from '#domain/splits/keys';
import { ident } from '#domain/sql/literals';
import type { Anonymity } from '#schemas/records/personal-data';

/**
 * k-anonymity and l-diversity over the quasi-identifiers, as they are after their actions. k is the number of rows of the smallest group
 * that has the same quasi-identifiers (Sweeney 2002, "k-anonymity: a model for protecting privacy"). l is the least number of labels in
 * such a group, the distinct l-diversity of Machanavajjhala et al. 2007, "L-diversity: privacy beyond k-anonymity".
 */

/** Groups of fewer rows than this are counted as small. */
export const smallGroup = 5;

const ofQuasi = (pipeline: Pick<DataSettings, 'dataset'>): CleanColumn[] =>
  cleanColumns(pipeline).filter(({ spec }) => spec.role === 'quasi');

/**
 * The quasi-identifiers among the clean columns that rows are grouped by. One whose values differ from subject to subject, because noise
 * is added or dates are shifted, is none of them: k is about values that are the same (Sweeney 2002), so it would be 1 whatever the
 * others are. Noise protects in another way, which k does not measure.
 */
export const quasiColumns = (pipeline: Pick<DataSettings, 'dataset'>): CleanColumn[] =>
  ofQuasi(pipeline).filter(({ subject }) => subject === undefined);

/** The quasi-identifiers that rows are not grouped by, because each subject has values of its own. */
export const perturbedColumns = (pipeline: Pick<DataSettings, 'dataset'>): string[] =>
  ofQuasi(pipeline).flatMap(({ name, subject }) => (subject === undefined ? [] : [name]));

/**
 * SQL of the groups of one shard: `key`, `label` and `rows`. A missing value is a value of its own. Rows are counted by their values first,
 * so that the text of a key is made once for many rows.
 */
export function groupsSql(columns: readonly Pick<CleanColumn, 'name'>[], cleanRows: string): string {
  const values = columns.map(({ name }) => ident(name));
  const counted = `SELECT ${[...values, '_label'].join(', ')}, count(*) AS _rows FROM ${cleanRows} GROUP BY ALL`;
  return `SELECT ${duplicateKeySql(values)} AS key, _label AS label, CAST(sum(_rows) AS BIGINT) AS rows FROM (${counted}) GROUP BY ALL ORDER BY ALL`;
}

/** SQL of one row over the groups of all shards. */
export const anonymitySql = (groups: string): string =>
  `SELECT count(*) AS groups, sum(n) AS rows, min(n) AS k, coalesce(sum(n) FILTER (WHERE n < ${smallGroup}), 0) AS below, min(labels) AS l, ` +
  `coalesce(sum(n) FILTER (WHERE labels = 1), 0) AS one FROM (SELECT sum(rows) AS n, count(DISTINCT label) AS labels FROM ${groups} GROUP BY key)`;

/**
 * Reads the answer of `anonymitySql`.
 *
 * @param isClassified whether the label is a class: a number has no diversity to count
 * @param perturbed the quasi-identifiers that are not among the columns
 */
export function readAnonymity(
  columns: readonly string[],
  row: SqlRow | undefined,
  isClassified: boolean,
  perturbed: readonly string[] = [],
): Anonymity {
  const rows = asNumber(row?.['rows']);
  const of = (name: string) => (rows === 0 ? 0 : asNumber(row?.[name]) / rows);
  return {
    columns: [...columns],
    ...(perturbed.length === 0 ? {} : { perturbed: [...perturbed] }),
    rows,
    groups: asNumber(row?.['groups']),
    k: asNumber(row?.['k']),
    rowsBelow5: of('below'),
    l: isClassified ? (asNumberOrNull(row?.['l'] ?? null) ?? 0) : null,
    oneLabel: isClassified ? of('one') : null,
  };
}
