import { artifactKeys } from '#domain/runs/layout';
import type { DropRecord, TrainingRecord } from '#schemas/records/run';
import type { DataRun } from '../../fakes/data-run.ts';
import { encodedRun, scoreHoldout, type Task } from './evaluated-run.ts';

/** `drop.json` of a run over two objects. */
export const dropRecord: DropRecord = {
  bucket: 'raw-bucket',
  prefix: 'loan/first/',
  datasetVersion: 'd'.repeat(64),
  configHash: 'c'.repeat(64),
  gitCommit: 'c0ffee',
  bytes: 4096,
  reason: 'drop',
  startedAt: '2026-01-02T08:00:00.000Z',
  executionArn: 'e1',
  objects: [0, 1].map((i) => ({ key: `loan/first/${i}.csv`, size: 2048, etag: 'e', versionId: `v${i}` })),
};
/** `training.json` of a run. */
export const trainingRecord: TrainingRecord = { hyperparameters: { eta: '0.3', num_round: '10' }, image: 'image:1' };

/** A run up to its scored holdout, with the records of admission and planning: what comes before evaluation and gates. */
export async function scoredRun(task: Task, options: Parameters<typeof encodedRun>[1] = {}): Promise<DataRun> {
  const run = await encodedRun(task, options);
  await scoreHoldout(run, task);
  const keys = artifactKeys(run.run);
  await run.artifacts.writeJson(keys.drop, dropRecord);
  await run.artifacts.writeJson(keys.training, trainingRecord);
  return run;
}
