import * as z from 'zod';
import { type FittedFeatureKind, fittedFeatureSchema } from './encoding.ts';

export const cycleSchema = z.enum(['hour', 'dayOfWeek', 'dayOfMonth', 'dayOfYear', 'month']);
export type Cycle = z.output<typeof cycleSchema>;

/** What goes round, and after how many steps: a month and a year by their longest. */
const cycles: Readonly<Record<Cycle, { readonly steps: number; sql(value: string): string }>> = {
  hour: { steps: 24, sql: (v) => `hour(${v})` },
  dayOfWeek: { steps: 7, sql: (v) => `isodow(${v})` },
  dayOfMonth: { steps: 31, sql: (v) => `day(${v})` },
  dayOfYear: { steps: 366, sql: (v) => `dayofyear(${v})` },
  month: { steps: 12, sql: (v) => `month(${v})` },
};

const schema = fittedFeatureSchema('cyclic', { cycle: cycleSchema, wave: z.enum(['sin', 'cos']) }).describe(
  'a part of the time as a point on a circle: one of its two coordinates',
);
type CyclicFeature = z.output<typeof schema>;

export const cyclicFeature = {
  name: 'cyclic',
  schema,
  reads: 'TIMESTAMP',
  sql({ cycle, wave }, value) {
    const { steps, sql } = cycles[cycle];
    return `${wave}(2 * pi() * ${sql(value)} / ${steps})`;
  },
  // parts of dates move with the calendar
  watched: () => ({ as: 'nothing' }),
} as const satisfies FittedFeatureKind<typeof schema>;

/** Both coordinates of a part of the time on its circle. */
export const onCircle = (source: string, cycle: Cycle): CyclicFeature[] =>
  (['sin', 'cos'] as const).map((wave) => ({
    kind: 'cyclic',
    name: `${source}:${cycle}:${wave}`,
    source,
    cycle,
    wave,
  }));
