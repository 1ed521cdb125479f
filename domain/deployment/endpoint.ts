/** An endpoint as DescribeEndpoint shows it. */
export interface EndpointView {
  /** `InService`, `Updating` … */
  readonly status: string;
  /** The config that serves; while creating, the one it is created with. */
  readonly config: string;
  /** The config an update under way leads to. */
  readonly pendingConfig?: string;
  readonly failureReason?: string;
  /** LastModifiedTime, ISO 8601. */
  readonly modifiedAt: string;
}

/** States an endpoint leaves by itself; it can be neither updated nor deleted meanwhile (DescribeEndpoint, EndpointStatus). */
const passing = new Set(['Creating', 'Updating', 'SystemUpdating', 'RollingBack', 'Deleting']);
export const isPassing = (status: string): boolean => passing.has(status);

/** The config an endpoint will serve once it has settled. */
export const headedFor = (endpoint: EndpointView): string => endpoint.pendingConfig ?? endpoint.config;

/** What rolling out a config takes. */
export type RollOutStep =
  | { readonly action: 'create' | 'update' | 'none' }
  /** Delete what failed before it ever served, then create. */
  | { readonly action: 'recreate' }
  | { readonly action: 'wait'; readonly reason: string }
  | { readonly action: 'refuse'; readonly reason: string };

/**
 * The next step towards an endpoint that serves `wanted`. Asked again after the step was taken it says `none`.
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

/** What serves before a deployment, to go back to; null when nothing ever served. */
export function configToReturnTo(
  endpoint: EndpointView | undefined,
  wanted: string,
  championConfig: string | undefined,
): string | null {
  if (!endpoint || endpoint.status === 'Deleting') return null;
  if (endpoint.status === 'Failed' && championConfig === undefined) return null;
  if (endpoint.config !== wanted) return endpoint.config;
  // The wanted config serves without having been promoted: an earlier deployment broke off. It is nothing to go back to.
  return championConfig ?? null;
}
