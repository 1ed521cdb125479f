import * as z from 'zod';

/** Present while a pipeline is retired: `retired` in the state table. The counts are of what stood when it began. */
export const retirementSchema = z.object({
  at: z.string().describe('ISO 8601'),
  by: z.string().optional().describe('ARN of the caller, as the caller reported it'),
  reason: z.string().optional(),
  endpoint: z.boolean(),
  endpointConfigs: z.int().min(0),
  models: z.int().min(0),
});
export type Retirement = z.output<typeof retirementSchema>;
