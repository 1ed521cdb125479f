import type { JsonObject } from '#src/cloud/json-protocol';
import { optionalNumber, optionalObject, optionalText, requiredText } from '#src/cloud/read-members';
import { AwsError } from '#src/cloud/service';
import type { ScalableTarget, TargetKey } from './store.ts';

export const invalid = (message: string): AwsError => new AwsError('ValidationException', message);

const NAMESPACE = 'sagemaker';
const DIMENSION = 'sagemaker:variant:DesiredInstanceCount';
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
): Pick<ScalableTarget, 'min' | 'max' | 'suspended'> {
  const min = optionalNumber(input, 'MinCapacity', 0, MAX_CAPACITY) ?? known?.min;
  const max = optionalNumber(input, 'MaxCapacity', 0, MAX_CAPACITY) ?? known?.max;
  if (min === undefined || max === undefined) throw invalid('A new scalable target needs MinCapacity and MaxCapacity.');
  if (max < min) throw invalid('Maximum capacity cannot be less than minimum capacity');
  if (min === 0) throw invalid('Minimum capacity cannot be 0: only endpoints of inference components scale to zero.');
  const given = optionalObject(input, 'SuspendedState') ?? {};
  const suspended = suspendable.map((name) => [name, (given[name] ?? known?.suspended[name] ?? false) === true]);
  return { min, max, suspended: Object.fromEntries(suspended) };
}

/** The configuration of a target-tracking policy, as it is described. @throws AwsError `ValidationException` */
export function readTracking(input: JsonObject): JsonObject {
  const type = optionalText(input, 'PolicyType') ?? 'StepScaling';
  if (type !== 'TargetTrackingScaling') {
    throw invalid(`The embedded cloud has policies of type TargetTrackingScaling alone, not ${type}.`);
  }
  const configuration = optionalObject(input, 'TargetTrackingScalingPolicyConfiguration');
  if (configuration === undefined) throw invalid('TargetTrackingScalingPolicyConfiguration must not be null.');
  const target = configuration['TargetValue'];
  if (typeof target !== 'number' || !(target > 0)) throw invalid('TargetValue must be a number greater than 0.');
  const metric = optionalText(
    optionalObject(configuration, 'PredefinedMetricSpecification') ?? {},
    'PredefinedMetricType',
  );
  if (metric !== METRIC) throw invalid(`The embedded cloud tracks the predefined metric ${METRIC} alone.`);
  for (const cooldown of ['ScaleInCooldown', 'ScaleOutCooldown'])
    optionalNumber(configuration, cooldown, 0, MAX_CAPACITY);
  return configuration['DisableScaleIn'] === undefined ? { ...configuration, DisableScaleIn: false } : configuration;
}
