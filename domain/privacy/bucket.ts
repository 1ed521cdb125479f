import * as z from 'zod';
import { double } from '#domain/sql/literals';
import type { PrivacyAction } from './privacy-action.ts';

const settings = {
  edges: z
    .array(z.number())
    .min(1)
    .max(50)
    .refine((edges) => edges.every((edge, i) => i === 0 || edge > (edges[i - 1] ?? edge)), 'edges must rise')
    .meta({
      description: 'Where one bucket ends and the next begins. A value at an edge is in the upper one.',
      examples: [[18, 30, 45, 65]],
    }),
};

/** A number becomes the number of its bucket. */
export const bucket = {
  name: 'bucket',
  label: 'put into buckets',
  summary: 'The number of the bucket stands for the value: 0 below the first edge, then one more at each edge.',
  roles: ['quasi'],
  settings,
  example: { role: 'quasi', action: 'bucket', edges: [18, 30, 45, 65], feature: { type: 'number' } },
  clean: ({ edges }) => ({
    kind: 'number',
    sql: (v) =>
      `CASE WHEN ${v} IS NOT NULL THEN CAST(${edges.map((edge) => `(${v} >= ${double(edge)})::INTEGER`).join(' + ')} AS DOUBLE) END`,
  }),
} as const satisfies PrivacyAction<typeof settings>;
