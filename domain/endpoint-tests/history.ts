import * as z from 'zod';
import { type TestResult, testResultSchema } from '#schemas/records/test-result';

/** The record of one run of an endpoint's tests. Records of earlier versions have less. */
const testRunSchema = z.object({
  startedAt: z.string(),
  endpointConfigName: z.string(),
  trigger: z.enum(['deploy', 'update', 'manual']),
  passed: z.boolean(),
  results: z.array(testResultSchema),
  executionArn: z.string().optional(),
  only: z.array(z.string()).optional(),
});

/** One run of an endpoint's tests. */
export interface TestRun extends z.output<typeof testRunSchema> {
  /** The sum over its tests, which run one after the other. */
  readonly durationMs: number;
}

/** Reads the record of a run of tests. */
export function readTestRun(item: unknown): TestRun {
  const run = testRunSchema.parse(item);
  return { ...run, durationMs: run.results.reduce((sum, { durationMs }) => sum + durationMs, 0) };
}

/** The result of a test in the newest run that had it. */
export const lastResult = (runs: readonly TestRun[], id: string): TestResult | undefined =>
  runs.flatMap(({ results }) => results.find((result) => result.id === id) ?? [])[0];
