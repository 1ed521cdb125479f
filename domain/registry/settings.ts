import * as z from 'zod';

/** `registry`: who approves a model that passed its gates. */
export const registrySchema = z
  .object({
    approval: z
      .enum(['auto', 'manual'])
      .default('manual')
      .meta({
        description: '`auto` deploys a model that passed its gates. `manual` waits until somebody approves it.',
        examples: ['auto'],
      }),
  })
  .strict()
  .prefault({})
  .describe('Who approves a model that passed its gates.');
export type RegistrySettings = z.infer<typeof registrySchema>;
