import * as z from 'zod';

/**
 * The result of one endpoint test. It never contains a value of the request: only counts, positions, differences and, when the test
 * failed, the start of the endpoint's own answer without what that repeats of the request.
 */
export const testResultSchema = z.object({
  id: z.string(),
  kind: z.string(),
  passed: z.boolean(),
  detail: z.string(),
  durationMs: z.number().min(0),
  version: z.int().min(1).optional().describe('the version of the test that ran'),
});
export type TestResult = z.output<typeof testResultSchema>;
