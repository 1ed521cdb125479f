import * as z from 'zod';

const duration = z.string().regex(/^\d+[hd]$/, 'hours or days, as 12h or 3d');

/** `drift.decision`: when what a check finds becomes an alarm, and how often it may act. */
export const decisionSettingsSchema = z
  .strictObject({
    persistence: z
      .strictObject({
        k: z
          .int()
          .min(1)
          .max(30)
          .meta({ description: 'How many windows must have a warning, the newest included.', examples: [2] }),
        of: z
          .int()
          .min(1)
          .max(30)
          .meta({ description: 'How many of the last windows are looked at.', examples: [3] }),
      })
      .refine(({ k, of }) => k <= of, 'k is at most of: 2 of 3, not 3 of 2')
      .optional()
      .meta({
        description:
          'Alarms only when `k` of the last `of` windows have a warning. By default one window is enough. Windows with too few rows do not count.',
        examples: [{ k: 2, of: 3 }],
      }),
    cooldown: duration.default('0h').meta({
      description:
        'For how long an alarm is not repeated, in hours or days. A greater severity, another column or another model alarms at once.',
      examples: ['3d'],
    }),
    retrains: z
      .strictObject({
        most: z
          .int()
          .min(0)
          .max(100)
          .default(2)
          .meta({ description: 'How many retrains drift may start in the period.', examples: [1] }),
        per: duration.default('30d').meta({ description: 'The period, in hours or days.', examples: ['7d'] }),
      })
      .optional()
      .meta({
        description: 'How often drift may start a retrain: by default twice in 30 days.',
        examples: [{ most: 1, per: '7d' }],
      }),
    slowDrift: z
      .int()
      .min(50)
      .max(1_000_000)
      .optional()
      .meta({
        description:
          'Turns on the test for slow drift, and says how many windows it takes on average until it alarms without any drift. A larger number finds slow drift later.',
        examples: [500],
      }),
  })
  .meta({
    description: 'When what a check finds becomes an alarm, and how often drift may start a retrain.',
    examples: [{ persistence: { k: 2, of: 3 }, cooldown: '3d', retrains: { most: 2, per: '30d' }, slowDrift: 500 }],
  });

/** All settings of a decision, defaults included. */
export interface DecisionSettings {
  readonly persistence: { readonly k: number; readonly of: number };
  readonly cooldown: string;
  readonly retrains: { readonly most: number; readonly per: string };
  readonly slowDrift: number | undefined;
}

/** The settings with their defaults. @param section `drift.decision` of a pipeline, if it has one */
export function decisionSettings(section: z.output<typeof decisionSettingsSchema> | undefined): DecisionSettings {
  const { cooldown, persistence, retrains, slowDrift } = section ?? decisionSettingsSchema.parse({});
  return {
    cooldown,
    persistence: persistence ?? { k: 1, of: 1 },
    retrains: retrains ?? { most: 2, per: '30d' },
    slowDrift,
  };
}
