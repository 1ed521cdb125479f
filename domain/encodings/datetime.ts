import * as z from 'zod';
import { cycleSchema, cyclicFeature, onCircle } from './cyclic.ts';
import { allMissing, constant, type Encoding, type FittedFeatureKind, fittedFeatureSchema } from './encoding.ts';

const partSchema = z.enum(['hour', 'dayOfWeek', 'dayOfMonth', 'month', 'year', 'epochDays']);
type Part = z.output<typeof partSchema>;

const partSql: Readonly<Record<Part, (value: string) => string>> = {
  hour: (v) => `hour(${v})`,
  // ISO 8601: Monday 1 … Sunday 7
  dayOfWeek: (v) => `isodow(${v})`,
  dayOfMonth: (v) => `day(${v})`,
  month: (v) => `month(${v})`,
  year: (v) => `year(${v})`,
  epochDays: (v) => `date_diff('day', DATE '1970-01-01', CAST(${v} AS DATE))`,
};

const schema = fittedFeatureSchema('datetime', { part: partSchema });
type DatetimeFeature = z.output<typeof schema>;

const datetimeFeature = {
  name: 'datetime',
  schema,
  reads: 'TIMESTAMP',
  sql: ({ part }, value) => partSql[part](value),
  // parts of dates move with the calendar
  watched: () => ({ as: 'nothing' }),
} as const satisfies FittedFeatureKind<typeof schema>;

const settings = {
  parts: z
    .array(partSchema)
    .default([])
    .meta({
      description:
        'The parts of the time that become model inputs, each a number. `dayOfWeek` is 1 on Monday, `epochDays` counts days since 1970.',
      examples: [['month', 'dayOfWeek']],
    }),
  cyclic: z
    .array(cycleSchema)
    .default([])
    .meta({
      description:
        'The parts of the time that become points on a circle, two model inputs each, sine and cosine: December is as near to January as June to July.',
      examples: [['month', 'hour']],
    }),
};

/** Parts of a time, each a number. */
export const datetime = {
  name: 'datetime',
  type: 'datetime',
  label: 'Date and time',
  summary:
    'Parts of the time (UTC), each a number or a point on a circle: hour, day of the week (Monday is 1), month and so on.',
  settings,
  features: [datetimeFeature, cyclicFeature],
  example: { role: 'feature', type: 'datetime', parts: ['month', 'dayOfWeek'] },
  problem: ({ parts, cyclic }) =>
    parts.length + cyclic.length === 0
      ? 'name parts of the time that become model inputs: parts, cyclic or both'
      : undefined,
  fit(source, { parts, cyclic }, { min, max, trainMissing }) {
    if (min === null) return allMissing;
    if (min === max && trainMissing === 0) return constant;
    return {
      features: [
        ...parts.map((part): DatetimeFeature => ({ kind: 'datetime', name: `${source}:${part}`, source, part })),
        ...cyclic.flatMap((cycle) => onCircle(source, cycle)),
      ],
    };
  },
} as const satisfies Encoding<'datetime', typeof settings>;
