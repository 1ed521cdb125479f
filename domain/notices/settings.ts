import * as z from 'zod';

/** `notify`: where the team reads what happens to the pipeline. */
export const notifySchema = z
  .object({
    slack: z
      .string()
      .regex(/^#[a-z0-9_-]{1,79}$/, 'a channel, as #ml-loans')
      .optional(),
  })
  .strict()
  .prefault({});
export type NotifySettings = z.infer<typeof notifySchema>;
