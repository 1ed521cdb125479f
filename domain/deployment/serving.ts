import { type EndpointView, headedFor, isPassing } from '#domain/deployment/endpoint';
import { runOfConfig } from '#domain/deployment/target';
import type { RunPointer } from '#domain/runs/layout';
import type { Champion } from '#schemas/records/run';

/** What is known of an endpoint. */
export interface KnownEndpoint {
  readonly endpoint: EndpointView | undefined;
  /** Names of the models of the config in service. */
  readonly models: readonly string[];
  readonly champion: Champion | undefined;
  /** The execution that changes the endpoint now. */
  readonly deployment: string | undefined;
}

/** How an endpoint stands to the pipeline's records, and the run whose model it serves, if one is known. */
export type Serving =
  | { readonly state: 'champion'; readonly run: RunPointer }
  /** It is on its way to `to`; until then the run's model serves. */
  | { readonly state: 'changing'; readonly to: string; readonly run: RunPointer | undefined }
  /** Somebody put another config into service than the one that was promoted. */
  | { readonly state: 'by-hand'; readonly config: string; readonly run: RunPointer | undefined }
  | { readonly state: 'failed'; readonly reason: string; readonly run: undefined }
  | { readonly state: 'absent'; readonly run: undefined };

/** Compares an endpoint with the record of its champion. A run's models and endpoint configs have the same names. */
export function judgeServing(
  stage: string,
  pipeline: string,
  { endpoint, models, champion, deployment }: KnownEndpoint,
): Serving {
  if (!endpoint || endpoint.status === 'Deleting') return { state: 'absent', run: undefined };
  const { config, status, failureReason = 'SageMaker gave no reason' } = endpoint;
  if (status === 'Failed') return { state: 'failed', reason: failureReason, run: undefined };
  const known = [config, ...models].map((name) => runOfConfig(stage, pipeline, name));
  const run = known.find((found) => found !== undefined);
  if (deployment !== undefined || isPassing(status)) {
    return { state: 'changing', to: headedFor(endpoint), run: status === 'Creating' ? undefined : run };
  }
  if (champion && champion.endpointConfigName === config) {
    return { state: 'champion', run: { pipeline, runId: champion.runId } };
  }
  return { state: 'by-hand', config, run };
}
