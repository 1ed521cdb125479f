import { join } from 'node:path';
import { judgeConstraints, refusalText } from '#domain/constraints/judge';
import { mergeShardFacts } from '#domain/constraints/merge-facts';
import { columnsThatMayRepeat, readRepeats, repeatsSql } from '#domain/constraints/repeats';
import { constrainedData } from '#domain/constraints/subjects';
import { DataQualityError } from '#domain/errors';
import { renderDataReport } from '#domain/reports/data-report';
import { artifactKeys, cleanKeys, type RunPointer } from '#domain/runs/layout';
import { texts } from '#domain/sql/literals';
import type { FileStore, ObjectStore } from '#functions/ports/object-store';
import { logger } from '#functions/runtime/logger';
import { isTransient } from '#functions/runtime/transient-errors';
import { openEngine, spillingMemoryMb } from '#functions/shards/duckdb';
import { withScratch } from '#functions/shards/scratch';
import type { Pipeline } from '#schemas/pipeline';
import type { ConstraintResult } from '#schemas/records/constraints';
import { type Facts, factsSchema, shardFactsSchema } from '#schemas/records/facts';
import { dropRecordSchema } from '#schemas/records/run';

/** The dependencies of checking a drop's constraints. */
export interface CheckingPorts {
  readonly clean: FileStore;
  readonly artifacts: ObjectStore;
  readonly memoryMb: number;
}

/** A drop is many small objects: this many are read at a time. */
const readsAtOnce = 16;

/** Consecutive shards. */
interface ShardRange {
  readonly from: number;
  readonly count: number;
}

async function forEachShard<T>({ from, count }: ShardRange, read: (index: number) => Promise<T>): Promise<T[]> {
  const found: T[] = [];
  for (let done = 0; done < count; done += readsAtOnce) {
    const indexes = Array.from({ length: Math.min(readsAtOnce, count - done) }, (_, i) => from + done + i);
    found.push(...(await Promise.all(indexes.map(read))));
  }
  return found;
}

/** Rows that repeat a value of a column, over all shards. */
async function countRepeats(
  { clean, memoryMb }: CheckingPorts,
  run: RunPointer,
  shards: ShardRange,
  columns: readonly string[],
): Promise<Facts['repeats']> {
  if (columns.length === 0) return {};
  return withScratch(async (directory) => {
    const files = await forEachShard(shards, async (i) => {
      const file = join(directory, `hashes-${i}.parquet`);
      await clean.download(cleanKeys(run).hashes(i), file);
      return file;
    });
    const engine = await openEngine({
      memoryMb: Math.min(memoryMb, spillingMemoryMb),
      temporaryDirectory: join(directory, 'spill'),
    });
    try {
      const answer = await engine.query('find repeated values', repeatsSql(`read_parquet([${texts(files)}])`));
      return readRepeats(columns, answer);
    } finally {
      engine.close();
    }
  });
}

/**
 * The facts of the last good drop. Undefined when there is none, or when its record was deleted: no reason to refuse a drop.
 *
 * @throws retryable errors, so that the step is retried
 */
async function readLast(artifacts: ObjectStore, pipeline: string, runId: string | undefined) {
  if (runId === undefined) return undefined;
  try {
    return { runId, facts: await artifacts.readJson(artifactKeys({ pipeline, runId }).facts, factsSchema) };
  } catch (error) {
    if (isTransient(error)) throw error;
    logger.warn('the facts of the last good run are gone', { lastGood: runId });
    return undefined;
  }
}

/**
 * Merges the facts of the shards and judges the pipeline's constraints by them. Writes the facts, the results and the report of the
 * data, which stands until the gates have judged a model.
 *
 * @throws DataQualityError naming every constraint that is not met and refuses the drop
 */
export async function checkConstraints(
  ports: CheckingPorts,
  run: RunPointer,
  shards: number,
  pipeline: Pipeline,
): Promise<ConstraintResult[]> {
  const { artifacts } = ports;
  const keys = artifactKeys(run);
  const { constraints } = pipeline;
  const data = constrainedData(pipeline);
  const drop = await artifacts.readJson(keys.drop, dropRecordSchema);
  // other drops of the run met the constraints when they arrived; what is compared with the last good drop is this one
  const own = drop.drops?.at(-1)?.shards ?? shards;
  const range = { from: shards - own, count: own };
  const measured = await forEachShard(range, (i) => artifacts.readJson(keys.shardFacts(i), shardFactsSchema));
  const repeats = await countRepeats(ports, run, range, columnsThatMayRepeat(data, constraints));
  const { facts, broken } = mergeShardFacts(measured, repeats);
  const last = await readLast(artifacts, run.pipeline, drop.lastGood);
  const startedAt = Date.parse(drop.startedAt);
  const results = judgeConstraints({ ...data, constraints, broken, facts, last, startedAt });
  const refusal = refusalText(results, pipeline.name);
  await Promise.all([
    artifacts.writeJson(keys.facts, facts),
    artifacts.writeJson(keys.constraints, { results, comparedWith: last?.runId ?? null }),
    artifacts.writeText(
      keys.report,
      renderDataReport({ pipeline, runId: run.runId, drop, facts, results, leakage: [], classes: data.classes }),
      'text/html; charset=utf-8',
    ),
  ]);
  if (refusal !== undefined) throw new DataQualityError(refusal);
  return results;
}
