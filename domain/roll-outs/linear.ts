import { blueGreen, capacity, type RollOutStrategy } from './roll-out-strategy.ts';

/** Steps of 10 % to 50 % (SageMaker API Reference, TrafficRoutingConfig, LinearStepSize). */
export const linear = {
  name: 'linear',
  summary: '`percent` of the traffic more with each step, until the new fleet has all of it.',
  percent: { min: 10, max: 50, default: 25 },
  bakeMinutes: 10,
  waits: ({ percent }) => Math.ceil(100 / percent),
  policy: ({ percent, bakeSeconds }, seconds) =>
    blueGreen({ Type: 'LINEAR', LinearStepSize: capacity(percent) }, { bakeSeconds, waits: true }, seconds),
} as const satisfies RollOutStrategy;
