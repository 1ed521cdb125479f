import { type EndpointView, headedFor, isPassing } from '#domain/deployment/endpoint';
import { type CaughtError, explainFailure } from '#domain/runs/failure';
import type { Deployment } from '#schemas/records/deployment';

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** Why the new model does not serve, in a sentence or two. */
export const explainRollBack = (error: CaughtError): string => sentence(explainFailure(error).message);

/** What bringing back the model that served before takes. */
export type RestoreStep =
  | { readonly action: 'wait'; readonly reason: string }
  /** UpdateEndpoint to `config`. */
  | { readonly action: 'update'; readonly config: string }
  /** DeleteEndpoint: nothing served before, so nothing is to serve now. */
  | { readonly action: 'delete' }
  /** Nothing left to do; `note` says what a person must see to. */
  | { readonly action: 'settled'; readonly serving: string | null; readonly note?: string };

/**
 * The next step back to what served before a deployment. Asked again after each step it ends in `settled`.
 */
export function planRestore(
  endpoint: EndpointView | undefined,
  { previousConfig, endpointConfigName }: Pick<Deployment, 'previousConfig' | 'endpointConfigName'>,
): RestoreStep {
  if (!endpoint || endpoint.status === 'Deleting') {
    return previousConfig === null
      ? { action: 'settled', serving: null }
      : { action: 'settled', serving: null, note: 'The endpoint was deleted meanwhile: nothing serves now.' };
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
      note: 'The endpoint failed and SageMaker lets it only be deleted: delete it, then approve the former model again.',
    };
  }
  if (endpoint.status === 'InService' && endpoint.config === previousConfig) {
    return { action: 'settled', serving: previousConfig };
  }
  return { action: 'update', config: previousConfig };
}
