import * as z from 'zod';
import { batchItems } from '#domain/batch/layout';
import { makeRunId } from '#domain/naming';
import { explainFailure, type Failure } from '#domain/runs/failure';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import type { ObjectStore } from '#functions/ports/object-store';
import type { RunData } from '#functions/ports/run-data';
import type { Condition, StateStore } from '#functions/ports/state-store';
import { sha256Hex } from '#functions/runtime/hash';
import { ifThere } from '#functions/runtime/if-there';
import { readAll } from '#functions/shards/read-all';
import type { FinishBatchEvent } from '#schemas/events/batch';
import { type ShardCounts, shardCountsSchema } from '#schemas/records/shard-counts';

/** The dependencies of ending a batch that failed. */
export interface FinishBatchPorts {
  readonly artifacts: Pick<ObjectStore, 'readJson'>;
  readonly store: StateStore;
  readonly runData: RunData;
}

const unlessScored: Condition = {
  expression: '#s <> :scored',
  names: { '#s': 'status' },
  values: { ':scored': 'scored' },
};

/** What Slack is told. */
export interface FailedBatch extends Failure {
  readonly pipeline: string;
  readonly executionArn: string;
  /** Absent when it failed before it was admitted. */
  readonly batchId?: string;
  /** Set when the files were scored, and only the end of the execution failed. */
  readonly isScored?: true;
}

/** Why the job failed, if that is because the files have no rows: SageMaker says only that it found no objects. */
async function explainEmptiness({ artifacts }: FinishBatchPorts, run: RunPointer): Promise<Failure | undefined> {
  const keys = artifactKeys(run);
  const shards = await ifThere(artifacts.readJson(keys.shards, z.array(z.unknown())));
  if (shards === undefined) return undefined;
  const read = await readAll(shards.length, (i) => ifThere(artifacts.readJson(keys.shardCounts(i), shardCountsSchema)));
  const counts = read.filter((own): own is ShardCounts => own !== undefined);
  if (counts.length < shards.length || counts.some(({ rows, malformed }) => rows > malformed.rows)) return undefined;
  const malformed = counts.reduce((sum, own) => sum + own.malformed.rows, 0);
  return {
    error: 'EmptyDropError',
    message: `The files have no row to score: ${malformed === 0 ? 'they are blank' : `all ${malformed} are malformed`}. Write them again, and drop them into another folder.`,
  };
}

/**
 * Ends a batch that failed or was stopped: records why, and erases its rows in the clean bucket, with the scores of the shards that were
 * joined. Its records show none of their values. The files stay in the raw bucket, with the malformed rows. A batch that was scored stays
 * so, with its rows and scores.
 */
export async function finishBatch(
  ports: FinishBatchPorts,
  { key, execution, error }: FinishBatchEvent,
): Promise<FailedBatch> {
  const { store, runData } = ports;
  const pipeline = key.slice(0, key.indexOf('/'));
  const run = { pipeline, runId: makeRunId(execution.startedAt, sha256Hex(execution.arn)) };
  const sk = batchItems.one(run.runId);
  const record = await store.get(pipeline, sk);
  const found = explainFailure(error);
  const ended = { pipeline, executionArn: execution.arn };
  if (record === undefined) return { ...ended, ...found };
  const batchId = run.runId;
  const before = record['failure'] as Failure | undefined;
  const failure = before ?? (await explainEmptiness(ports, run)) ?? found;
  if (!(await store.set(pipeline, sk, { status: 'failed', failure }, unlessScored))) {
    const message = `The files were scored, as batch ${batchId}. Only the end of the execution failed: ${found.message}`;
    return { ...ended, batchId, isScored: true, error: found.error, message };
  }
  await runData.erase(run);
  return { ...ended, batchId, ...failure };
}
