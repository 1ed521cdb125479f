import { type EndpointView, headedFor, isPassing } from '#domain/deployment/endpoint';
import { type CaughtError, explainFailure } from '#domain/runs/failure';
import type { Deployment } from '#schemas/records/deployment';

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** Why the new model is not in service, in one or two sentences. */
export const explainRollBack = (error: CaughtError): string => sentence(explainFailure(error).message);

/** The next step of a roll-back. */
export type RestoreStep =
  | { readonly action: 'wait'; readonly reason: string }
  /** UpdateEndpoint to `config`. */
  | { readonly action: 'update'; readonly config: string }
  /** DeleteEndpoint: nothing served before the deployment. */
  | { readonly action: 'delete' }
  /** Done. `note` says what a person must do. */
  | { readonly action: 'settled'; readonly serving: string | null; readonly note?: string };

/**
 * The next step of a roll-back to the config before a deployment. After the last step it returns `settled`.
 */
export function planRestore(
  endpoint: EndpointView | undefined,
  { previousConfig, endpointConfigName }: Pick<Deployment, 'previousConfig' | 'endpointConfigName'>,
): RestoreStep {
  if (!endpoint || endpoint.status === 'Deleting') {
    return previousConfig === null
      ? { action: 'settled', serving: null }
      : { action: 'settled', serving: null, note: 'The endpoint was deleted in the meantime: nothing serves now.' };
  }
  if (isPassing(endpoint.status)) {
    return {
      action: 'wait',
      reason: `The endpoint is ${endpoint.status} to ${headedFor(endpoint)}; it can be changed only then.`,
    };
  }
  if (previousConfig === null) {
    return endpoint.config === endpointConfigName
      ? { action: 'delete' }
      : { action: 'settled', serving: endpoint.status === 'InService' ? endpoint.config : null };
  }
  if (endpoint.status === 'Failed') {
    return {
      action: 'settled',
      serving: null,
      note: 'The endpoint failed, and SageMaker only allows deleting it: delete it, then approve the former model again.',
    };
  }
  if (endpoint.status === 'InService' && endpoint.config === previousConfig) {
    return { action: 'settled', serving: previousConfig };
  }
  return { action: 'update', config: previousConfig };
}
