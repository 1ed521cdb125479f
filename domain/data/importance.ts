import type { ModelInput } from '#domain/algorithms/algorithm';
import { csvFields, sourceColumns } from '#domain/data/transform';
import { ident, text } from '#domain/sql/literals';
import type { FittedTransform } from '#schemas/records/fitted-transform';

/**
 * SQL of the rows for permutation importance (Breiman 2001): block 0 has the unchanged rows. Then each source column has one
 * block in which its values are permuted among the rows, deterministically by seed.
 * Columns: `block`, `n` (the row within the block), `column` (NULL in block 0), `_label`, then `x0` … the CSV fields.
 *
 * @param rows a relation of sampled holdout rows with `_hash`, `_label` and the clean columns
 */
export function permutedRowsSql(fitted: FittedTransform, input: ModelInput, seed: string, rows: string): string {
  const fields = csvFields(fitted, input)
    .map((sql, i) => `${sql} AS x${i}`)
    .join(', ');
  const numbered = `SELECT *, row_number() OVER (ORDER BY _hash) AS _ordinal FROM ${rows}`;
  const blocks = sourceColumns(fitted).map((column, i) => {
    const name = ident(column);
    const dealt = `SELECT ${name} AS _dealt, row_number() OVER (ORDER BY md5(${text(`${seed}:${column}:`)} || _ordinal), _ordinal) AS _ordinal FROM base`;
    const block = `SELECT * REPLACE (_dealt AS ${name}) FROM base JOIN (${dealt}) USING (_ordinal)`;
    return `SELECT ${i + 1} AS block, _ordinal AS n, ${text(column)} AS "column", _label, ${fields} FROM (${block})`;
  });
  const untouched = `SELECT 0 AS block, _ordinal AS n, CAST(NULL AS VARCHAR) AS "column", _label, ${fields} FROM base`;
  return `WITH base AS MATERIALIZED (${numbered}) ${[untouched, ...blocks].join(' UNION ALL ')} ORDER BY block, n`;
}
