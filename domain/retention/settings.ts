import * as z from 'zod';

/** Most machines end within days (`TimeoutSeconds` in statemachines/): nothing younger than this many days is touched. */
export const leastDays = 14;
/** The longest run, in days, with room: a record that says `running` for longer is of a run that was lost. */
export const longestRunDays = 30;

/** A length of time such as `90d`, in days. */
export const daysOf = (length: string): number => Number.parseInt(length, 10);

const lengthOf = (least: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,3}d$/, 'days, as 90d')
    .refine((length) => daysOf(length) >= least, `at least ${least}d`);

const lengthSchema = (least: number, byDefault: string, description: string) =>
  lengthOf(least)
    .default(byDefault)
    .meta({ description: `${description} At least ${least}d.`, examples: [byDefault] });

/** `retention`: how long what a pipeline makes is kept. */
export const retentionSchema = z
  .strictObject({
    runs: lengthSchema(
      longestRunDays,
      '90d',
      'How long a run or a batch is kept that no model in use came from: its records and report, its model, a version that was rejected.',
    ),
    models: z
      .strictObject({
        versions: z
          .int()
          .min(1)
          .max(1000)
          .default(10)
          .meta({
            description: 'How many of the newest approved versions are kept however old they are.',
            examples: [20],
          }),
        for: lengthSchema(
          longestRunDays,
          '180d',
          'How long an older approved version is kept, from when it was trained or last served.',
        ),
      })
      .prefault({})
      .describe(
        'Which approved versions are kept to be rolled back to. The version that `tidegate rollback` goes to without a number is always kept.',
      ),
    rows: lengthSchema(
      leastDays,
      '30d',
      'How long the rows of a run are kept in the clean bucket: desensitized rows, model inputs, scores of the holdout.',
    ),
    captures: lengthOf(leastDays)
      .optional()
      .meta({
        description: `How long captured requests are kept. At least ${leastDays}d, and as long as drift checks look back. By default 30d, or as long as they look back if that is longer.`,
        examples: ['60d'],
      }),
    predictions: lengthSchema(
      leastDays,
      '180d',
      'How long logged predictions and outcomes are kept. An outcome that arrives later finds no prediction.',
    ),
    scores: lengthSchema(leastDays, '90d', 'How long the scores of batches are kept.'),
    reports: lengthSchema(leastDays, '365d', 'How long the reports of drift checks are kept.'),
    quarantine: lengthSchema(
      leastDays,
      '90d',
      'How long malformed rows and the lists of the files of drops are kept in the raw bucket.',
    ),
  })
  .prefault({})
  .meta({
    description:
      'How long what the pipeline makes is kept. Raw drops are never deleted. A setting below `stages` is of one stage alone. See [retention](retention.md).',
    examples: [{ runs: '60d', models: { versions: 5, for: '365d' }, captures: '60d' }],
  });
export type RetentionSettings = z.output<typeof retentionSchema>;
