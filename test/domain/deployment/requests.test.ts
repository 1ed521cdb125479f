import { expect, it } from 'vitest';
import { createEndpointRequest, endpointConfigRequest, updateEndpointRequest } from '#domain/deployment/requests';
import { pipelineSchema } from '#schemas/pipeline';

const pipeline = (deployment: object) =>
  pipelineSchema.parse({
    name: 'loan',
    dataset: {
      format: 'csv',
      label: { column: 'y', positive: 1 },
      columns: { x: { role: 'feature', type: 'number' } },
    },
    evaluation: { task: 'binary', gates: [{ metric: 'auc', min: 0.5 }] },
    deployment,
  });
const target = {
  run: { pipeline: 'loan', runId: 'r' },
  modelName: 'model',
  endpointName: 'endpoint',
  endpointConfigName: 'config',
};
const env = { stage: 'dev', cleanBucket: 'clean', cleanKeyArn: 'arn:key' };

it('takes instances and sampling from the pipeline', () => {
  const request = endpointConfigRequest(
    target,
    pipeline({ instances: { type: 'ml.c5.xlarge', count: 3 }, capturePercentage: 20 }),
    env,
  );

  expect(request.ProductionVariants).toMatchObject([{ InstanceType: 'ml.c5.xlarge', InitialInstanceCount: 3 }]);
  expect(request).toMatchObject({ DataCaptureConfig: { InitialSamplingPercentage: 20 } });
  // XGBoost reads and answers CSV alone
  expect(request.DataCaptureConfig?.CaptureContentTypeHeader).toEqual({ CsvContentTypes: ['text/csv'] });
});

it('captures nothing when the pipeline says so', () => {
  expect(endpointConfigRequest(target, pipeline({ capturePercentage: 0 }), env)).not.toHaveProperty(
    'DataCaptureConfig',
  );
});

it.each([
  [5, 600],
  [60, 3600],
  [480, 28_800],
])('gives SageMaker %i minutes as %i seconds, within what it takes', (maxWaitMinutes, seconds) => {
  const { BlueGreenUpdatePolicy } = updateEndpointRequest(target, pipeline({ maxWaitMinutes })).DeploymentConfig;

  expect(BlueGreenUpdatePolicy.MaximumExecutionTimeoutInSeconds).toBe(seconds);
});

it('creates an endpoint that bears stage and pipeline, and no run, since it outlives them', () => {
  expect(createEndpointRequest(target, env)).toEqual({
    EndpointName: target.endpointName,
    EndpointConfigName: 'config',
    Tags: [
      { Key: 'tidegate:stage', Value: 'dev' },
      { Key: 'tidegate:pipeline', Value: target.run.pipeline },
    ],
  });
});
