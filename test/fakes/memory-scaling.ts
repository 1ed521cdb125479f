import type { Scaling } from '#functions/ports/scaling';

/** Scalable targets in memory. */
export interface MemoryScaling extends Scaling {
  /** The bounds and the policy's target value of each scaled variant, by its resource id. */
  readonly scaled: Map<string, readonly [min: number, max: number, value: number]>;
  /** Every call that changed something. */
  readonly changes: string[];
  /** The error of the next `start`. */
  refusal: Error | undefined;
}

export function memoryScaling(): MemoryScaling {
  const scaled = new Map<string, readonly [number, number, number]>();
  const changes: string[] = [];
  const scaling: MemoryScaling = {
    scaled,
    changes,
    refusal: undefined,
    async start({ target: { ResourceId, MinCapacity, MaxCapacity }, policy, wake }) {
      if (scaling.refusal) throw scaling.refusal;
      const { TargetValue } = policy.TargetTrackingScalingPolicyConfiguration;
      scaled.set(ResourceId, [MinCapacity, MaxCapacity, TargetValue]);
      changes.push(`start ${MinCapacity} to ${MaxCapacity}${wake ? ', and wake' : ''}`);
    },
    async stop({ target: { ResourceId } }) {
      if (scaled.delete(ResourceId)) changes.push('stop');
    },
  };
  return scaling;
}
