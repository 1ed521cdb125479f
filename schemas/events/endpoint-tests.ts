import * as z from 'zod';
import { testResultSchema } from '#schemas/records/test-result';

/** Why an endpoint is tested: a deployment needs it, somebody updated the endpoint, or somebody started the tests. */
const triggerSchema = z.enum(['deploy', 'update', 'manual']);

/** What LoadEndpointTests is called with. */
export const loadEndpointTestsSchema = z.object({
  endpointName: z.string().min(1),
  trigger: triggerSchema,
  executionArn: z.string().min(1),
});

/** The state of an endpoint that is tested. */
export const testedEndpointSchema = z.object({
  decision: z.literal('test'),
  endpointName: z.string().min(1),
  endpointConfigName: z.string().min(1),
  trigger: triggerSchema,
});

/** What RecordTestResults is called with. */
export const recordTestResultsSchema = z.object({
  suite: testedEndpointSchema,
  results: z.array(testResultSchema),
  executionArn: z.string().min(1),
  startedAt: z.iso.datetime({ offset: true }),
});
