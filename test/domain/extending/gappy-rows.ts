import * as z from 'zod';
import type { FeatureMatrix } from '#domain/drift/columns';
import { fisherExact } from '#domain/drift/distributions';
import type { JointTest } from '#domain/drift/joint/joint-test';

function gappy({ rows, width, values }: FeatureMatrix): number {
  const isGappy = (row: number): boolean =>
    values.subarray(row * width, (row + 1) * width).filter(Number.isNaN).length >= width / 2;
  return Array.from({ length: rows }, (_, row) => row).filter(isGappy).length;
}

export const gappyRows = {
  name: 'gappyRows',
  label: 'Gappy rows',
  compares: 'all columns',
  summary: 'How much the share of the rows changed in which at least half of the columns are missing.',
  source: "Fisher's exact test, two-sided as twice the smaller tail",
  threshold: z.union([z.number().positive().max(1), z.literal(false)]).default(0.05),
  example: { gappyRows: 0.1 },
  measure(before, now) {
    const [b, w] = [gappy(before), gappy(now)];
    return {
      statistic: Math.abs(w / now.rows - b / before.rows),
      p: fisherExact(b, before.rows, w, now.rows),
      causes: [],
    };
  },
} as const satisfies JointTest;
