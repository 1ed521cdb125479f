import * as z from 'zod';
import { budgetSchema } from '#domain/costs/budget';
import { isItem } from '#domain/costs/price-table';

/** `costs.yml`: what the whole stage may cost, and one's own prices. */
export const costSettingsSchema = z.strictObject({
  budget: budgetSchema.optional(),
  prices: z
    .record(z.string(), z.number().min(0))
    .default({})
    .superRefine((prices, ctx) => {
      for (const item of Object.keys(prices).filter((own) => !isItem(own)))
        ctx.addIssue({
          code: 'custom',
          path: [item],
          message: 'is no item with a price; docs/costs.md lists them, as sagemaker.training.ml.m5.xlarge',
        });
    }),
});
export type CostSettings = z.output<typeof costSettingsSchema>;
