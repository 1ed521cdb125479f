import { blueGreen, type RollOutStrategy } from './roll-out-strategy.ts';

export const allAtOnce = {
  name: 'all-at-once',
  summary: 'All traffic moves to the new fleet as soon as it is up.',
  bakeMinutes: 0,
  waits: () => 1,
  policy: ({ bakeSeconds }, seconds) => blueGreen({ Type: 'ALL_AT_ONCE' }, { bakeSeconds, waits: false }, seconds),
} as const satisfies RollOutStrategy;
