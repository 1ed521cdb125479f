import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import {
  DescribeEndpointCommand,
  DescribeHyperParameterTuningJobCommand,
  DescribeTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { auditFolder, readAudit } from 'embedded-cloud/audit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { runResourceName, tuningJobName } from '#domain/naming';
import { artifactKeys, cleanKeys, type RunPointer } from '#domain/runs/layout';
import { texts } from '#domain/sql/literals';
import { writeLoanBook } from '#examples/loans/generate';
import { openEngine } from '#functions/shards/duckdb';
import { fittedTransformSchema } from '#schemas/records/fitted-transform';
import { profileSchema } from '#schemas/records/profile';
import { dropRecordSchema, trainingRecordSchema } from '#schemas/records/run';
import { uploadDrop } from '../../cli/commands/drop.ts';
import { predictRows } from '../../cli/commands/predict.ts';
import { fetchDataReport, fetchReport } from '../../cli/commands/report.ts';
import { deleteData } from '../../cli/delete-data.ts';
import type { PredictionRow } from '../../cli/prediction-rows.ts';
import { getState, listRuns, waitForExecution } from '../../cli/runs.ts';
import { startProject, type UpProject } from './project.ts';
import { queueOf } from './queued-endpoint.ts';

/** `loan-default` under another name, trained otherwise; every other word of it is the same. */
function variant(folder: string, name: string, training: object, more: object = {}): string {
  const pipeline = parse(readFileSync(new URL('../../pipelines/loan-default.yml', import.meta.url), 'utf8')) as object;
  const path = join(folder, `${name}.yml`);
  const evaluation = { task: 'binary', gates: [{ metric: 'auc', min: 0.5 }] };
  writeFileSync(path, stringify({ ...pipeline, name, training, evaluation, drift: undefined, ...more }));
  return path;
}

/** Its numbers scaled, its times on circles, inputs of two columns, and fewer training rows of the larger class. */
function prepared(): object {
  const { dataset } = parse(readFileSync(new URL('../../pipelines/loan-default.yml', import.meta.url), 'utf8'));
  const number = { role: 'feature', type: 'number' };
  const columns = {
    ...dataset.columns,
    amount: { ...number, power: 'log', scale: 'standard' },
    dti: { ...number, power: 'yeo-johnson', scale: 'robust' },
    utilisation: { ...number, encode: 'bins', bins: 5 },
    inquiries: { ...number, encode: 'bins', bins: 3, as: 'onehot' },
    issued_at: { role: 'feature', type: 'datetime', cyclic: ['month', 'dayOfWeek'] },
  };
  const interactions = [['amount', 'dti'], { of: ['amount', 'term'], as: 'ratio' }, ['purpose', 'home']];
  return { dataset: { ...dataset, columns, interactions }, imbalance: { undersample: 1 } };
}

let project: UpProject;
let folder: string;
let book: readonly string[];
const fixed = { num_round: 60, early_stopping_rounds: 10, seed: 3 };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-tuning-'));
  project = await startProject([
    variant(
      folder,
      'loans-untuned',
      { incremental: true, hyperparameters: { ...fixed, eta: 0.9, max_depth: 8 } },
      { stages: { local: { deployment: { serverless: { memoryMb: 1024, maxConcurrency: 2 } } } } },
    ),
    variant(
      folder,
      'loans-grid',
      {
        data: 'accumulate',
        hyperparameters: { ...fixed, max_depth: 8 },
        tuning: { strategy: 'Grid', parallel: 2, ranges: { eta: { values: [0.9, 0.1] } } },
      },
      { deployment: { asynchronous: { maxConcurrent: 4, scaling: { min: 0, max: 2, scaleOutSeconds: 60 } } } },
    ),
    variant(
      folder,
      'loans-bayesian',
      {
        hyperparameters: fixed,
        tuning: {
          maxJobs: 6,
          parallel: 2,
          ranges: { eta: { min: 0.02, max: 0.9, scale: 'logarithmic' }, max_depth: [2, 8] },
        },
      },
      prepared(),
    ),
    variant(folder, 'loans-long', {
      hyperparameters: { num_round: 500_000 },
      tuning: { strategy: 'Random', maxJobs: 20, parallel: 1, ranges: { eta: [0.1, 0.2] } },
    }),
  ]);
  ({ files: book } = await writeLoanBook(join(folder, 'book'), 4000, { seed: 7 }, 1));
});
afterAll(async () => {
  await project?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The rows of a book as a caller of `predict` has them. */
async function readRows(files: readonly string[]): Promise<PredictionRow[]> {
  const engine = await openEngine({ memoryMb: 512 });
  try {
    const rows = await engine.query('read the book', `SELECT * FROM read_csv([${texts(files)}], all_varchar = true)`);
    return rows.map((row) => row as PredictionRow);
  } finally {
    engine.close();
  }
}

async function runOf(pipeline: string): Promise<RunPointer> {
  const { ended, run } = await project.drop(pipeline, book, 'first');
  expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'registered' } });
  if (!run) throw new Error('the drop was not trained');
  return run;
}
async function untunedAuc(run: RunPointer): Promise<number> {
  const job = await project.target.sageMaker.send(
    new DescribeTrainingJobCommand({ TrainingJobName: runResourceName('local', run) }),
  );
  return job.FinalMetricDataList?.find((m) => m.MetricName === 'validation:auc')?.Value ?? Number.NaN;
}
const recordOf = (run: RunPointer) => project.readArtifact(artifactKeys(run).training, trainingRecordSchema);
const bestOf = (objectives: readonly (number | null)[]) => Math.max(...objectives.map((value) => value ?? 0));

describe('a pipeline with tuning', () => {
  it('registers the best of its training jobs, which is better than the one without tuning', async () => {
    const untuned = await untunedAuc(await runOf('loans-untuned'));
    const run = await runOf('loans-grid');
    const record = await recordOf(run);
    const trials = record.tuning?.trials ?? [];

    // The grid holds the untuned combination, so it cannot be worse; its other value is better.
    expect(trials.map((t) => t.hyperparameters['eta']).toSorted()).toEqual(['0.1', '0.9']);
    expect(trials.find((t) => t.hyperparameters['eta'] === '0.9')?.objective).toBeCloseTo(untuned, 4);
    expect(bestOf(trials.map((t) => t.objective))).toBeGreaterThan(untuned);
    expect(record.hyperparameters).toMatchObject({ eta: '0.1', max_depth: '8', num_round: '60' });
    expect(record.trainingJob).toBe(trials.find((t) => t.hyperparameters['eta'] === '0.1')?.trainingJob);
  });

  it('is served without instances where its stage says so', async () => {
    await vi.waitFor(async () => expect(await getState(project.target, 'loans-untuned', 'champion')).toBeDefined(), {
      timeout: 180_000,
      interval: 500,
    });
    const { ProductionVariants, DataCaptureConfig } = await project.target.sageMaker.send(
      new DescribeEndpointCommand({ EndpointName: 'tidegate-local-loans-untuned' }),
    );
    expect(ProductionVariants).toMatchObject([
      { CurrentServerlessConfig: { MemorySizeInMB: 1024, MaxConcurrency: 2 } },
    ]);
    expect(DataCaptureConfig).toBeUndefined();
  });

  it('is served through a queue where it says so: predictions and tests wait for their answers', async () => {
    const queue = queueOf(project, 'loans-grid');
    await queue.deployed(1);

    expect(await queue.described()).toMatchObject({
      AsyncInferenceConfig: { ClientConfig: { MaxConcurrentInvocationsPerInstance: 4 } },
      ProductionVariants: [{ CurrentInstanceCount: 1 }],
    });
    expect(await queue.tests()).toEqual([
      ['contract-default', true],
      ['golden-default', true],
      ['monotonicity-default', true],
    ]);
    expect((await queue.predict()).model.version).toBe(1);
    expect(await queue.predictByApi()).toMatchObject({ statusCode: 200 });
    expect(await queue.fail()).toMatch(/^Received (client|server) error/);
    expect(await queue.scaling()).toEqual({ bounds: [0, 2], policies: ['backlog-per-instance', 'wake'], alarms: 1 });
  });

  it('wakes for a request when it has no instances', async () => {
    const queue = queueOf(project, 'loans-grid');
    await queue.sleep();
    expect((await queue.described()).ProductionVariants).toMatchObject([{ CurrentInstanceCount: 0 }]);

    expect((await queue.predict()).model.version).toBe(1);
    expect((await queue.described()).ProductionVariants).toMatchObject([{ CurrentInstanceCount: 1 }]);
    // for the second drop below
    await queue.putFailingTest();
    await queue.sleep();
  }, 240_000);

  it('learns from job to job, and shows every trial in the report', async () => {
    const run = await runOf('loans-bayesian');
    const record = await recordOf(run);

    expect(record.tuning).toMatchObject({ strategy: 'Bayesian', metric: 'validation:auc', direction: 'Maximize' });
    expect(record.tuning?.trials).toHaveLength(6);
    const best = record.tuning?.trials.find((t) => t.trainingJob === record.trainingJob);
    expect(best?.objective).toBe(bestOf(record.tuning?.trials.map((t) => t.objective) ?? []));
    const report = readFileSync(await fetchReport(project.target, run, join(folder, 'report.html')), 'utf8');
    for (const trial of record.tuning?.trials ?? []) expect(report).toContain(trial.trainingJob);
  });

  it('predicts rows as their holdout was scored, recalibrated to the classes of all rows', async () => {
    const champion = () => getState(project.target, 'loans-bayesian', 'champion');
    await expect.poll(champion, { timeout: 120_000 }).toBeDefined();
    const run = { pipeline: 'loans-bayesian', runId: String((await champion())?.['runId']) };
    const { balance, features, label } = await project.readArtifact(artifactKeys(run).transform, fittedTransformSchema);
    expect([...new Set(features.map(({ kind }) => kind))]).toEqual(
      expect.arrayContaining(['scaled', 'bin', 'within', 'cyclic', 'product', 'ratio', 'both', 'other-pair']),
    );
    const [good = 0, bad = 0] = label.classCounts;
    expect(balance).toEqual({ kind: 'undersampled', majority: 0, keptShare: bad / good });

    const { s3, outputs } = project.target;
    const answered = await s3.send(
      new GetObjectCommand({
        Bucket: outputs.CleanBucketName,
        Key: `${cleanKeys(run).scores('candidate')}00000-00000.csv.out`,
      }),
    );
    const b = bad / good;
    const scored = ((await answered.Body?.transformToString()) ?? '')
      .trim()
      .split('\n')
      .map((text) => (b * Number(text)) / (b * Number(text) - Number(text) + 1));
    const raw = await readRows(book);
    const { predictions } = await predictRows(project.target, 'loans-bayesian', raw);
    const scores = predictions.map((own) => ('score' in own ? own.score : Number.NaN));
    const known = new Set(scores.map((score) => score.toFixed(6)));
    const near = (score: number) => [0, 1e-6, -1e-6].some((by) => known.has((score + by).toFixed(6)));
    expect(scored.length).toBeGreaterThan(400);
    expect(scored.filter((score) => !near(score))).toEqual([]);
    // what is predicted is as frequent as what happened
    const mean = scores.reduce((sum, score) => sum + score / scores.length, 0);
    expect(mean / (bad / (good + bad))).toBeGreaterThan(0.75);
    expect(mean / (bad / (good + bad))).toBeLessThan(1.25);
    const report = readFileSync(await fetchReport(project.target, run, join(folder, 'prepared.html')), 'utf8');
    expect(report).toContain('scores are recalibrated to all rows');
    expect(report).toContain('amount and dti, one input');
    expect(report).toContain(`npx tidegate report ${run.runId} --data`);
    const data = readFileSync(await fetchDataReport(project.target, run, join(folder, 'data.html')), 'utf8');
    for (const words of ['Data report', 'AUC alone', '<code>dti</code>']) expect(data).toContain(words);
  }, 240_000);

  it('stops the tuning and its training jobs when the run is aborted', async () => {
    const { sfn, sageMaker, outputs } = project.target;
    const since = Date.now();
    const prefix = await uploadDrop(project.target, 'loans-long', book, { folder: 'first' });
    const executionArn = await waitForExecution(project.target, outputs.RetrainStateMachineArn, prefix, since, {
      otherwise: 'no run started',
    });
    const tuning = async () => {
      const run = (await listRuns(project.target, 'loans-long', 1))[0];
      if (!run) throw new Error('no run yet');
      return sageMaker.send(
        new DescribeHyperParameterTuningJobCommand({ HyperParameterTuningJobName: tuningJobName('local', run) }),
      );
    };
    await vi.waitFor(async () => expect((await tuning()).TrainingJobStatusCounters?.InProgress).toBe(1), {
      timeout: 120_000,
      interval: 250,
    });
    await sfn.send(new StopExecutionCommand({ executionArn }));

    await vi.waitFor(
      async () => {
        const { HyperParameterTuningJobStatus, TrainingJobStatusCounters } = await tuning();
        expect([HyperParameterTuningJobStatus, TrainingJobStatusCounters?.InProgress]).toEqual(['Stopped', 0]);
      },
      { timeout: 60_000, interval: 250 },
    );
  });

  it('reads all drops where its pipeline says so, and each loan once', async () => {
    // its loans have the numbers of the first 1,000 of the first book
    const { files } = await writeLoanBook(join(folder, 'again'), 1000, { seed: 9 }, 1);

    const { ended, run } = await project.drop('loans-grid', files, 'second');

    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'registered' } });
    if (!run) throw new Error('the drop was not trained');
    const { drops } = await project.readArtifact(artifactKeys(run).drop, dropRecordSchema);
    expect(drops).toHaveLength(2);
    expect(drops?.at(-1)?.drop).toBe(run.drop);
    const profile = await project.readArtifact(artifactKeys(run).profile, profileSchema);
    expect(profile).toMatchObject({ rows: 5000, deduplicated: 1000 });
    const { sides } = profile;
    expect(sides.train.rows + sides.validation.rows + sides.test.rows + profile.malformed.rows).toBe(4000);
  });

  it('keeps the former model when the tests of the new one fail, and takes the new one, and goes back, when asked', async () => {
    const queue = queueOf(project, 'loans-grid');
    await queue.notDeployed(2);
    expect((await queue.predict()).model.version).toBe(1);
    expect(await queue.scaling()).toEqual({ bounds: [0, 2], policies: ['backlog-per-instance', 'wake'], alarms: 1 });

    await queue.removeFailingTest();
    await queue.approveAgain(2);
    expect((await queue.predict()).model.version).toBe(2);
    await queue.rollBack();
    expect((await queue.predict()).model.version).toBe(1);
  }, 240_000);

  it('leaves no alarm, no target and no request behind when it is retired with its data', async () => {
    const queue = queueOf(project, 'loans-grid');
    expect(await queue.objects()).not.toEqual([]);
    await queue.retire();
    await deleteData(project.target, 'loans-grid');

    expect(await queue.scaling()).toEqual({ bounds: undefined, policies: [], alarms: 0 });
    expect(await queue.objects()).toEqual([]);
  });

  it('goes on from the model in service where its pipeline is trained incrementally', async () => {
    const state = () => getState(project.target, 'loans-untuned', 'champion');
    await expect.poll(state, { timeout: 60_000 }).toBeDefined();
    const from = String((await state())?.['runId']);
    const before = await recordOf({ pipeline: 'loans-untuned', runId: from });
    expect(before.continuation).toEqual({ kind: 'full', reason: 'the pipeline has no champion yet' });

    const { files } = await writeLoanBook(join(folder, 'later'), 4000, { seed: 8 }, 1);
    const { ended, run } = await project.drop('loans-untuned', files, 'second');

    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'registered' } });
    if (!run) throw new Error('the drop was not trained');
    const { continuation, hyperparameters } = await recordOf(run);
    if (continuation?.kind !== 'continued') throw new Error(`the training began anew: ${continuation?.reason}`);
    expect(continuation).toMatchObject({ from, ancestors: [from] });
    expect(Number(hyperparameters['num_round'])).toBe(continuation.rounds + fixed.num_round);
    const report = readFileSync(await fetchReport(project.target, run, join(folder, 'second.html')), 'utf8');
    expect(report).toMatch(new RegExp(`goes on from the ${continuation.rounds} rounds? of run ${from}`));
    const job = await project.target.sageMaker.send(
      new DescribeTrainingJobCommand({ TrainingJobName: runResourceName('local', run) }),
    );
    expect(job.CheckpointConfig?.S3Uri).toMatch(new RegExp(`/${run.runId}/checkpoints/$`));
  });

  it('was denied nothing by its roles', () => {
    const lines = [...readAudit(auditFolder(project.cloud.context.stateDir)).lines()];
    const denied = lines.flatMap(({ caller, authorization }) =>
      authorization
        .filter(({ decision }) => decision !== 'allow')
        .map(({ action, resource }) => `${caller}: ${action} on ${resource}`),
    );

    expect(lines.some(({ operation }) => operation === 'CreateHyperParameterTuningJob')).toBe(true);
    expect(denied).toEqual([]);
  });
});
