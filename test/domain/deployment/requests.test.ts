import { expect, it } from 'vitest';
import {
  alarmNames,
  alarmRequests,
  createEndpointRequest,
  endpointConfigRequest,
  updateEndpointRequest,
  withRollOut,
} from '#domain/deployment/requests';
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
  previousConfig: 'former',
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
  expect(updateEndpointRequest(target, pipeline({ maxWaitMinutes }), []).DeploymentConfig).toEqual({
    BlueGreenUpdatePolicy: {
      TrafficRoutingConfiguration: { Type: 'ALL_AT_ONCE', WaitIntervalInSeconds: 0 },
      TerminationWaitInSeconds: 0,
      MaximumExecutionTimeoutInSeconds: seconds,
    },
  });
});

it('moves traffic by the strategy of the pipeline, and has SageMaker go back on any of the alarms', () => {
  const request = updateEndpointRequest(target, pipeline({ strategy: 'canary', percent: 5 }), ['config-errors']);

  expect(request.DeploymentConfig).toMatchObject({
    BlueGreenUpdatePolicy: {
      TrafficRoutingConfiguration: { Type: 'CANARY', CanarySize: { Value: 5 }, WaitIntervalInSeconds: 600 },
    },
    AutoRollbackConfiguration: { Alarms: [{ AlarmName: 'config-errors' }] },
  });
});

it('names alarms after the config, and needs two bad minutes of three', () => {
  const settings = { strategy: 'canary', alarms: { errors: 2, latency: undefined, overhead: 300 } };
  const requests = alarmRequests(target, pipeline(settings));

  expect(alarmNames('config', pipeline(settings).deployment)).toEqual(['config-errors', 'config-overhead']);
  expect(requests.map(({ AlarmName }) => AlarmName)).toEqual(['config-errors', 'config-overhead']);
  expect(requests[0]).toEqual({
    AlarmName: 'config-errors',
    AlarmDescription:
      'While config is rolled out: The share of requests to the new fleet that fail with a 5xx status, in percent. Limit: 2 %.',
    Namespace: 'AWS/SageMaker',
    MetricName: 'Invocation5XXErrors',
    Dimensions: [
      { Name: 'EndpointName', Value: 'endpoint' },
      { Name: 'EndpointConfigName', Value: 'config' },
      { Name: 'VariantName', Value: 'AllTraffic' },
    ],
    Statistic: 'Average',
    Threshold: 0.02,
    ComparisonOperator: 'GreaterThanThreshold',
    Period: 60,
    EvaluationPeriods: 3,
    DatapointsToAlarm: 2,
    TreatMissingData: 'notBreaching',
  });
});

it('gives an expression over several metrics no period of its own, and compares with the config that serves', () => {
  const [request] = alarmRequests(target, pipeline({ strategy: 'canary', alarms: { predictions: 0.1 } }));

  expect(request).toMatchObject({ AlarmName: 'config-predictions', Threshold: 0.1, EvaluationPeriods: 3 });
  expect(request).not.toHaveProperty('Period');
  expect(JSON.stringify(request)).toContain('"Value":"config"');
  expect(JSON.stringify(request)).toContain('"Value":"former"');
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

it('moves traffic as the deployment says, which may be quicker than its pipeline', () => {
  const canary = pipeline({ strategy: 'canary', percent: 5 });
  const now = { strategy: 'all-at-once', bakeMinutes: 0, alarms: {} };

  expect(withRollOut({}, canary).deployment).toMatchObject({ strategy: 'canary', percent: 5 });
  const guided = withRollOut({ rollOut: now }, canary);
  expect(guided.deployment).toMatchObject({ ...now, maxWaitMinutes: 60 });
  expect(alarmRequests(target, guided)).toEqual([]);
});
