import { blueGreen, capacity, type RollOutStrategy } from './roll-out-strategy.ts';

/** At most half of the traffic (SageMaker API Reference, TrafficRoutingConfig, CanarySize). */
export const canary = {
  name: 'canary',
  summary: 'First `percent` of the traffic, then all of it.',
  percent: { min: 1, max: 50, default: 10 },
  bakeMinutes: 10,
  waits: () => 2,
  policy: ({ percent, bakeSeconds }, seconds) =>
    blueGreen({ Type: 'CANARY', CanarySize: capacity(percent) }, { bakeSeconds, waits: true }, seconds),
} as const satisfies RollOutStrategy;
