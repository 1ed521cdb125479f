import * as z from 'zod';
import { judgeBound } from './bound.ts';
import type { GateKind } from './gate.ts';

interface MinGate {
  readonly metric: string;
  readonly min: number;
}

export const min = {
  name: 'min',
  summary: 'The metric, as measured on the holdout, is at least this.',
  example: { metric: 'auc', min: 0.75 },
  schema: (metric) =>
    z.strictObject({
      metric,
      min: z.number().meta({ description: 'The least that the metric may be, in its own unit.', examples: [0.75] }),
    }),
  judge: ({ metric, min: bound }, { evaluation }) => judgeBound('min', { metric, bound }, evaluation),
} as const satisfies GateKind<MinGate>;
