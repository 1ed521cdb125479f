import * as z from 'zod';

/** Error and cause as a Catch passes them on. */
export const caughtErrorSchema = z.object({ Error: z.string().optional(), Cause: z.string().optional() });
