/** How fast a roll-out moves. */
export interface Pace {
  /** The share of the capacity that one step moves, in percent. */
  readonly percent: number;
  /** How long each step is watched before the next one, in seconds. */
  readonly bakeSeconds: number;
}

interface Capacity {
  readonly Type: 'CAPACITY_PERCENT';
  readonly Value: number;
}

/** The part of UpdateEndpoint's `DeploymentConfig` that a strategy chooses (SageMaker API Reference, DeploymentConfig). */
export type RollOutPolicy =
  | {
      readonly BlueGreenUpdatePolicy: {
        readonly TrafficRoutingConfiguration: {
          readonly Type: 'ALL_AT_ONCE' | 'CANARY' | 'LINEAR';
          readonly WaitIntervalInSeconds: number;
          readonly CanarySize?: Capacity;
          readonly LinearStepSize?: Capacity;
        };
        readonly TerminationWaitInSeconds: number;
        readonly MaximumExecutionTimeoutInSeconds: number;
      };
    }
  | {
      readonly RollingUpdatePolicy: {
        readonly MaximumBatchSize: Capacity;
        readonly WaitIntervalInSeconds: number;
        readonly MaximumExecutionTimeoutInSeconds: number;
        readonly RollbackMaximumBatchSize: Capacity;
      };
    };

/** A way to move an endpoint's traffic from the former model to the new one. */
export interface RollOutStrategy<Name extends string = string> {
  /** Its name in the pipeline YAML. */
  readonly name: Name;
  /** What it does, in one sentence. */
  readonly summary: string;
  /** The smallest and largest `percent`, and the one without a setting; undefined where all moves at once. */
  readonly percent?: { readonly min: number; readonly max: number; readonly default: number };
  /** How long a step is watched without a setting, in minutes. */
  readonly bakeMinutes: number;
  /** How often the roll-out waits for `bakeSeconds`. */
  waits(pace: Pace): number;
  /** @param seconds the time limit of the whole update */
  policy(pace: Pace, seconds: number): RollOutPolicy;
}

/** A share of the capacity as SageMaker writes it. */
export const capacity = (percent: number): Capacity => ({ Type: 'CAPACITY_PERCENT', Value: percent });

/** A blue/green update: the new fleet stands beside the old one until it has served all traffic for `bakeSeconds`. */
export const blueGreen = (
  routing: { readonly Type: 'ALL_AT_ONCE' | 'CANARY' | 'LINEAR' } & Partial<
    Record<'CanarySize' | 'LinearStepSize', Capacity>
  >,
  { bakeSeconds, waits }: { readonly bakeSeconds: number; readonly waits: boolean },
  seconds: number,
): RollOutPolicy => ({
  BlueGreenUpdatePolicy: {
    TrafficRoutingConfiguration: { ...routing, WaitIntervalInSeconds: waits ? bakeSeconds : 0 },
    TerminationWaitInSeconds: bakeSeconds,
    MaximumExecutionTimeoutInSeconds: seconds,
  },
});
