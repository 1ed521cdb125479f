import * as z from 'zod';
import { normalQuantile } from '#domain/drift/distributions';
import type { DriftTest } from '#domain/drift/drift-test';
import { histogramRows } from '#domain/drift/histogram';

export const missingShare = {
  name: 'missing',
  label: 'Missing',
  summary: 'How much the share of missing values changed, from 0 to 1.',
  source: 'Two-proportion z-test with a pooled variance',
  kinds: ['number', 'category'],
  threshold: z.number().positive().max(1).default(0.05),
  example: { missing: 0.1 },
  measure(before, now) {
    const [n, m] = [histogramRows(before), histogramRows(now)];
    if (n === 0 || m === 0) return undefined;
    const pooled = (before.missing + now.missing) / (n + m);
    const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m));
    return {
      statistic: Math.abs(now.missing / m - before.missing / n),
      threshold: (configured, alpha) => Math.max(configured, normalQuantile(1 - alpha / 2) * deviation),
    };
  },
} as const satisfies DriftTest;
