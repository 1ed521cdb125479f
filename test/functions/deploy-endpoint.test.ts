import { CreateEndpointConfigCommand, UpdateEndpointCommand } from '@aws-sdk/client-sagemaker';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { artifactKeys } from '#domain/runs/layout';
import type { Deployment } from '#schemas/records/deployment';
import { fakeS3 } from './support/s3.ts';
import { fakeSageMaker } from './support/sagemaker.ts';
import { configOf, context, deploymentOf, endpointName, pipeline, runs, setStage } from './support/stage.ts';

let sageMaker: ReturnType<typeof fakeSageMaker>;
let deploy: (deployment: Deployment) => Promise<{ action: string }>;

const wanted = configOf(runs.second);
const former = configOf(runs.first);

beforeAll(async () => {
  setStage();
  const { handler } = await import('#functions/deploy-endpoint');
  deploy = (deployment) => handler({ deployment }, context);
});
beforeEach(() => {
  sageMaker = fakeSageMaker();
  const { objects } = fakeS3();
  const keys = artifactKeys({ pipeline: 'loan', runId: runs.second });
  objects.set(`artifacts-bucket/${keys.config}`, JSON.stringify(pipeline));
  objects.set(`artifacts-bucket/${keys.training}`, JSON.stringify({ hyperparameters: {}, image: 'image:1' }));
});

it('makes model, config and endpoint when there is nothing yet', async () => {
  expect(await deploy(deploymentOf({ previousConfig: null }))).toMatchObject({ action: 'create' });

  expect(sageMaker.changes).toEqual([
    `CreateModel ${wanted}`,
    `CreateEndpointConfig ${wanted}`,
    `CreateEndpoint ${wanted}`,
  ]);
});

it('captures requests and answers, encrypted, where the drift checks look for them', async () => {
  await deploy(deploymentOf({ previousConfig: null }));

  expect(sageMaker.mock.commandCalls(CreateEndpointConfigCommand)[0]?.args[0].input).toMatchObject({
    EndpointConfigName: wanted,
    ProductionVariants: [{ ModelName: wanted, InstanceType: 'ml.m5.large', InitialInstanceCount: 1 }],
    DataCaptureConfig: {
      EnableCapture: true,
      InitialSamplingPercentage: 100,
      DestinationS3Uri: 's3://clean-bucket/loan/captures',
      KmsKeyId: 'arn:aws:kms:eu-central-1:123456789012:key/clean',
      CaptureOptions: [{ CaptureMode: 'Input' }, { CaptureMode: 'Output' }],
      CaptureContentTypeHeader: { CsvContentTypes: ['text/csv'] },
    },
    Tags: expect.arrayContaining([{ Key: 'tidegate:run', Value: runs.second }]),
  });
});

it('updates an endpoint that serves another config, all traffic at once, and repeating it changes nothing', async () => {
  sageMaker.serve(endpointName, former);

  expect(await deploy(deploymentOf())).toMatchObject({ action: 'update' });
  const changes = [...sageMaker.changes];
  expect(await deploy(deploymentOf())).toMatchObject({ action: 'none' });
  sageMaker.settle(endpointName);
  expect(await deploy(deploymentOf())).toMatchObject({ action: 'none' });

  expect(sageMaker.changes).toEqual(changes);
  expect(changes.at(-1)).toBe(`UpdateEndpoint ${wanted}`);
  expect(sageMaker.mock.commandCalls(UpdateEndpointCommand)[0]?.args[0].input).toMatchObject({
    DeploymentConfig: {
      BlueGreenUpdatePolicy: {
        TrafficRoutingConfiguration: { Type: 'ALL_AT_ONCE' },
        MaximumExecutionTimeoutInSeconds: 3600,
      },
    },
  });
});

it('waits for an update to another config before it makes its own', async () => {
  sageMaker.serve(endpointName, former);
  sageMaker.endpoints.set(endpointName, {
    status: 'Updating',
    config: former,
    pending: 'by-hand',
    modifiedAt: '2026-01-01T00:00:00Z',
  });

  await expect(deploy(deploymentOf())).rejects.toMatchObject({ name: 'TransientError' });
  expect(sageMaker.changes.filter((c) => c.startsWith('UpdateEndpoint'))).toEqual([]);
});

it('deletes an endpoint that failed before it ever served, then makes it again', async () => {
  sageMaker.endpoints.set(endpointName, { status: 'Failed', config: former, modifiedAt: '2026-01-01T00:00:00Z' });
  const deployment = deploymentOf({ previousConfig: null });

  await expect(deploy(deployment)).rejects.toMatchObject({ name: 'TransientError' });
  expect(await deploy(deployment)).toMatchObject({ action: 'create' });

  expect(sageMaker.changes.slice(-2)).toEqual([`DeleteEndpoint ${endpointName}`, `CreateEndpoint ${wanted}`]);
});

it('does not delete an endpoint that failed after it had served', async () => {
  sageMaker.endpoints.set(endpointName, { status: 'Failed', config: former, modifiedAt: '2026-01-01T00:00:00Z' });

  await expect(deploy(deploymentOf())).rejects.toMatchObject({ name: 'DeploymentError' });
  expect(sageMaker.endpoints.has(endpointName)).toBe(true);
});

it('takes what another attempt made meanwhile as made', async () => {
  const { CreateModelCommand } = await import('@aws-sdk/client-sagemaker');
  sageMaker.mock
    .on(CreateModelCommand)
    .rejects(Object.assign(new Error('Cannot create already existing model "arn".'), { name: 'ValidationException' }));

  expect(await deploy(deploymentOf({ previousConfig: null }))).toMatchObject({ action: 'create' });
});
