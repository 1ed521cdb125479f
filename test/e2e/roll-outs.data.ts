import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { ApplicationAutoScalingClient, DescribeScalingPoliciesCommand } from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { DescribeEndpointCommand, UpdateModelPackageCommand } from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deploymentKeys } from '#domain/deployment/target';
import { writeLoanBook } from '#examples/loans/generate';
import type { PredictResponse } from '#schemas/events/predict';
import { challengeSchema } from '#schemas/records/challenge';
import { predictionRecordSchema } from '#schemas/records/prediction';
import { readPerformance, uploadOutcomes } from '../../cli/commands/outcomes.ts';
import { predictRows } from '../../cli/commands/predict.ts';
import { readSlack } from '../../cli/commands/slack.ts';
import { explainEndpoint } from '../../cli/commands/why.ts';
import { rollOutUnderTraffic } from '../../cli/demo/roll-out.ts';
import { getState, waitForExecution, watchDeployment } from '../../cli/runs.ts';
import { watchExecution } from '../../cli/watch.ts';
import { longName, writeManyPipelines, writePipeline } from '../support/many-pipelines.ts';
import { createFastClock } from './fast-clock.ts';
import { startProject, type UpProject } from './project.ts';

/** How much faster time passes while traffic moves: a task with a limit of a minute still has six seconds, beside another file. */
const FASTER = 10;

const scaling = { min: 1, max: 2, invocationsPerInstance: 600 };

/** A row as the model reads it. */
const row = Array.from({ length: 19 }, (_, i) => i).join(',');

const clock = createFastClock();
let project: UpProject;
let folder: string;

/** Five of the fifty pipelines of the stack, all with names of the greatest length. */
const [good, shifted, slow, contest, duel] = [
  longName('canary-good'),
  longName('canary-shifted'),
  longName('canary-slow'),
  longName('challenge'),
  longName('duel'),
];

/** @param local what the stage of the embedded cloud says */
const definition = (name: string, deployment: object, local: object = {}) =>
  writePipeline(folder, name, {
    training: { hyperparameters: { num_round: 40, eta: 0.1, max_depth: 3 } },
    evaluation: { task: 'binary', gates: [{ metric: 'auc', min: 0.6 }] },
    registry: { approval: 'manual' },
    drift: undefined,
    deployment: { ...deployment, scaling },
    stages: { local: { deployment: local }, prod: { registry: { approval: 'auto' } } },
  });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-roll-outs-'));
  project = await startProject(
    [
      ...writeManyPipelines(folder, 45),
      definition(good, {}, { strategy: 'canary', percent: 20, bakeMinutes: 5 }),
      definition(shifted, { strategy: 'canary', percent: 50, bakeMinutes: 10, alarms: { predictions: 0.03 } }),
      definition(slow, { strategy: 'canary', percent: 50, bakeMinutes: 10, alarms: { latency: 0.001 } }),
      definition(contest, {
        challenge: {
          mode: 'shadow',
          hours: 0,
          minRows: 400,
          maxDays: 1,
          // of an instance that shares a machine with everything else
          waitMs: 5000,
          maxLatencyRatio: 100,
          maxErrorRate: 0.5,
          maxChangedDecisions: 0.5,
          maxMeanShift: 3,
        },
      }),
      definition(duel, {
        challenge: {
          mode: 'ab',
          share: 50,
          minRows: 400,
          maxDays: 1,
          waitMs: 5000,
          maxErrorRate: 0.5,
          minimumEffect: -0.2,
        },
      }),
    ],
    { clock },
  );
});
afterAll(async () => {
  await project?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function register(pipeline: string, seed: number, damage?: 'units', rows = 6000): Promise<string> {
  const settings = { seed, ...(damage ? { damage } : {}) };
  const { files } = await writeLoanBook(join(folder, `${pipeline}-${seed}-${rows}`), rows, settings, 1);
  const { ended, run } = await project.drop(pipeline, files, `book-${seed}-${rows}`);
  expect(ended, JSON.stringify(ended)).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'registered' } });
  return run?.modelPackageArn ?? '';
}
const decide = (ModelPackageArn: string) =>
  project.target.sageMaker.send(new UpdateModelPackageCommand({ ModelPackageArn, ModelApprovalStatus: 'Approved' }));
async function approve(ModelPackageArn: string) {
  const since = clock.now();
  await decide(ModelPackageArn);
  return watchDeployment(project.target, ModelPackageArn, since, { otherwise: 'no deployment', silent: true });
}

type Answer = Pick<PredictResponse, 'model' | 'predictions'>;
/** Raw rows of applicants, which the two models judge differently. */
const applicants = [
  { income: 31_000, amount: 14_000, term: 60, purpose: 'debt_consolidation', home: 'RENT' },
  { income: 90_000, amount: 5_000, term: 36 },
];
const predict = (pipeline: string, rows: readonly object[] = applicants): Promise<Answer> =>
  predictRows(project.target, pipeline, rows);
/** Raw rows with ids that must stay out of the log. */
const manyApplicants = Array.from({ length: 40 }, (_, i) => ({
  loan_id: `honeytoken-${i}`,
  income: 20_000 + 2_000 * i,
  amount: 5_000 + 300 * i,
  term: i % 2 === 0 ? 36 : 60,
  dti: 5 + i,
}));

/** Sends requests one after another until it is stopped. @returns the answers, and what went wrong */
function keepAsking<A>(ask: () => Promise<A>): () => Promise<{ answers: A[]; wrong: string[] }> {
  const wrong = new Set<string>();
  const answers: A[] = [];
  let over = false;
  const asking = (async () => {
    while (!over) {
      await ask().then(
        (answer) => answers.push(answer),
        (error: Error) => wrong.add(`${error.name}: ${error.message}`),
      );
      await sleep(50);
    }
  })();
  return async () => {
    over = true;
    await asking;
    return { answers, wrong: [...wrong] };
  };
}

/** Sends encoded rows to an endpoint all the while, as a client of SageMaker does. */
function keepInvoking(pipeline: string) {
  const { endpoint, region, admin: credentials } = project.cloud;
  const client = new SageMakerRuntimeClient({ endpoint, region, credentials, maxAttempts: 1 });
  const request = { EndpointName: `tidegate-local-${pipeline}`, ContentType: 'text/csv', Body: row };
  const stop = keepAsking(() => client.send(new InvokeEndpointCommand(request)));
  return async () => {
    const { answers, wrong } = await stop();
    client.destroy();
    return { answers: answers.length, wrong };
  };
}

/** Approves a model while its endpoint and its API are asked, and time passes faster. */
async function rollOut(pipeline: string, modelPackageArn: string) {
  const stopInvoking = keepInvoking(pipeline);
  const stopPredicting = keepAsking(() => predict(pipeline));
  clock.run(FASTER);
  try {
    const ended = await approve(modelPackageArn);
    return { ended, ...(await stopInvoking()), predicted: await stopPredicting() };
  } finally {
    clock.run(1);
    await stopInvoking();
    await stopPredicting();
  }
}
/** The different predictions that were given in the name of a version. */
const predictionsBy = (version: number, answers: readonly Answer[]): unknown[] => [
  ...new Map(
    answers
      .filter(({ model }) => model.version === version)
      .map(({ predictions }) => [JSON.stringify(predictions), predictions]),
  ).values(),
];
const alarmsOf = async (pipeline: string) => {
  const { endpoint, region, admin: credentials } = project.cloud;
  const client = new CloudWatchClient({ endpoint, region, credentials });
  const { MetricAlarms } = await client.send(
    new DescribeAlarmsCommand({ AlarmNamePrefix: `tidegate-local-${pipeline}-` }),
  );
  client.destroy();
  return (MetricAlarms ?? []).map(({ AlarmName }) => AlarmName);
};
/** The variants that are scaled, each with the requests that an instance is to receive. */
const scaledVariants = async (pipeline: string) => {
  const { endpoint, region, admin: credentials } = project.cloud;
  const client = new ApplicationAutoScalingClient({ endpoint, region, credentials });
  const { ScalingPolicies = [] } = await client.send(
    new DescribeScalingPoliciesCommand({ ServiceNamespace: 'sagemaker' }),
  );
  client.destroy();
  return ScalingPolicies.filter(({ ResourceId }) => ResourceId?.startsWith(`endpoint/tidegate-local-${pipeline}/`)).map(
    ({ TargetTrackingScalingPolicyConfiguration: tracking }) => tracking?.TargetValue,
  );
};
const serving = async (pipeline: string) =>
  (await project.target.sageMaker.send(new DescribeEndpointCommand({ EndpointName: `tidegate-local-${pipeline}` })))
    .EndpointConfigName;

/** Sends a file with outcomes and waits until it is recorded. */
async function sendOutcomes(pipeline: string, name: string, lines: readonly string[]) {
  const file = join(folder, name);
  writeFileSync(file, `${lines.join('\n')}\n`);
  const since = clock.now();
  const key = await uploadOutcomes(project.target, pipeline, file);
  const machine = project.target.outputs.RecordOutcomesStateMachineArn;
  const arn = await waitForExecution(project.target, machine, key, since, { otherwise: 'nothing was recorded' });
  return watchExecution(project.target.sfn, arn, { silent: true });
}

describe('a challenge in the shadow', () => {
  /** Approves a version and asks for predictions, while time passes faster, until its challenge has ended. */
  async function challenge(modelPackageArn: string, version: number) {
    clock.run(FASTER);
    const stopPredicting = keepAsking(() => predict(contest, manyApplicants));
    try {
      const { output } = await approve(modelPackageArn);
      expect(output).toMatchObject({ decision: 'challenge' });
      const key = deploymentKeys.pastChallenge(version, (output as { challenge: string }).challenge);
      await expect.poll(() => getState(project.target, contest, key), { timeout: 300_000 }).toBeDefined();
      const { outcome } = challengeSchema.parse(await getState(project.target, contest, key));
      return { outcome, ...(await stopPredicting()) };
    } finally {
      clock.run(1);
      await stopPredicting();
    }
  }
  const championVersion = async () =>
    (await getState(project.target, contest, 'champion'))?.['modelPackageVersion'] as number;

  it('is lost by a model that was trained on damaged data, and no caller sees its answers', async () => {
    expect(await approve(await register(contest, 1))).toMatchObject({ status: 'SUCCEEDED' });
    const before = await predict(contest, manyApplicants);
    const { outcome, answers, wrong } = await challenge(await register(contest, 2, 'units'), 2);

    expect(outcome, JSON.stringify(outcome)).toMatchObject({ end: 'lost' });
    expect(wrong).toEqual([]);
    expect(predictionsBy(1, answers)).toEqual([before.predictions]);
    expect(predictionsBy(2, answers)).toEqual([]);
    expect(await championVersion()).toBe(1);
  });

  // the same applicants and some more
  it('is won by a good model, which is rolled out by itself', async () => {
    const { outcome, wrong } = await challenge(await register(contest, 1, undefined, 6500), 3);

    expect(outcome, JSON.stringify(outcome)).toMatchObject({ end: 'won' });
    expect(outcome?.measures['rows']).toBeGreaterThanOrEqual(400);
    expect(wrong).toEqual([]);
    await expect.poll(championVersion, { timeout: 120_000 }).toBe(3);
    const said = (await readSlack(project.cloud.endpoint)).map(({ text }) => text).join('\n');
    expect(said).toContain('version 2 lost its challenge, version 1 stays');
    expect(said).toContain('version 3 challenges version 1');
    expect(said).toContain('version 3 won its challenge');
  });

  it('leaves a log of scores and tokens, and no value of a row', async () => {
    const { s3, outputs } = project.target;
    const { Contents = [] } = await s3.send(
      new ListObjectsV2Command({ Bucket: outputs.CleanBucketName, Prefix: `${contest}/predictions/`, MaxKeys: 1 }),
    );
    const { Body } = await s3.send(
      new GetObjectCommand({ Bucket: outputs.CleanBucketName, Key: Contents[0]?.Key ?? '' }),
    );
    const text = gunzipSync((await Body?.transformToByteArray()) ?? '').toString();
    const { rows, answers } = predictionRecordSchema.parse(JSON.parse(text));

    expect(rows).toHaveLength(manyApplicants.length);
    for (const { key } of rows) expect(key).toMatch(/^tok_/);
    expect(answers.map(({ role, returned, scores }) => [role, returned, scores.length])).toEqual([
      ['champion', true, manyApplicants.length],
      ['challenger', false, manyApplicants.length],
    ]);
    for (const { loan_id } of manyApplicants) expect(text).not.toContain(loan_id);
  });

  it('is joined with outcomes, by request and by id, which show how both models did', async () => {
    const { s3, outputs } = project.target;
    const prefix = `${contest}/predictions/`;
    const { Contents = [] } = await s3.send(
      new ListObjectsV2Command({ Bucket: outputs.CleanBucketName, Prefix: prefix, MaxKeys: 1 }),
    );
    const inferenceId = /([^/]+)\.json\.gz$/.exec(Contents[0]?.Key ?? '')?.[1] ?? '';
    const byRequest = ['inferenceId,row,default', ...manyApplicants.map((_, i) => `${inferenceId},${i},${i % 2}`)];
    const byId = ['loan_id,default', ...manyApplicants.map(({ loan_id }, i) => `${loan_id},${i % 2}`), 'nobody,1'];

    const unlogged = `${inferenceId.slice(0, -1)}${inferenceId.endsWith('0') ? '1' : '0'},0,1`;
    expect(
      await sendOutcomes(contest, 'by-request.csv', [...byRequest, unlogged, `${inferenceId},0,perhaps`]),
    ).toMatchObject({
      status: 'SUCCEEDED',
      output: { decision: 'recorded', file: { by: 'inferenceId', joined: 40, unknown: 1 } },
    });
    expect(await sendOutcomes(contest, 'by-id.csv', byId)).toMatchObject({
      status: 'SUCCEEDED',
      output: { decision: 'recorded', file: { by: 'key', joined: 40, unknown: 1 } },
    });
    expect(await sendOutcomes(contest, 'wrong.csv', ['customer,default', 'nobody,1'])).toMatchObject({
      status: 'FAILED',
      error: 'SchemaMismatchError',
    });
    const days = await readPerformance(project.target, contest);
    const models = days.flatMap((day) => day.models);
    expect(models.some(({ role, returned }) => role === 'champion' && returned)).toBe(true);
    expect(models.some(({ role, returned }) => role === 'challenger' && !returned)).toBe(true);
    expect(models[0]?.metrics['auc']).toMatchObject({ low: expect.any(Number), high: expect.any(Number) });
    const said = (await readSlack(project.cloud.endpoint)).map(({ text }) => text).join('\n');
    expect(said).toContain('40 outcomes');
    expect(said).toContain('a file with outcomes was not taken');
  });
});

describe('a challenge by outcomes', () => {
  /** Applications of a loan book as a loan desk sends them, and whether they defaulted. */
  async function applications(rows: number, seed: number) {
    const { files } = await writeLoanBook(
      join(folder, `applications-${seed}`),
      rows,
      { seed, firstLoan: 1_000_000 },
      1,
    );
    const [head = '', ...lines] = readFileSync(files[0] ?? '', 'utf8')
      .trimEnd()
      .split('\n');
    const names = head.split(',');
    return lines.map((line) => {
      const values = line.split(',');
      const of = (name: string) => values[names.indexOf(name)] ?? '';
      const numbers = ['income', 'amount', 'term', 'dti'].map((name) => [name, Number(of(name))] as const);
      return {
        row: { loan_id: of('loan_id'), ...Object.fromEntries(numbers), purpose: of('purpose'), home: of('home') },
        outcome: `${of('loan_id')},${of('default')}`,
      };
    });
  }

  it('is won by a model that outcomes show not to be worse', async () => {
    expect(await approve(await register(duel, 1))).toMatchObject({ status: 'SUCCEEDED' });
    const second = await register(duel, 2);
    const asked = await applications(2400, 9);
    clock.run(FASTER);
    try {
      const { output } = await approve(second);
      expect(output).toMatchObject({ decision: 'challenge' });
      const running = async () => (await getState(project.target, duel, deploymentKeys.challenge))?.['status'];
      await expect.poll(running, { timeout: 120_000 }).toBe('running');
      const versions = new Set<number>();
      for (let at = 0; at < asked.length; at += 12) {
        const rows = asked.slice(at, at + 12).map(({ row }) => row);
        versions.add((await predict(duel, rows)).model.version);
      }
      expect(versions).toEqual(new Set([1, 2]));
      const lines = ['loan_id,default', ...asked.map(({ outcome }) => outcome)];
      expect(await sendOutcomes(duel, 'what-happened.csv', lines)).toMatchObject({
        status: 'SUCCEEDED',
        output: { file: { by: 'key', joined: 2400, unknown: 0 } },
      });
      const key = deploymentKeys.pastChallenge(2, (output as { challenge: string }).challenge);
      await expect.poll(() => getState(project.target, duel, key), { timeout: 120_000 }).toBeDefined();
      const { outcome } = challengeSchema.parse(await getState(project.target, duel, key));
      expect(outcome, JSON.stringify(outcome)).toMatchObject({ end: 'won' });
    } finally {
      clock.run(1);
    }
  });
});

describe('a canary', () => {
  it('becomes the champion when nothing is wrong with it', async () => {
    const pipeline = good;
    expect(await approve(await register(pipeline, 1))).toMatchObject({ status: 'SUCCEEDED' });
    expect(await scaledVariants(pipeline)).toEqual([600]);
    const former = await serving(pipeline);
    const before = await predict(pipeline);
    const { ended, answers, wrong, predicted } = await rollOut(pipeline, await register(pipeline, 2));

    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
    expect({ wrong, asked: answers > 20 }).toEqual({ wrong: [], asked: true });
    const after = await predict(pipeline);
    expect([before.model.version, after.model.version]).toEqual([1, 2]);
    expect(before.predictions).not.toEqual(after.predictions);
    expect(predicted.wrong).toEqual([]);
    expect(predictionsBy(1, predicted.answers)).toEqual([before.predictions]);
    expect(predictionsBy(2, predicted.answers)).toEqual([after.predictions]);
    expect(new Set(predicted.answers.map(({ model }) => model.version))).toEqual(new Set([1, 2]));
    expect(await getState(project.target, pipeline, 'champion')).toMatchObject({ modelPackageVersion: 2 });
    expect(await serving(pipeline)).not.toBe(former);
    expect(await alarmsOf(pipeline)).toEqual([]);
    expect(await scaledVariants(pipeline)).toEqual([600]);
    expect(await explainEndpoint(project.target, pipeline)).toMatchObject({
      serving: { state: 'champion', todo: [] },
      model: { version: 2, live: true },
      data: { objects: 1, rows: { rows: 6000, malformed: 0 } },
      evaluation: { verdict: { passed: true } },
      decisions: [{ decision: 'approved' }],
      rollOut: {
        status: 'promoted',
        how: { strategy: 'canary', percent: 20, bakeMinutes: 5, alarms: { errors: 1, latency: 1000 } },
        replaced: former,
        endedAt: expect.any(String),
      },
      tests: { trigger: 'deploy', passed: true },
      former: { version: 1 },
    });
  });

  it('goes back when it predicts otherwise for the same traffic, which no gate could see', async () => {
    const pipeline = shifted;
    expect(await approve(await register(pipeline, 1))).toMatchObject({ status: 'SUCCEEDED' });
    const second = await register(pipeline, 2, 'units');
    // the traffic and the watch of `npm run demo -- --canary`
    const since = clock.now();
    await decide(second);
    clock.run(FASTER);
    const { ended, tally } = await rollOutUnderTraffic(project.target, {
      ...{ pipeline, modelPackageArn: second, since },
      everyMs: 2000,
    }).finally(() => clock.run(1));

    expect(ended).toMatchObject({ status: 'FAILED', error: 'DeploymentError' });
    expect(ended.cause).toContain('predictions');
    expect([...tally.failures]).toEqual([]);
    expect([...tally.versions.keys()].toSorted()).toEqual([1, 2]);
    expect(await getState(project.target, pipeline, 'champion')).toMatchObject({ modelPackageVersion: 1 });
    expect(await alarmsOf(pipeline)).toEqual([]);
  });

  it('goes back when an alarm goes off, with no answer lost, and Slack reports which alarm', async () => {
    const pipeline = slow;
    expect(await approve(await register(pipeline, 1))).toMatchObject({ status: 'SUCCEEDED' });
    expect(await scaledVariants(pipeline)).toEqual([600]);
    const former = await serving(pipeline);
    const before = await predict(pipeline);
    const { ended, answers, wrong, predicted } = await rollOut(pipeline, await register(pipeline, 2));

    expect(ended).toMatchObject({ status: 'FAILED', error: 'DeploymentError' });
    expect(ended.cause).toContain('latency');
    expect({ wrong, asked: answers > 20 }).toEqual({ wrong: [], asked: true });
    expect(predicted.wrong).toEqual([]);
    expect(predictionsBy(1, predicted.answers)).toEqual([before.predictions]);
    // half of the traffic went to the second model before the alarm went off, and all of its answers are its own
    const bySecond = predictionsBy(2, predicted.answers);
    expect(bySecond).toHaveLength(1);
    expect(bySecond).not.toEqual([before.predictions]);
    expect(await predict(pipeline)).toMatchObject({ model: before.model, predictions: before.predictions });
    expect(await getState(project.target, pipeline, 'champion')).toMatchObject({ modelPackageVersion: 1 });
    expect(await serving(pipeline)).toBe(former);
    expect(await alarmsOf(pipeline)).toEqual([]);
    const said = (await readSlack(project.cloud.endpoint)).map(({ text }) => text).join('\n');
    expect(said).toContain('deployment.alarms: latency');
    expect(await scaledVariants(pipeline)).toEqual([600]);
    expect(await explainEndpoint(project.target, `tidegate-local-${pipeline}`, 2)).toMatchObject({
      serving: { state: 'champion' },
      model: { version: 2, live: false },
      rollOut: {
        status: 'failed',
        replaced: former,
        endedAt: expect.any(String),
        reason: expect.stringContaining('latency'),
      },
    });
  });

  it('is no longer scaled once its pipeline is retired', async () => {
    const { sfn, outputs } = project.target;
    const { executionArn = '' } = await sfn.send(
      new StartExecutionCommand({
        stateMachineArn: outputs.RetrainStateMachineArn.replace(/retrain$/, 'retire'),
        input: JSON.stringify({ pipeline: good }),
      }),
    );
    expect(await watchExecution(sfn, executionArn, { silent: true })).toMatchObject({ status: 'SUCCEEDED' });
    expect(await scaledVariants(good)).toEqual([]);
  });
});
