import * as z from 'zod';
import { loadedTestSchema } from '#domain/endpoint-tests/suite';
import { testedEndpointSchema } from '#schemas/events/endpoint-tests';

/** Endpoint tests as they travel through the test-endpoint machine; their kinds are in `domain/endpoint-tests/`, one file each. */

/** The tests to run on one state of an endpoint. */
export const suiteSchema = testedEndpointSchema.extend({ tests: z.array(loadedTestSchema) });
export type Suite = z.output<typeof suiteSchema>;

/** What RunEndpointTest is called with. */
export const runEndpointTestSchema = z.object({
  endpointName: z.string().min(1),
  endpointConfigName: z.string().min(1).optional().describe('tells which run trained the model; raw rows need it'),
  test: loadedTestSchema,
});
