import { asNumber, type SqlRow } from '#domain/data/engine';
import { mostRows } from '#domain/data/moments';
import { byCategory, countedLabels, digits, foldSql, targetOutputs } from '#domain/encodings/target-counts';
import { bucketSql } from '#domain/splits/keys';
import { ident } from '#domain/sql/literals';
import type { LabelCells, LabelCounts } from '#schemas/records/profile';

/** SQL of the means that are kept: of the label, of being the positive class, or of being each class but the last. */
function meansSql(classes: number): string[] {
  const scale = `CAST(${mostRows} AS DOUBLE)`;
  if (classes === 0) return [`avg(_label / ${scale}) * ${scale} AS m0`];
  const counted = classes === 2 ? [1] : Array.from({ length: targetOutputs(classes) }, (_, c) => c);
  return counted.map((c, i) => `avg(CASE WHEN _label = ${c} THEN 1.0::DOUBLE ELSE 0.0::DOUBLE END) AS m${i}`);
}

/**
 * SQL of the labels of a column's training rows: `part` (`all`, `missing` or `category`), `value`, `fold`, `n` (rows) and the means `m0` ….
 *
 * @param classes number of classes; 0 for regression
 */
export function labelCountsSql(column: string, folds: number, classes: number, cleanRows: string): string {
  const means = meansSql(classes);
  const names = means.map((_, i) => `m${i}`).join(', ');
  const train = `FROM ${cleanRows} WHERE _side = 'train'`;
  const fold = `${foldSql(bucketSql('_key'), folds)} AS fold`;
  return (
    `WITH own AS (SELECT ${ident(column)} AS value, ${fold}, count(*) AS n, ${means.join(', ')} ${train} GROUP BY 1, 2), ` +
    `kept AS (SELECT value FROM own WHERE value IS NOT NULL GROUP BY 1 ORDER BY sum(n) DESC, value LIMIT ${countedLabels(folds, means.length)}) ` +
    `SELECT 'category' AS part, value, fold, n, ${names} FROM own WHERE value IN (SELECT value FROM kept) ` +
    `UNION ALL SELECT 'missing', NULL, fold, n, ${names} FROM own WHERE value IS NULL ` +
    `UNION ALL SELECT 'all', NULL, ${fold}, count(*), ${means.join(', ')} ${train} GROUP BY 3`
  );
}

function cellsOf(rows: readonly SqlRow[], folds: number, outputs: number): LabelCells {
  const byFold = Array.from({ length: folds }, (_, f) => rows.find((row) => asNumber(row['fold']) === f));
  return {
    rows: byFold.map((row) => asNumber(row?.['n'])),
    means: Array.from({ length: outputs }, (_, o) => byFold.map((row) => digits(asNumber(row?.[`m${o}`]), 12))),
  };
}

/** Reads the answer to `labelCountsSql`. */
export function readLabelCounts(answer: readonly SqlRow[], folds: number, classes: number): LabelCounts {
  const outputs = targetOutputs(classes);
  const parts = Map.groupBy(answer, (row) => String(row['part']));
  const byValue = Map.groupBy(parts.get('category') ?? [], (row) => String(row['value']));
  return {
    folds,
    all: cellsOf(parts.get('all') ?? [], folds, outputs),
    missing: cellsOf(parts.get('missing') ?? [], folds, outputs),
    categories: [...byValue]
      .map(([value, rows]): [string, LabelCells] => [value, cellsOf(rows, folds, outputs)])
      .toSorted(byCategory),
  };
}
