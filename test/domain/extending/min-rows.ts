import * as z from 'zod';
import type { GateKind } from '#domain/gates/gate';

interface MinRowsGate {
  readonly minRows: number;
}

export const minRows = {
  name: 'minRows',
  summary: 'The holdout has at least this many rows.',
  example: { minRows: 500 },
  schema: () => z.strictObject({ minRows: z.int().min(1).describe('the least rows a verdict may rest on') }),
  judge: ({ minRows: bound }, { evaluation: { n } }) => ({
    gate: `rows ≥ ${bound}`,
    kind: 'minRows',
    value: n,
    bound,
    interval: null,
    passed: n >= bound,
    reason: `The holdout has ${n} rows; at least ${bound} are required.`,
  }),
} as const satisfies GateKind<MinRowsGate>;
