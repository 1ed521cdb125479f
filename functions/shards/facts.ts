import { columnsWithFewValues, factsSql, readShardFacts, valuesAtOnce, valuesSql } from '#domain/constraints/facts';
import { columnsThatMayRepeat, hashesSql } from '#domain/constraints/repeats';
import { constrainedData } from '#domain/constraints/subjects';
import type { SqlEngine, SqlRow } from '#domain/data/engine';
import { slices } from '#domain/data/slices';
import { parquetOutput } from '#domain/data/transform';
import type { Problem } from '#domain/data/typing';
import { text } from '#domain/sql/literals';
import type { Pipeline } from '#schemas/pipeline';
import type { ShardFacts } from '#schemas/records/facts';

/** Measures the facts of a shard's clean rows, and counts the rows that break each constraint of the pipeline. */
export async function measureFacts(
  engine: SqlEngine,
  pipeline: Pipeline,
  cleanRows: string,
  malformed: readonly (Problem & { readonly count: number })[],
): Promise<ShardFacts> {
  const data = constrainedData(pipeline);
  const { constraints } = pipeline;
  const row: Record<string, SqlRow[string]> = {};
  for (const sql of factsSql(data, constraints, cleanRows)) {
    Object.assign(row, ...(await engine.query('measure the facts', sql)));
  }
  const counted = columnsWithFewValues(data, row);
  const values: SqlRow[] = [];
  for (const [i, some] of slices(counted, valuesAtOnce).entries()) {
    values.push(...(await engine.query('count the values', valuesSql(some, cleanRows, i * valuesAtOnce))));
  }
  return readShardFacts(data, constraints, { row, counted, values, malformed });
}

/** Writes the hashes of the values that must be unique to a file. @returns false when no column must be */
export async function writeHashes(
  engine: SqlEngine,
  pipeline: Pipeline,
  cleanRows: string,
  file: string,
): Promise<boolean> {
  const data = constrainedData(pipeline);
  const columns = columnsThatMayRepeat(data, pipeline.constraints);
  if (columns.length === 0) return false;
  await engine.query(
    'hash the values that must be unique',
    `COPY (${hashesSql(data, columns, cleanRows)}) TO ${text(file)} ${parquetOutput}`,
  );
  return true;
}
