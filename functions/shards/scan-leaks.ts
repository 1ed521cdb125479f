import { cleanColumns } from '#domain/data/columns';
import type { SqlEngine } from '#domain/data/engine';
import { featureSelectSql, namedCategories } from '#domain/data/transform';
import { examineColumn } from '#domain/detectors/examine-column';
import { createScanner } from '#domain/detectors/find-spans';
import { judged, refusePersonalData } from '#domain/detectors/judge';
import { ident } from '#domain/sql/literals';
import { isHistory, keyColumns } from '#functions/shards/key-columns';
import { searchColumns } from '#functions/shards/search-columns';
import type { Pipeline } from '#schemas/pipeline';
import type { FittedTransform } from '#schemas/records/fitted-transform';
import type { Finding, ShardSearch } from '#schemas/records/personal-data';

/** The scan looks at more rows than the search before it: the rows are few, and here a hit is a leak. */
const moreRows = 5;
const encodedRows = 1000;

const fix =
  'Training has not started. Give the column an action that leaves less, such as `drop`, `tokenize` or `redact`, ' +
  'or list it under personalData.allow when it holds nothing personal.';

/**
 * Scans what training may read of a shard: the clean rows with what the actions left, the model inputs, and the categories that the
 * transform names. Of a declared column, only its values count: its name says that it was personal.
 *
 * @param rows a relation with `_row`, `_side` and the clean columns
 * @throws PersonalDataError when something personal is left
 */
export async function scanLeaks(
  engine: SqlEngine,
  pipeline: Pipeline,
  fitted: FittedTransform,
  name: string,
  rows: string,
): Promise<ShardSearch> {
  const { personalData } = pipeline;
  const columns = cleanColumns(pipeline);
  const keys = keyColumns(pipeline);
  const undeclared = new Set([
    ...columns.filter(({ spec }) => spec.role === 'feature' || spec.role === 'slice').map(({ name }) => name),
    ...keys.map(({ name }) => name),
  ]);
  const settings = { ...personalData, sampleRows: personalData.sampleRows * moreRows };
  const clean = await searchColumns(engine, [...columns, ...keys], rows, settings);
  const inputs = fitted.features.map((feature) => ({ name: feature.name, kind: 'number' as const }));
  const renamed = inputs.map(({ name }, i) => `x${i} AS ${ident(name)}`);
  const encoded = new Set(inputs.map((input) => input.name.toLowerCase())).size === inputs.length ? renamed : [];
  const model =
    encoded.length === 0
      ? { columns: 0, values: 0, suspicions: [] }
      : await searchColumns(
          engine,
          inputs,
          `(SELECT row_number() OVER () AS _row, ${encoded.join(', ')} FROM (${featureSelectSql(fitted, `(SELECT * FROM ${rows} ORDER BY _row LIMIT ${encodedRows})`)}))`,
          settings,
        );
  const scanner = createScanner(personalData);
  const named = [...namedCategories(fitted)].flatMap(([column, known]) =>
    examineColumn(column, [...known], scanner, personalData.minShare),
  );
  const suspicions = [...clean.suspicions, ...model.suspicions, ...named].filter(
    (own) => (own.by === 'values' || undeclared.has(own.column)) && !isHistory(pipeline, own),
  );
  const found = new Map(suspicions.map((suspicion) => [`${suspicion.column}\n${suspicion.kind}`, suspicion]));
  const findings = [...found.values()].map((suspicion): Finding => {
    const isDeclared = !undeclared.has(suspicion.column);
    const { undeclared: outcome, allow } = personalData;
    return judged(suspicion, { allow, undeclared: isDeclared && outcome === 'allow' ? 'refuse' : outcome });
  });
  refusePersonalData(findings, `${name}, after its transform`, fix);
  return { columns: clean.columns, values: clean.values + model.values, findings };
}
