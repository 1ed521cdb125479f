import type { FleetSpec } from '#src/sagemaker/endpoints/fleet-spec';
import type { Capacity, DeploymentConfig } from '#src/sagemaker/endpoints/request';
import { isServerless } from '#src/sagemaker/endpoints/serverless';
import { invalid } from '#src/sagemaker/names';

/** One step of shifting traffic to the new fleet. */
export interface Step {
  /** The part of the traffic that the new fleet gets, above 0 up to 1. */
  readonly share: number;
  /** Messages as in the developer guide's example events. */
  readonly activating: string;
  readonly baking: string;
  readonly waitSeconds: number;
}

const instancesOf = (spec: FleetSpec): number => spec.variants.reduce((sum, variant) => sum + variant.instances, 0);

const shareOf = (capacity: Capacity, total: number): number =>
  Math.min(1, capacity.Type === 'CAPACITY_PERCENT' ? capacity.Value / 100 : capacity.Value / total);

const step = (share: number, waitSeconds: number, interval: string, total: number, kind: string): Step => {
  const instances = Math.max(1, Math.round(share * total));
  const capacity = share >= 1 ? `full capacity of ${total}` : `${kind} capacity of ${instances}`;
  return {
    share,
    waitSeconds,
    activating: `Activating traffic on ${capacity} instance(s).`,
    baking: `Baking for ${waitSeconds} seconds (${interval}) with traffic enabled on ${capacity} instance(s).`,
  };
};

/** Shares that grow by `size` up to, and without, 1. */
const growing = (size: number): number[] => {
  const shares: number[] = [];
  for (let i = 1; i * size < 1 - 1e-9; i += 1) shares.push(i * size);
  return shares;
};

/**
 * How an update shifts traffic, the last step at full traffic; without a configuration all at once and without waiting.
 */
export const shiftSteps = (deployment: DeploymentConfig | undefined, spec: FleetSpec): Step[] => {
  const total = instancesOf(spec);
  const blueGreen = deployment?.BlueGreenUpdatePolicy;
  const routing = blueGreen?.TrafficRoutingConfiguration;
  const rolling = deployment?.RollingUpdatePolicy;
  const last = step(1, blueGreen?.TerminationWaitInSeconds ?? 0, 'TerminationWaitInSeconds', total, 'full');
  const wait = routing?.WaitIntervalInSeconds ?? rolling?.WaitIntervalInSeconds ?? 0;
  const partial = (share: number, kind: string) => step(share, wait, 'WaitIntervalInSeconds', total, kind);
  if (rolling) return [...growing(shareOf(rolling.MaximumBatchSize, total)).map((s) => partial(s, 'batch')), last];
  if (routing?.Type === 'CANARY' && routing.CanarySize) {
    return [partial(shareOf(routing.CanarySize, total), 'canary'), last];
  }
  if (routing?.Type === 'LINEAR' && routing.LinearStepSize) {
    return [...growing(shareOf(routing.LinearStepSize, total)).map((s) => partial(s, 'linear step')), last];
  }
  return [last];
};

/**
 * Limits of the deployment guardrails (SageMaker API Reference, BlueGreenUpdatePolicy and RollingUpdatePolicy).
 * @throws AwsError ValidationException that names the member.
 */
export const checkDeployment = (deployment: DeploymentConfig | undefined, spec: FleetSpec): void => {
  const routing = deployment?.BlueGreenUpdatePolicy?.TrafficRoutingConfiguration;
  const rolling = deployment?.RollingUpdatePolicy;
  if (deployment && !deployment.BlueGreenUpdatePolicy === !rolling) {
    throw invalid('DeploymentConfig needs exactly one of BlueGreenUpdatePolicy and RollingUpdatePolicy.');
  }
  if (deployment && isServerless(spec)) {
    throw invalid('DeploymentConfig is not supported for serverless endpoints: they have no deployment guardrails.');
  }
  const total = instancesOf(spec);
  const within = (name: string, capacity: Capacity | undefined, low: number, high: number) => {
    if (!capacity) throw invalid(`${name} is required for this type of traffic routing.`);
    const share = shareOf(capacity, total);
    // A single instance can't be divided; AWS launches at least one.
    if (share > high && !(capacity.Type === 'INSTANCE_COUNT' && capacity.Value === 1)) {
      throw invalid(`${name} must be at most ${high * 100} % of the capacity.`);
    }
    if (share < low) throw invalid(`${name} must be at least ${low * 100} % of the capacity.`);
  };
  if (routing?.Type === 'CANARY') within('CanarySize', routing.CanarySize, 0, 0.5);
  if (routing?.Type === 'LINEAR') within('LinearStepSize', routing.LinearStepSize, 0.1, 0.5);
  if (rolling) within('MaximumBatchSize', rolling.MaximumBatchSize, 0.05, 0.5);
};
