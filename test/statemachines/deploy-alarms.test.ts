import { runDefinition } from 'embedded-cloud/asl';
import { openCloudWatch } from 'embedded-cloud/testing/cloudwatch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fewestPredictions } from '#domain/alarms/predictions';
import { ALARMS } from '#domain/alarms/registry';
import { alarmNames, alarmRequests, variantName } from '#domain/deployment/requests';
import { DeploymentError } from '#domain/errors';
import { predictionDimensions, predictionMetric } from '#domain/serving/prediction-metric';
import { alarms as adapter } from '#functions/aws/alarms';
import { awaitEndpoint } from '#functions/use-cases/await-endpoint';
import { awaitEndpointSchema } from '#schemas/events/deployment';
import type { Deployment } from '#schemas/records/deployment';
import { loadMachine, taskName } from './load-machine.ts';

type Kind = (typeof ALARMS)[number]['name'];
type Fleet = 'new' | 'former';

const deployment: Deployment = {
  decision: 'deploy',
  run: { pipeline: 'loan', runId: '20260102-080000-bbbb' },
  modelPackageArn: 'arn:aws:sagemaker:eu-central-1:123456789012:model-package/tidegate-dev-loan/2',
  modelPackageVersion: 2,
  modelName: 'new',
  endpointName: 'tidegate-dev-loan',
  endpointConfigName: 'new-config',
  previousConfig: 'former-config',
  executionArn: 'arn:aws:states:eu-central-1:123456789012:execution:machine:execution',
  maxWaitMinutes: 60,
};
const configOf = (fleet: Fleet) =>
  fleet === 'new' ? deployment.endpointConfigName : String(deployment.previousConfig);

let cloudWatch: Awaited<ReturnType<typeof openCloudWatch>>;
beforeEach(async () => {
  cloudWatch = await openCloudWatch();
});
afterEach(() => cloudWatch.close());

/** One minute of a fleet: what SageMaker, or `predict`, measures of ten requests. */
type Minute = (fleet: Fleet, bad: boolean) => void;
const invocations =
  (metric: string, good: number, worse: number): Minute =>
  (fleet, bad) => {
    const dimensions = {
      EndpointName: deployment.endpointName,
      EndpointConfigName: configOf(fleet),
      VariantName: variantName,
    };
    for (let i = 0; i < 10; i++) cloudWatch.putMetric('AWS/SageMaker', metric, dimensions, bad ? worse : good);
  };
const instances =
  (metric: string, good: number, worse: number): Minute =>
  (_, bad) =>
    cloudWatch.putMetric(
      '/aws/sagemaker/Endpoints',
      metric,
      { EndpointName: deployment.endpointName, VariantName: variantName },
      bad ? worse : good,
    );
const predicted: Minute = (fleet, bad) => {
  const { namespace, name } = predictionMetric;
  const dimensions = predictionDimensions(deployment.endpointName, configOf(fleet));
  for (let i = 0; i < fewestPredictions; i++) cloudWatch.putMetric(namespace, name, dimensions, bad ? 0.7 : 0.4);
};

/** A limit of each kind, and minutes within and beyond it. */
const kinds: Readonly<Record<Kind, { readonly limit: number; readonly minute: Minute; readonly bothFleets?: true }>> = {
  errors: { limit: 2, minute: invocations('Invocation5XXErrors', 0, 1) },
  latency: { limit: 250, minute: invocations('ModelLatency', 20_000, 900_000) },
  overhead: { limit: 100, minute: invocations('OverheadLatency', 5_000, 400_000) },
  cpu: { limit: 150, minute: instances('CPUUtilization', 40, 190), bothFleets: true },
  memory: { limit: 80, minute: instances('MemoryUtilization', 30, 95), bothFleets: true },
  predictions: { limit: 0.1, minute: predicted, bothFleets: true },
};

/** Deploys while both fleets are measured for four minutes. SageMaker goes back when one of the alarms has gone off. */
async function deploy(kind: Kind, bad: readonly Fleet[]) {
  const { limit, minute } = kinds[kind];
  const watched = { deployment: { strategy: 'canary' as const, percent: 20, alarms: { [kind]: limit } } };
  const names = alarmNames(deployment.endpointConfigName, watched.deployment);
  const alarms = adapter(cloudWatch.client);
  await alarms.replace(alarmRequests(deployment, watched));
  const rung: string[] = [];
  for (let i = 0; i < 4; i++) {
    for (const fleet of ['new', 'former'] as const) minute(fleet, bad.includes(fleet));
    await cloudWatch.clock.advance(60_000);
    rung.push(...(await alarms.ringing(names)));
  }
  const read = () =>
    Promise.resolve({
      status: 'InService',
      config: rung.length > 0 ? deployment.previousConfig : deployment.endpointConfigName,
    });
  const { status, cause, calls } = await runDefinition({
    definition: loadMachine('deploy'),
    input: { detail: { ModelPackageArn: deployment.modelPackageArn } },
    tasks: async ({ resource, arguments: args }) => {
      switch (taskName(resource)) {
        case 'PrepareDeployment':
          return { ...deployment, alarms: names };
        case 'AwaitEndpoint':
          return awaitEndpoint({ endpoints: { read } as never, alarms }, awaitEndpointSchema.parse(args)).catch(
            (error) => {
              if (!(error instanceof DeploymentError)) throw error;
              throw { error: error.name, cause: error.message };
            },
          );
        case 'states:startExecution.sync:2':
          return { Output: { passed: true, failed: [] } };
        case 'RollBackDeployment':
          return {
            reason: (args as { error: { Cause: string } }).error.Cause,
            servingConfig: deployment.previousConfig,
          };
        default:
          return {};
      }
    },
  });
  return { status, cause, tasks: calls.map(({ resource }) => taskName(resource)) };
}

describe.each(ALARMS.map(({ name }) => name))('a roll-out that the alarm %s watches', (kind) => {
  it('goes back when the new fleet is beyond the limit, and the reason names the alarm', async () => {
    const { status, cause, tasks } = await deploy(kind, ['new']);

    expect(status).toBe('FAILED');
    expect(cause).toContain(`(beyond its limit in deployment.alarms: ${kind})`);
    expect(tasks).not.toContain('PromoteModel');
    expect(tasks.slice(-2)).toEqual(['RollBackDeployment', 'Notify']);
  });

  it('is promoted while both fleets are within the limit', async () => {
    const { status, tasks } = await deploy(kind, []);

    expect(status).toBe('SUCCEEDED');
    expect(tasks).toContain('PromoteModel');
  });
});

it.each(ALARMS.map(({ name }) => name).filter((name) => !kinds[name].bothFleets))(
  'a roll-out is promoted when only the former fleet is beyond the limit of %s',
  async (kind) => {
    expect(await deploy(kind, ['former'])).toMatchObject({ status: 'SUCCEEDED' });
  },
);
