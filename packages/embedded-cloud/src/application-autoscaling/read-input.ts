import type { JsonObject } from '#src/cloud/json-protocol';
import { optionalNumber, optionalObject, optionalText, requiredText } from '#src/cloud/read-members';
import { AwsError } from '#src/cloud/service';
import type { ScalableTarget, ScalingPolicy, TargetKey } from './store.ts';

export const invalid = (message: string): AwsError => new AwsError('ValidationException', message);

const NAMESPACE = 'sagemaker';
const DIMENSION = 'sagemaker:variant:DesiredInstanceCount';
const BACKLOG = 'ApproximateBacklogSizePerInstance';
const METRIC = 'SageMakerVariantInvocationsPerInstance';

/** A capacity has 31 bits (API Reference, RegisterScalableTarget: integer). */
const MAX_CAPACITY = 2 ** 31 - 1;

const requireKnown = (name: string, value: string, known: string): string => {
  if (value !== known) throw invalid(`The embedded cloud scales ${known} alone: ${name} is ${value}.`);
  return value;
};

/** What a request is about. @throws AwsError `ValidationException` */
export const keyOf = (input: JsonObject): TargetKey => ({
  namespace: requireKnown('ServiceNamespace', requiredText(input, 'ServiceNamespace'), NAMESPACE),
  resourceId: requiredText(input, 'ResourceId'),
  dimension: requireKnown('ScalableDimension', requiredText(input, 'ScalableDimension'), DIMENSION),
});

/** The parts of `endpoint/<name>/variant/<name>`. @throws AwsError `ValidationException` */
export function variantOf({ resourceId }: TargetKey): { readonly endpoint: string; readonly variant: string } {
  const [, endpoint, variant] = /^endpoint\/([^/]+)\/variant\/([^/]+)$/.exec(resourceId) ?? [];
  if (endpoint === undefined || variant === undefined) {
    throw invalid(`Unsupported resource type: ResourceId is ${resourceId}, not endpoint/<name>/variant/<name>.`);
  }
  return { endpoint, variant };
}

const suspendable = ['DynamicScalingInSuspended', 'DynamicScalingOutSuspended', 'ScheduledScalingSuspended'] as const;

/** The bounds of a target; what an update leaves out stays. @throws AwsError `ValidationException` */
export function readBounds(
  input: JsonObject,
  known: ScalableTarget | undefined,
  mayHaveNone: boolean,
): Pick<ScalableTarget, 'min' | 'max' | 'suspended'> {
  const min = optionalNumber(input, 'MinCapacity', 0, MAX_CAPACITY) ?? known?.min;
  const max = optionalNumber(input, 'MaxCapacity', 0, MAX_CAPACITY) ?? known?.max;
  if (min === undefined || max === undefined) throw invalid('A new scalable target needs MinCapacity and MaxCapacity.');
  if (max < min) throw invalid('Maximum capacity cannot be less than minimum capacity');
  if (min === 0 && !mayHaveNone) {
    throw invalid(
      'Minimum capacity cannot be 0: only asynchronous endpoints and those of inference components scale to zero.',
    );
  }
  const given = optionalObject(input, 'SuspendedState') ?? {};
  const suspended = suspendable.map((name) => [name, (given[name] ?? known?.suspended[name] ?? false) === true]);
  return { min, max, suspended: Object.fromEntries(suspended) };
}

/** A policy's type, and its configuration as it is described. @throws AwsError `ValidationException` */
export function readPolicy(input: JsonObject): Pick<ScalingPolicy, 'type' | 'configuration'> {
  const type = optionalText(input, 'PolicyType') ?? 'StepScaling';
  switch (type) {
    case 'TargetTrackingScaling':
      return { type, configuration: readTracking(input) };
    case 'StepScaling':
      return { type, configuration: readSteps(input) };
    default:
      throw invalid(`The embedded cloud has policies of type TargetTrackingScaling and StepScaling, not ${type}.`);
  }
}

/** The instances that a step-scaling policy adds. */
export const addedBy = ({ configuration }: Pick<ScalingPolicy, 'configuration'>): number =>
  Number((configuration['StepAdjustments'] as readonly JsonObject[])[0]?.['ScalingAdjustment']);

/** Milliseconds until a step-scaling policy acts again. */
export const cooldownOf = ({ configuration }: Pick<ScalingPolicy, 'configuration'>): number =>
  Number(configuration['Cooldown'] ?? 300) * 1000;

/** The one step of a policy that adds instances. @throws AwsError `ValidationException` for other steps */
function readSteps(input: JsonObject): JsonObject {
  const configuration = optionalObject(input, 'StepScalingPolicyConfiguration');
  if (configuration === undefined) throw invalid('StepScalingPolicyConfiguration must not be null.');
  if (configuration['AdjustmentType'] !== 'ChangeInCapacity') {
    throw invalid('The embedded cloud has steps of the AdjustmentType ChangeInCapacity alone.');
  }
  const steps = configuration['StepAdjustments'];
  const [step, more] = (Array.isArray(steps) ? steps : []) as readonly JsonObject[];
  const adds = step !== undefined && Number(step['ScalingAdjustment']) >= 1;
  if (!adds || more || step['MetricIntervalLowerBound'] !== 0 || step['MetricIntervalUpperBound'] !== undefined) {
    throw invalid(
      'The embedded cloud has one StepAdjustment alone, which adds instances from MetricIntervalLowerBound 0 on.',
    );
  }
  optionalNumber(configuration, 'Cooldown', 0, MAX_CAPACITY);
  return configuration;
}

/** Whether a policy tracks the backlog of its own endpoint. */
function tracksBacklog(metric: JsonObject | undefined, key: TargetKey): boolean {
  const [dimension, more] = (metric?.['Dimensions'] ?? []) as readonly JsonObject[];
  return (
    metric?.['Namespace'] === 'AWS/SageMaker' &&
    metric['MetricName'] === BACKLOG &&
    dimension?.['Name'] === 'EndpointName' &&
    dimension['Value'] === variantOf(key).endpoint &&
    more === undefined
  );
}

function readTracking(input: JsonObject): JsonObject {
  const configuration = optionalObject(input, 'TargetTrackingScalingPolicyConfiguration');
  if (configuration === undefined) throw invalid('TargetTrackingScalingPolicyConfiguration must not be null.');
  const target = configuration['TargetValue'];
  if (typeof target !== 'number' || !(target > 0)) throw invalid('TargetValue must be a number greater than 0.');
  const metric = optionalText(
    optionalObject(configuration, 'PredefinedMetricSpecification') ?? {},
    'PredefinedMetricType',
  );
  const custom = optionalObject(configuration, 'CustomizedMetricSpecification');
  if (metric !== METRIC && !tracksBacklog(custom, keyOf(input))) {
    throw invalid(`The embedded cloud tracks ${METRIC} and the endpoint's own AWS/SageMaker ${BACKLOG} alone.`);
  }
  for (const cooldown of ['ScaleInCooldown', 'ScaleOutCooldown'])
    optionalNumber(configuration, cooldown, 0, MAX_CAPACITY);
  return configuration['DisableScaleIn'] === undefined ? { ...configuration, DisableScaleIn: false } : configuration;
}
