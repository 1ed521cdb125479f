import type { scalableTarget, scalingRequests } from '#domain/deployment/scaling';

/** The scaling of endpoints. */
export interface Scaling {
  /** Has a variant scaled, or changes how. */
  start(requests: ReturnType<typeof scalingRequests>): Promise<void>;
  /** Ends the scaling of a variant, if it is scaled. */
  stop(target: ReturnType<typeof scalableTarget>): Promise<void>;
}
