import * as z from 'zod';
import { chiSquareTail } from '#domain/drift/distributions';
import type { DriftTest } from '#domain/drift/drift-test';
import { histogramRows } from '#domain/drift/histogram';

export const missingRatio = {
  name: 'missingRatio',
  label: 'Missing ratio',
  summary: 'How many times as many values are missing, or as few, as a natural logarithm.',
  source: 'Wald test of the log risk ratio (Katz et al. 1978), half a row added to each count',
  kinds: ['number', 'category'],
  threshold: z.number().positive().default(0.7),
  example: { missingRatio: 1 },
  measure(before, now) {
    const [n, m] = [histogramRows(before), histogramRows(now)];
    if (n === 0 || m === 0) return undefined;
    const [b, w] = [before.missing + 0.5, now.missing + 0.5];
    const ratio = Math.log(w / (m + 1)) - Math.log(b / (n + 1));
    const variance = 1 / b - 1 / (n + 1) + 1 / w - 1 / (m + 1);
    return { statistic: Math.abs(ratio), p: chiSquareTail(ratio ** 2 / variance, 1) };
  },
} as const satisfies DriftTest;
