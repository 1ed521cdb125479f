import * as z from 'zod';
import type { DriftAction } from './actions/drift-action.ts';
import { actionNames, DRIFT_ACTIONS } from './actions/registry.ts';
import { decisionSettingsSchema } from './decision/settings.ts';
import type { DriftTest } from './drift-test.ts';
import type { JointTest } from './joint/joint-test.ts';
import { JOINT_TESTS, jointThresholdSettings } from './joint/registry.ts';
import { labelSettingsSchema } from './labels/settings.ts';
import { performanceSettingsSchema } from './performance/settings.ts';
import { DRIFT_TESTS, thresholdSettings } from './registry.ts';
import { onCaptureSchema, referenceSchema } from './windows/settings.ts';

const scheduleSchema = z
  .string()
  .regex(
    /^(rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))\)|cron\(.+\))$/,
    'rate(1 day), rate(12 hours) or cron(0 6 * * ? *)',
  );

/** `drift`: when the model's inputs are compared with its training data. */
export const driftSchemaOf = <
  Tests extends readonly DriftTest[],
  Joint extends readonly JointTest[] = typeof JOINT_TESTS,
>(
  tests: Tests,
  actions: readonly DriftAction[] = DRIFT_ACTIONS,
  jointTests: Joint = JOINT_TESTS as never,
) =>
  z
    .object({
      schedule: scheduleSchema.meta({
        description:
          'When to check: `rate(1 day)`, `rate(12 hours)`, or a cron expression of EventBridge Scheduler in UTC.',
        examples: ['rate(1 day)', 'cron(0 6 * * ? *)'],
      }),
      onCapture: onCaptureSchema.optional(),
      source: z
        .enum(['captures', 'newest-drop', 'newest-batch'])
        .default('captures')
        .meta({
          description:
            'What to compare with the training rows: the requests the endpoint received, the rows of the newest drop, or those of the newest [batch](batch-scoring.md) that was scored.',
          examples: ['newest-drop'],
        }),
      window: z
        .string()
        .regex(/^\d+[hd]$/, 'hours or days, as 24h or 7d')
        .default('7d')
        .meta({
          description:
            'How far back captured requests are looked at, in full hours, but never to before the deployment of the model.',
          examples: ['24h', '30d'],
        }),
      reference: referenceSchema,
      minRows: z
        .int()
        .min(1)
        .default(200)
        .meta({
          description: 'A window with fewer rows is reported as too small and not judged.',
          examples: [1000],
        }),
      falseAlarmRate: z
        .number()
        .positive()
        .max(0.2)
        .default(0.01)
        .meta({
          description:
            'Probability that a check finds drift where there is none, over all columns and tests together. A smaller one needs more rows to find as much.',
          examples: [0.001],
        }),
      ...thresholdSettings(tests),
      ...jointThresholdSettings(jointTests),
      performance: performanceSettingsSchema.optional(),
      labels: labelSettingsSchema.optional(),
      decision: decisionSettingsSchema.optional(),
      action: z
        .enum(actionNames(actions))
        .default('alert')
        .meta({
          description: `What to do about an alarm. ${actions.map(({ name, summary }) => `\`${name}\`: ${summary}`).join(' ')} See [what decides](drift.md#what-decides).`,
          examples: ['retrain'],
        }),
    })
    .strict()
    .meta({
      description:
        'When to compare what the model receives with what it was trained on. Without this section there are no checks.',
      examples: [{ schedule: 'rate(1 day)', window: '7d', action: 'alert' }],
    });
export const driftSchema = driftSchemaOf(DRIFT_TESTS);
export type DriftSettings = z.infer<typeof driftSchema>;
