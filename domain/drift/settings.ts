import * as z from 'zod';
import type { DriftTest } from './drift-test.ts';
import { DRIFT_TESTS, thresholdSettings } from './registry.ts';

const scheduleSchema = z
  .string()
  .regex(
    /^(rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))\)|cron\(.+\))$/,
    'rate(1 day), rate(12 hours) or cron(0 6 * * ? *)',
  );

/** `drift`: when what the model receives is compared with what it was trained on. */
export const driftSchemaOf = <Tests extends readonly DriftTest[]>(tests: Tests) =>
  z
    .object({
      schedule: scheduleSchema,
      source: z.enum(['captures', 'newest-drop']).default('captures'),
      window: z
        .string()
        .regex(/^\d+[hd]$/, 'hours or days, as 24h or 7d')
        .default('7d'),
      minRows: z.int().min(1).default(200).describe('a smaller window is reported as too small, not judged'),
      ...thresholdSettings(tests),
      action: z.enum(['alert', 'retrain']).default('alert'),
    })
    .strict();
export const driftSchema = driftSchemaOf(DRIFT_TESTS);
export type DriftSettings = z.infer<typeof driftSchema>;
