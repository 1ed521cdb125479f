import * as z from 'zod';

/** How one endpoint test went. Never holds a value of a request or an answer: only counts, positions and differences. */
export const testResultSchema = z.object({
  id: z.string(),
  kind: z.string(),
  passed: z.boolean(),
  detail: z.string(),
  durationMs: z.number().min(0),
});
export type TestResult = z.output<typeof testResultSchema>;
