import type { scalingEnd, scalingRequests } from '#domain/deployment/scaling';

/** The scaling of endpoints. */
export interface Scaling {
  /** Has a variant scaled, or changes how. */
  start(requests: ReturnType<typeof scalingRequests>): Promise<void>;
  /** Ends the scaling of a variant, if it is scaled. */
  stop(end: ReturnType<typeof scalingEnd>): Promise<void>;
}
