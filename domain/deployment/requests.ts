import { alarmPeriod } from '#domain/alarms/alarm-kind';
import { alarmKind, alarmRuleOf } from '#domain/alarms/registry';
import type { ModelFormat } from '#domain/algorithms/algorithm';
import { algorithmOf } from '#domain/algorithms/registry';
import type { AsynchronousSettings } from '#domain/deployment/asynchronous';
import type { DeploymentSettings } from '#domain/deployment/settings';
import { alarmsOf, paceOf, type RollOutSettings } from '#domain/roll-outs/pace';
import { rollOutStrategy } from '#domain/roll-outs/registry';
import { asynchronousPrefixes, capturePrefix } from '#domain/runs/layout';
import type { Deployment } from '#schemas/records/deployment';

/** The stack's settings for a deployment. */
export interface DeploymentEnvironment {
  readonly stage: string;
  readonly cleanBucket: string;
  readonly cleanKeyArn: string;
}

/** The pipeline's `deployment` section. */
interface Deployed {
  readonly deployment: DeploymentSettings;
  readonly training: { readonly algorithm: string };
}
/** How the traffic of a deployment moves, and how long that may take. */
interface Guided {
  readonly deployment: RollOutSettings & Pick<DeploymentSettings, 'maxWaitMinutes' | 'serverless'>;
}
type Target = Pick<Deployment, 'run' | 'modelName' | 'endpointName' | 'endpointConfigName' | 'scaling'>;
type Update = Target & Pick<Deployment, 'previousConfig'>;

/**
 * The name of an endpoint's only variant. It is the same for every model: a roll-out with guardrails needs "the same variant name as the
 * old endpoint configuration" (SageMaker Developer Guide, "Deployment guardrails", Exclusions).
 */
export const variantName = 'AllTraffic';

const tags = (stage: string, pipeline: string) => [
  { Key: 'tidegate:stage', Value: stage },
  { Key: 'tidegate:pipeline', Value: pipeline },
];

/** Where an asynchronous endpoint puts its answers, and how many it works on at once (SageMaker API Reference, AsyncInferenceConfig). */
const asyncInference = (pipeline: string, { maxConcurrent }: AsynchronousSettings, env: DeploymentEnvironment) => ({
  OutputConfig: {
    S3OutputPath: `s3://${env.cleanBucket}/${asynchronousPrefixes(pipeline).answers}`,
    S3FailurePath: `s3://${env.cleanBucket}/${asynchronousPrefixes(pipeline).failures}`,
    KmsKeyId: env.cleanKeyArn,
  },
  ...(maxConcurrent === undefined ? {} : { ClientConfig: { MaxConcurrentInvocationsPerInstance: maxConcurrent } }),
});

/**
 * CreateEndpointConfig's request: one variant, with data capture of requests and responses (SageMaker API Reference,
 * DataCaptureConfig).
 */
export function endpointConfigRequest(
  target: Target,
  pipeline: Deployed,
  env: DeploymentEnvironment,
  { input, output }: ModelFormat = algorithmOf(pipeline),
) {
  const { instances, serverless, asynchronous, capturePercentage } = pipeline.deployment;
  const types = [...new Set([input.contentType, output.contentType])];
  const json = types.filter((type) => type.includes('json'));
  return {
    EndpointConfigName: target.endpointConfigName,
    ProductionVariants: [
      {
        VariantName: variantName,
        ModelName: target.modelName,
        ...(serverless
          ? { ServerlessConfig: { MemorySizeInMB: serverless.memoryMb, MaxConcurrency: serverless.maxConcurrency } }
          : { InstanceType: instances.type, InitialInstanceCount: instances.count }),
        InitialVariantWeight: 1,
      },
    ],
    ...(asynchronous ? { AsyncInferenceConfig: asyncInference(target.run.pipeline, asynchronous, env) } : {}),
    ...(capturePercentage > 0
      ? {
          DataCaptureConfig: {
            EnableCapture: true,
            InitialSamplingPercentage: capturePercentage,
            DestinationS3Uri: `s3://${env.cleanBucket}/${capturePrefix(target.run.pipeline)}`,
            KmsKeyId: env.cleanKeyArn,
            CaptureOptions: [{ CaptureMode: 'Input' as const }, { CaptureMode: 'Output' as const }],
            CaptureContentTypeHeader: {
              CsvContentTypes: types.filter((type) => !json.includes(type)),
              ...(json.length > 0 ? { JsonContentTypes: json } : {}),
            },
          },
        }
      : {}),
    Tags: [...tags(env.stage, target.run.pipeline), { Key: 'tidegate:run', Value: target.run.runId }],
  };
}

/** CreateEndpoint's request. The endpoint outlives its runs, so its tags name no run. */
export const createEndpointRequest = (target: Target, env: Pick<DeploymentEnvironment, 'stage'>) => ({
  EndpointName: target.endpointName,
  EndpointConfigName: target.endpointConfigName,
  Tags: tags(env.stage, target.run.pipeline),
});

/**
 * What an update keeps of the endpoint: the number of instances, where both the former and the new model are scaled. The config has
 * the number that an endpoint begins with, which may be far too small for the traffic of now (SageMaker API Reference, UpdateEndpoint).
 * An asynchronous endpoint may have no instances now, which could not be tested: it begins anew, and its queue holds the requests.
 */
export const retainedCapacity = ({ scaling }: Pick<Deployment, 'scaling'>) =>
  scaling?.former && scaling.wanted && 'invocationsPerInstance' in scaling.wanted
    ? {
        RetainAllVariantProperties: true,
        ExcludeRetainedVariantProperties: [
          { VariantPropertyType: 'DesiredWeight' as const },
          { VariantPropertyType: 'DataCaptureConfig' as const },
        ],
      }
    : {};

/** How a roll-out moves traffic: as its deployment says, or as the pipeline does where that is not recorded. */
export const withRollOut = ({ rollOut }: Pick<Deployment, 'rollOut'>, { deployment }: Guided): Guided => ({
  deployment: { ...deployment, ...rollOut },
});

/** The longest that an update may take (SageMaker API Reference, BlueGreenUpdatePolicy: 600 to 28,800 seconds). */
const timeLimit = (maxWaitMinutes: number): number => Math.min(28_800, Math.max(600, maxWaitMinutes * 60));

/** How SageMaker moves the traffic, and what makes it go back. */
const guardrails = (deployment: Guided['deployment'], alarmNames: readonly string[]) => ({
  ...rollOutStrategy(deployment.strategy).policy(paceOf(deployment), timeLimit(deployment.maxWaitMinutes)),
  ...(alarmNames.length > 0
    ? { AutoRollbackConfiguration: { Alarms: alarmNames.map((AlarmName) => ({ AlarmName })) } }
    : {}),
});

/**
 * UpdateEndpoint's request: traffic moves by the pipeline's strategy, and SageMaker goes back when an alarm goes off, or when the new
 * fleet is not up in time.
 *
 * @param alarmNames the alarms that watch this roll-out
 */
export const updateEndpointRequest = (target: Target, { deployment }: Guided, alarmNames: readonly string[]) => ({
  EndpointName: target.endpointName,
  EndpointConfigName: target.endpointConfigName,
  ...retainedCapacity(target),
  // a serverless endpoint has no deployment guardrails
  ...(deployment.serverless ? {} : { DeploymentConfig: guardrails(deployment, alarmNames) }),
});

const watchedLimits = (settings: RollOutSettings): (readonly [string, number])[] =>
  Object.entries(alarmsOf(settings)).flatMap(([name, limit]) => (limit === undefined ? [] : [[name, limit] as const]));

/** The names of the alarms that watch the roll-out of a config. */
export const alarmNames = (endpointConfigName: string, settings: RollOutSettings): string[] =>
  watchedLimits(settings).map(([kind]) => `${endpointConfigName}-${kind}`);

/**
 * PutMetricAlarm's requests for the alarms that watch a roll-out: two of three minutes must be beyond the limit, and minutes without
 * requests are good (CloudWatch API Reference, PutMetricAlarm).
 */
export const alarmRequests = (target: Update, { deployment }: { readonly deployment: RollOutSettings }) =>
  watchedLimits(deployment).map(([name, limit]) => {
    const kind = alarmKind(name);
    const rule = alarmRuleOf(name, limit, { ...target, variantName, previousConfigName: target.previousConfig ?? '' });
    return {
      AlarmName: `${target.endpointConfigName}-${name}`,
      AlarmDescription: `While ${target.endpointConfigName} is rolled out: ${kind.summary} Limit: ${limit} ${kind.unit}.`,
      ...rule,
      ...('Metrics' in rule ? {} : { Period: alarmPeriod }),
      ComparisonOperator: 'GreaterThanThreshold' as const,
      EvaluationPeriods: 3,
      DatapointsToAlarm: 2,
      TreatMissingData: 'notBreaching',
    };
  });
