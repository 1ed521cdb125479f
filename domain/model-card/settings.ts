import * as z from 'zod';
import { riskRatingSchema } from '#schemas/records/model-card';

const text = (description: string, example: string) =>
  z
    .string()
    .min(1)
    .max(2000)
    .optional()
    .meta({ description, examples: [example] });

/** `card`: what the model card says that no record knows. */
export const cardSchema = z
  .strictObject({
    owner: text('Who answers for the model: a team, not a person.', 'Credit Risk'),
    intendedUses: text('What its answers may be used for.', 'To order the calls of the retention team.'),
    limits: text('When its answers are worth less.', 'Customers of less than three months.'),
    riskRating: riskRatingSchema.optional().meta({
      description: 'How much harm a wrong answer does, by the rules of your organisation. Without it: `Unknown`.',
      examples: ['Medium'],
    }),
    riskReason: text('Why it has this rating.', 'A wrong answer costs a needless call.'),
    businessProblem: text('The problem that the model helps to solve.', 'Customers leave without a warning.'),
    stakeholders: text('Who depends on it.', 'Retention, Finance'),
    lineOfBusiness: text('The part of the business that uses it.', 'Consumer'),
    ethicalConsiderations: text('What its users should weigh.', 'It must not decide on prices.'),
    caveats: text('What its users should know or do.', 'Look at the slices before a campaign.'),
  })
  .meta({
    description:
      'What the [model card](records.md#model-card) of each version says that no record knows. A change of it trains nothing again.',
    examples: [
      { owner: 'Credit Risk', riskRating: 'Medium', intendedUses: 'To order the calls of the retention team.' },
    ],
  });
export type CardSettings = z.infer<typeof cardSchema>;
