import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { asNumber, type SqlEngine } from '#domain/data/engine';
import { rawRelation } from '#domain/data/raw';
import { ident } from '#domain/sql/literals';
import { composedSql } from '#domain/values/canonical';
import { trimmed } from '#domain/values/nulls';
import { prepareRawFile } from '#functions/shards/raw-file';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';
import type { FileLayout } from './open-file.ts';
import type { TableLayout } from './open-files.ts';

/** Rows that are looked at where a file has more, and cells in all. */
const mostRows = 200_000;
const mostCells = 10_000_000;

/** A pipeline that reads every column as a text and refuses nothing. */
function provisionalPipeline({ format, dialect, encoding, names, sources }: FileLayout): Pipeline {
  const [label, ...others] = names as [string, ...string[]];
  const from = (name: string) => (sources.has(name) ? { from: sources.get(name) } : {});
  const columns = Object.fromEntries(
    others.map((name) => [name, { role: 'feature', type: 'category', ...from(name) }]),
  );
  return pipelineSchema.parse({
    name: 'profile',
    dataset: {
      format,
      ...(dialect
        ? {
            csv: {
              delimiter: dialect.delimiter,
              quote: dialect.quote,
              escape: dialect.escape,
              encoding,
              skipLines: dialect.skipLines,
              ...(dialect.header ? {} : { header: false, names: dialect.fields }),
            },
            trim: true,
          }
        : {}),
      label: { column: label, ...from(label) },
      columns,
      maxMalformedFraction: 1,
    },
    evaluation: { task: 'regression', gates: [{ metric: 'rmse', max: 1 }] },
  });
}

/** The table with the texts of the sampled rows, trimmed, blank ones NULL. */
export const textsTable = 'profiled_texts';
/** The rows of the files as texts, in the table `profiled_texts` with `_row`. */
export interface LoadedRows {
  readonly rows: number;
  readonly sampled: number;
  readonly malformed: number;
  readonly blanks: boolean;
}

/** Reads the rows of the files, or an even sample of them where there are many. @throws SchemaMismatchError, DataEngineError */
export async function loadRows(engine: SqlEngine, layout: TableLayout, directory: string): Promise<LoadedRows> {
  const { names } = layout;
  const pipeline = provisionalPipeline(layout);
  const relations: string[] = [];
  let [wellFormed, malformed] = [0, 0];
  for (const [i, { archive }] of layout.files.entries()) {
    const own = join(directory, String(i));
    await mkdir(own);
    const { file, rows, broken } = await prepareRawFile(engine, pipeline, archive, own);
    const { sql } = rawRelation(file, pipeline.dataset, names);
    relations.push(`SELECT ${names.map(ident).join(', ')} FROM ${sql} WHERE NOT _unreadable`);
    wellFormed += rows;
    malformed += broken.reduce((sum, { count }) => sum + count, 0);
  }
  const most = Math.min(mostRows, Math.max(2000, Math.floor(mostCells / names.length)));
  const every = Math.max(1, Math.ceil(wellFormed / most));
  const fields = names.map((name) => {
    const composed = composedSql(ident(name));
    return `nullif(${trimmed(composed)}, '') AS ${ident(name)}`;
  });
  const blank = names.map((name) => `(${ident(name)} <> ${trimmed(ident(name))})`);
  const numbered = `SELECT *, row_number() OVER () AS _row FROM (${relations.join(' UNION ALL ')})`;
  await engine.query(
    'read the rows',
    `CREATE OR REPLACE TEMP TABLE ${textsTable} AS SELECT _row, coalesce(${blank.join(' OR ')}, false) AS _blanks, ${fields.join(', ')} FROM (${numbered}) WHERE hash(_row) % ${every} = 0`,
  );
  const [counts] = await engine.query(
    'count the rows',
    `SELECT count(*) AS n, coalesce(bool_or(_blanks), false) AS blanks FROM ${textsTable}`,
  );
  return {
    rows: wellFormed + malformed,
    sampled: asNumber(counts?.['n']),
    malformed,
    blanks: counts?.['blanks'] === true,
  };
}
