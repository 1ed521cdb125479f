import * as z from 'zod';
import { judgeBound } from './bound.ts';
import type { GateKind } from './gate.ts';

interface MaxGate {
  readonly metric: string;
  readonly max: number;
}

export const max = {
  name: 'max',
  summary: 'The metric, as measured on the holdout, is at most this.',
  example: { metric: 'log_loss', max: 0.4 },
  schema: (metric) =>
    z.strictObject({
      metric,
      max: z.number().meta({ description: 'The most that the metric may be, in its own unit.', examples: [0.4] }),
    }),
  judge: ({ metric, max: bound }, { evaluation }) => judgeBound('max', { metric, bound }, evaluation),
} as const satisfies GateKind<MaxGate>;
