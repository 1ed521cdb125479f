import * as z from 'zod';

/** Names of the checks by labels, in the order in which they are told. `registry.ts` has them by these names. */
export const LABEL_CHECK_NAMES = ['performance', 'calibration', 'slices', 'relation'] as const;
export type LabelCheckName = (typeof LABEL_CHECK_NAMES)[number];

/** `drift.labels`: what is judged when outcomes arrive. */
export const labelSettingsSchemaOf = <Name extends string>(names: readonly Name[]) =>
  z
    .strictObject({
      checks: z
        .array(z.enum(names))
        .default([...names] as never)
        .meta({
          description: `Which checks by labels may warn: ${names.map((name) => `\`${name}\``).join(', ')}. The others are measured and reported.`,
          examples: [['performance', 'calibration']],
        }),
      calibration: z
        .number()
        .positive()
        .max(1)
        .default(0.05)
        .meta({
          description:
            'The growth of the calibration error above which the calibration has changed. Regression: the fall of the share of errors within the range of the holdout.',
          examples: [0.1],
        }),
      bias: z
        .number()
        .positive()
        .default(0.25)
        .meta({
          description:
            'Regression: the change of the mean error above which the calibration has changed, in standard deviations of the errors on the holdout.',
          examples: [0.1],
        }),
      relation: z
        .number()
        .min(0)
        .max(1)
        .default(0.9)
        .meta({
          description:
            'The NDCG below which the model inputs rank otherwise by their relation to the label. 0.9 is the limit of SageMaker Clarify.',
          examples: [0.8],
        }),
    })
    .meta({
      description: 'What is judged when [outcomes](outcomes.md) arrive, and when it warns.',
      examples: [{ calibration: 0.1, relation: 0.8 }],
    });
export const labelSettingsSchema = labelSettingsSchemaOf(LABEL_CHECK_NAMES);
export type LabelSettings = z.output<typeof labelSettingsSchema>;
