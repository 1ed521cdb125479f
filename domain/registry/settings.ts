import * as z from 'zod';

/** `registry`: who approves a model that passed its gates. */
export const registrySchema = z
  .object({ approval: z.enum(['auto', 'manual']).default('manual') })
  .strict()
  .prefault({});
export type RegistrySettings = z.infer<typeof registrySchema>;
