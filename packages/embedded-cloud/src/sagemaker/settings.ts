import type { ContainerRuntime } from '#src/sagemaker/container/runtime';
import type { ServiceModel } from '#src/service-model/model';

/** What the embedded SageMaker is given: programs for container images, the account's quotas, a service model. */
export interface SageMakerSettings {
  /** What runs in place of container images; without any, jobs and models are refused. */
  readonly containers?: readonly ContainerRuntime[];
  /** AWS's service model of SageMaker, for checking requests; by default the subset in `validation/service-model.json`. */
  readonly serviceModel?: ServiceModel;
  /** Service quotas by name, as Service Quotas lists them: `ml.m5.large for endpoint usage`. */
  readonly quotas?: Readonly<Record<string, number>>;
  /** Instances of each type for each usage whose quota is not given. */
  readonly defaultQuota?: number;
  /** How long a model package takes to become Completed after CreateModelPackage answered, in milliseconds; 0 by default. */
  readonly packageCompletionMs?: number;
  /** Share of the state-change events that are sent twice, 0 to 1, and the seed that decides which. */
  readonly repeatedEvents?: { readonly share: number; readonly seed: number };
}

/**
 * The defaults of `startCloud`. AWS raises the instance quotas of each account with its use, so there is no one
 * default to copy: 20 is generous for one machine and still catches a configuration that asks for hundreds. Events are
 * repeated because AWS repeats them (EventBridge User Guide: events are delivered at least once).
 */
export const DEFAULT_SETTINGS: SageMakerSettings = {
  defaultQuota: 20,
  repeatedEvents: { share: 0.1, seed: 1 },
};

/**
 * Reads quotas from JSON: `{"ml.m5.large for endpoint usage": 4}`; none from an undefined text.
 * @param origin where the text comes from, for the error
 * @throws Error when it is no JSON object of whole numbers
 */
export function readQuotas(text: string | undefined, origin: string): SageMakerSettings {
  if (text === undefined || text === '') return {};
  let quotas: unknown;
  try {
    quotas = JSON.parse(text);
  } catch {
    quotas = undefined;
  }
  const isQuotas = (value: unknown): value is Record<string, number> =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((limit) => Number.isInteger(limit) && limit >= 0);
  if (!isQuotas(quotas)) {
    throw new Error(
      `${origin} must be a JSON object of quotas and whole numbers, as {"ml.m5.large for endpoint usage": 4}.`,
    );
  }
  return { quotas };
}
