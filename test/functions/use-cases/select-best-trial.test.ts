import { expect, it } from 'vitest';
import { artifactKeys } from '#domain/runs/layout';
import type { TuningJob } from '#functions/ports/tuning-jobs';
import { selectBestTrial } from '#functions/use-cases/select-best-trial';
import { trainingRecordSchema } from '#schemas/records/run';
import { memoryObjects } from '../../fakes/memory-objects.ts';

const run = { pipeline: 'loan', runId: '20260102-080000-bbbb' };
const key = artifactKeys(run).training;
const search = { strategy: 'Random', metric: 'validation:auc', direction: 'Maximize' as const };
const completed: TuningJob = {
  status: 'Completed',
  reason: undefined,
  search,
  best: { trainingJob: 'best-1', hyperparameters: { eta: '0.1' } },
};
const trials = [{ trainingJob: 'best-1', status: 'Completed', hyperparameters: { eta: '0.1' }, objective: 0.9 }];

const select = async (job: Partial<TuningJob>) => {
  const artifacts = memoryObjects('artifacts-bucket', {
    [key]: { hyperparameters: { eta: '0.3', num_round: '10' }, image: 'image:1' },
  });
  const tuningJobs = { read: async () => ({ ...completed, ...job }), listTrials: async () => trials };
  const selected = await selectBestTrial({ stage: 'dev', artifacts, tuningJobs }, { run });
  return { selected, record: await artifacts.readJson(key, trainingRecordSchema) };
};

it("puts the best trial's hyperparameters over the planned ones, and keeps all trials", async () => {
  const { selected, record } = await select({});

  expect(selected).toEqual({ trainingJob: 'best-1' });
  expect(record).toMatchObject({
    hyperparameters: { eta: '0.1', num_round: '10' },
    trainingJob: 'best-1',
    tuning: { ...search, trials },
  });
});

it.each([
  ['runs', { status: 'InProgress' }, 'StillRunningError'],
  ['is being stopped', { status: 'Stopping' }, 'StillRunningError'],
  ['failed', { status: 'Failed', reason: 'no capacity' }, 'TuningError'],
  ['has no best training job', { best: undefined }, 'TuningError'],
] as const)('takes nothing from a tuning that %s', async (_, job, name) => {
  await expect(select(job)).rejects.toMatchObject({ name });
});
