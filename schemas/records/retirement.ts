import * as z from 'zod';

/** Who decided to take a retirement back, and why: with `decision`, an item `retirement#<at>` in the state table. */
export const takenBackSchema = z.object({
  at: z.string().describe('ISO 8601'),
  by: z.string().optional().describe('ARN of the caller, as the caller reported it'),
  reason: z.string().optional(),
});
export type TakenBack = z.output<typeof takenBackSchema>;

/** Present while a pipeline is retired: `retired` in the state table, and `retirement#<at>` in its history. The counts are of what stood when it began. */
export const retirementSchema = takenBackSchema.extend({
  endpoint: z.boolean(),
  endpointConfigs: z.int().min(0),
  models: z.int().min(0),
});
export type Retirement = z.output<typeof retirementSchema>;
