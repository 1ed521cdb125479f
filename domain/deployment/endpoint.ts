/** An endpoint in DescribeEndpoint's terms. */
export interface EndpointView {
  /** `InService`, `Updating` … */
  readonly status: string;
  /** The config in service; while creating, the new config. */
  readonly config: string;
  /** The target config of a running update. */
  readonly pendingConfig?: string;
  readonly failureReason?: string;
  /** It takes requests from a queue. */
  readonly asynchronous?: true;
  /** LastModifiedTime, ISO 8601. */
  readonly modifiedAt: string;
}

/** Transitional states, in which an endpoint can be neither updated nor deleted (DescribeEndpoint, EndpointStatus). */
const passing = new Set(['Creating', 'Updating', 'SystemUpdating', 'RollingBack', 'Deleting']);
export const isPassing = (status: string): boolean => passing.has(status);

/** The config an endpoint will serve once it has settled. */
export const headedFor = (endpoint: EndpointView): string => endpoint.pendingConfig ?? endpoint.config;

/** The next step of rolling out a config. */
export type RollOutStep =
  | { readonly action: 'create' | 'update' | 'none' }
  /** Delete an endpoint that failed before it ever served, then create it. */
  | { readonly action: 'recreate' }
  | { readonly action: 'wait'; readonly reason: string }
  | { readonly action: 'refuse'; readonly reason: string };

/**
 * The next step towards an endpoint that serves `wanted`. After the step was taken, it returns `none`.
 *
 * @param everServed whether a model of this endpoint was in service before
 */
export function planRollOut(endpoint: EndpointView | undefined, wanted: string, everServed: boolean): RollOutStep {
  if (!endpoint) return { action: 'create' };
  if (endpoint.status === 'Deleting') return { action: 'wait', reason: 'The old endpoint is still being deleted.' };
  if (endpoint.status === 'Failed') {
    // "DeleteEndpoint is the only operation that can be performed on a failed endpoint" (DescribeEndpoint, EndpointStatus).
    return everServed
      ? {
          action: 'refuse',
          reason: 'The endpoint failed while it served. Find out why, delete it, then approve the model again.',
        }
      : { action: 'recreate' };
  }
  if (headedFor(endpoint) === wanted && (endpoint.status === 'InService' || isPassing(endpoint.status))) {
    return { action: 'none' };
  }
  if (isPassing(endpoint.status)) {
    return { action: 'wait', reason: `The endpoint is ${endpoint.status} to ${headedFor(endpoint)}.` };
  }
  return { action: 'update' };
}

/** The config in service before a deployment, for a roll-back; null when there was none. */
export function configToReturnTo(
  endpoint: EndpointView | undefined,
  wanted: string,
  championConfig: string | undefined,
): string | null {
  if (!endpoint || endpoint.status === 'Deleting') return null;
  if (endpoint.status === 'Failed' && championConfig === undefined) return null;
  if (endpoint.config !== wanted) return endpoint.config;
  // The wanted config serves but was not promoted: an earlier deployment was interrupted. It is no roll-back target.
  return championConfig ?? null;
}
