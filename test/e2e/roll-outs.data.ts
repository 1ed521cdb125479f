import { ApplicationAutoScalingClient, DescribeScalingPoliciesCommand } from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeEndpointCommand } from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainEndpoint } from '../../cli/commands/why.ts';
import { rollOutUnderTraffic } from '../../cli/demo/roll-out.ts';
import { getState } from '../../cli/runs.ts';
import { watchExecution } from '../../cli/watch.ts';
import { longName, writeManyPipelines } from '../support/many-pipelines.ts';
import { type FastProject, keepAsking, predictionsBy, startFastProject, writeQuickPipeline } from './fast-project.ts';

const scaling = { min: 1, max: 2, invocationsPerInstance: 600 };

/** A row as the model reads it. */
const row = Array.from({ length: 19 }, (_, i) => i).join(',');
/** Raw rows of applicants, which the two models judge differently. */
const applicants = [
  { income: 31_000, amount: 14_000, term: 60, purpose: 'debt_consolidation', home: 'RENT' },
  { income: 90_000, amount: 5_000, term: 36 },
];

let fast: FastProject;

/** Three of the fifty pipelines of the stack, all with names of the greatest length. */
const [good, shifted, slow] = [longName('canary-good'), longName('canary-shifted'), longName('canary-slow')];

beforeAll(async () => {
  fast = await startFastProject((folder) => {
    /** @param local what the stage of the embedded cloud says */
    const canary = (name: string, deployment: object, local: object = {}) =>
      writeQuickPipeline(folder, name, {
        deployment: { ...deployment, scaling },
        stages: { local: { deployment: local }, prod: { registry: { approval: 'auto' } } },
      });
    return [
      ...writeManyPipelines(folder, 47),
      canary(good, {}, { strategy: 'canary', percent: 20, bakeMinutes: 5 }),
      canary(shifted, { strategy: 'canary', percent: 50, bakeMinutes: 10, alarms: { predictions: 0.03 } }),
      canary(slow, { strategy: 'canary', percent: 50, bakeMinutes: 10, alarms: { latency: 0.001 } }),
    ];
  });
});
afterAll(() => fast?.close());

/** Sends encoded rows to an endpoint all the while, as a client of SageMaker does. */
function keepInvoking(pipeline: string) {
  const { endpoint, region, admin: credentials } = fast.cloud;
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
  const stopPredicting = keepAsking(() => fast.predict(pipeline, applicants));
  try {
    const ended = await fast.hurry(() => fast.approve(modelPackageArn));
    return { ended, ...(await stopInvoking()), predicted: await stopPredicting() };
  } finally {
    await stopInvoking();
    await stopPredicting();
  }
}
const alarmsOf = async (pipeline: string) => {
  const { endpoint, region, admin: credentials } = fast.cloud;
  const client = new CloudWatchClient({ endpoint, region, credentials });
  const { MetricAlarms } = await client.send(
    new DescribeAlarmsCommand({ AlarmNamePrefix: `tidegate-local-${pipeline}-` }),
  );
  client.destroy();
  return (MetricAlarms ?? []).map(({ AlarmName }) => AlarmName);
};
/** The variants that are scaled, each with the requests that an instance is to receive. */
const scaledVariants = async (pipeline: string) => {
  const { endpoint, region, admin: credentials } = fast.cloud;
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
  (await fast.target.sageMaker.send(new DescribeEndpointCommand({ EndpointName: `tidegate-local-${pipeline}` })))
    .EndpointConfigName;

describe('a canary', () => {
  it('becomes the champion when nothing is wrong with it', async () => {
    const pipeline = good;
    expect(await fast.approve(await fast.register(pipeline, 1))).toMatchObject({ status: 'SUCCEEDED' });
    expect(await scaledVariants(pipeline)).toEqual([600]);
    const former = await serving(pipeline);
    const before = await fast.predict(pipeline, applicants);
    const { ended, answers, wrong, predicted } = await rollOut(pipeline, await fast.register(pipeline, 2));

    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
    expect({ wrong, asked: answers > 20 }).toEqual({ wrong: [], asked: true });
    const after = await fast.predict(pipeline, applicants);
    expect([before.model.version, after.model.version]).toEqual([1, 2]);
    expect(before.predictions).not.toEqual(after.predictions);
    expect(predicted.wrong).toEqual([]);
    expect(predictionsBy(1, predicted.answers)).toEqual([before.predictions]);
    expect(predictionsBy(2, predicted.answers)).toEqual([after.predictions]);
    expect(new Set(predicted.answers.map(({ model }) => model.version))).toEqual(new Set([1, 2]));
    expect(await getState(fast.target, pipeline, 'champion')).toMatchObject({ modelPackageVersion: 2 });
    expect(await serving(pipeline)).not.toBe(former);
    expect(await alarmsOf(pipeline)).toEqual([]);
    expect(await scaledVariants(pipeline)).toEqual([600]);
    expect(await explainEndpoint(fast.target, pipeline)).toMatchObject({
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
    expect(await fast.approve(await fast.register(pipeline, 1))).toMatchObject({ status: 'SUCCEEDED' });
    const second = await fast.register(pipeline, 2, { damage: 'units' });
    // the traffic and the watch of `npm run demo -- --canary`
    const since = fast.now();
    await fast.decide(second);
    const traffic = { pipeline, modelPackageArn: second, since, everyMs: 2000 };
    const { ended, tally } = await fast.hurry(() => rollOutUnderTraffic(fast.target, traffic));

    expect(ended).toMatchObject({ status: 'FAILED', error: 'DeploymentError' });
    expect(ended.cause).toContain('predictions');
    expect([...tally.failures]).toEqual([]);
    expect([...tally.versions.keys()].toSorted()).toEqual([1, 2]);
    expect(await getState(fast.target, pipeline, 'champion')).toMatchObject({ modelPackageVersion: 1 });
    expect(await alarmsOf(pipeline)).toEqual([]);
  });

  it('goes back when an alarm goes off, with no answer lost, and Slack reports which alarm', async () => {
    const pipeline = slow;
    expect(await fast.approve(await fast.register(pipeline, 1))).toMatchObject({ status: 'SUCCEEDED' });
    expect(await scaledVariants(pipeline)).toEqual([600]);
    const former = await serving(pipeline);
    const before = await fast.predict(pipeline, applicants);
    const { ended, answers, wrong, predicted } = await rollOut(pipeline, await fast.register(pipeline, 2));

    expect(ended).toMatchObject({ status: 'FAILED', error: 'DeploymentError' });
    expect(ended.cause).toContain('latency');
    expect({ wrong, asked: answers > 20 }).toEqual({ wrong: [], asked: true });
    expect(predicted.wrong).toEqual([]);
    expect(predictionsBy(1, predicted.answers)).toEqual([before.predictions]);
    // half of the traffic went to the second model before the alarm went off, and all of its answers are its own
    const bySecond = predictionsBy(2, predicted.answers);
    expect(bySecond).toHaveLength(1);
    expect(bySecond).not.toEqual([before.predictions]);
    expect(await fast.predict(pipeline, applicants)).toMatchObject({
      model: before.model,
      predictions: before.predictions,
    });
    expect(await getState(fast.target, pipeline, 'champion')).toMatchObject({ modelPackageVersion: 1 });
    expect(await serving(pipeline)).toBe(former);
    expect(await alarmsOf(pipeline)).toEqual([]);
    const said = await fast.slackText();
    expect(said).toContain('deployment.alarms: latency');
    expect(await scaledVariants(pipeline)).toEqual([600]);
    expect(await explainEndpoint(fast.target, `tidegate-local-${pipeline}`, 2)).toMatchObject({
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
    const { sfn, outputs } = fast.target;
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
