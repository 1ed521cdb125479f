import { type Check, kindChecks, normalizedSql, typedSql } from '#domain/data/typing';
import { columnReading } from '#domain/data/value-settings';
import { pipelineSchema } from '#schemas/pipeline';
import type { CleanKind } from '#schemas/records/profile';
import { smallPipeline, testEngine } from './data-run.ts';

/** Columns of each kind, with settings of their own. */
const columnOf: Readonly<Record<CleanKind, Readonly<Record<string, unknown>>>> = {
  number: { role: 'feature', type: 'number' },
  datetime: { role: 'feature', type: 'datetime', parts: ['year'] },
  boolean: { role: 'feature', type: 'boolean' },
  category: { role: 'feature', type: 'category' },
  text: { role: 'pii', action: 'tokenize' },
};

/** How a column of a kind is read under settings of the column and of the dataset. */
export function readingFor(kind: CleanKind, column: object = {}, dataset: object = {}) {
  const columns = { c: { ...columnOf[kind], ...column }, x: columnOf.number };
  return columnReading('c', pipelineSchema.parse(smallPipeline({ columns, ...dataset })).dataset);
}

const reasons = (checks: readonly Check[]): string =>
  checks
    .map(({ condition, reason, because = [] }) => {
      const exact = because.map((own) => `WHEN ${own.condition} THEN '${own.reason}' `).join('');
      return `WHEN ${condition} THEN CASE ${exact} WHEN true THEN '${reason}' END`;
    })
    .join(' ');

/** What texts are read as: their values, or `✗` and the reason. */
export async function readTexts(
  kind: CleanKind,
  texts: readonly (string | null)[],
  column: object = {},
  dataset: object = {},
): Promise<unknown[]> {
  const reading = readingFor(kind, column, dataset);
  const typed = typedSql(kind, 'v', reading);
  const checks = kindChecks('c', kind, 'v', 't', reading);
  const reason = checks.length === 0 ? 'NULL' : `CASE ${reasons(checks)} END`;
  using engine = await testEngine();
  const rows = await engine.query(
    'read texts',
    `SELECT t, ${reason} AS reason FROM (SELECT *, ${typed} AS t FROM (SELECT ${normalizedSql('raw', kind, reading)} AS v FROM ` +
      `(SELECT unnest(from_json($1::JSON, '["VARCHAR"]')) AS raw)))`,
    [JSON.stringify(texts)],
  );
  return rows.map((row) => (row['reason'] === null ? row['t'] : `✗ ${row['reason']}`));
}
