import * as z from 'zod';
import { testResultSchema } from '#schemas/records/test-result';

/** Why an endpoint is tested: a deployment needs it, somebody updated the endpoint, or somebody started the tests. */
const triggerSchema = z.enum(['deploy', 'update', 'manual']);
const startedAtSchema = z.iso.datetime({ offset: true });

/** What LoadEndpointTests is called with. */
export const loadEndpointTestsSchema = z.object({
  endpointName: z.string().min(1),
  trigger: triggerSchema,
  only: z.array(z.string().min(1)).default([]).describe('ids of the tests to run; all when empty'),
  executionArn: z.string().min(1),
  startedAt: startedAtSchema,
});

/** The state of an endpoint that is tested. */
export const testedEndpointSchema = z.object({
  decision: z.literal('test'),
  endpointName: z.string().min(1),
  endpointConfigName: z.string().min(1),
  trigger: triggerSchema,
  only: z.array(z.string().min(1)).optional().describe('the tests that were picked; absent when all ran'),
});

/** A test to run, by reference: its content stays in the table. */
const listedTestSchema = z.object({
  id: z.string(),
  version: z.int().min(1).optional().describe('absent for an id that is no id: such a test has no versions'),
});
export type ListedTest = z.output<typeof listedTestSchema>;

/** The tests to run on one state of an endpoint. */
export const suiteSchema = testedEndpointSchema.extend({
  tests: z.array(listedTestSchema),
  resultBytes: z.int().min(1).describe('JSON bytes that each result may take, so that all fit into a payload'),
});
export type Suite = z.output<typeof suiteSchema>;

/** What RunEndpointTest is called with. */
export const runEndpointTestSchema = z.object({
  endpointName: z.string().min(1),
  endpointConfigName: z.string().min(1).optional().describe('tells which run trained the model; raw rows need it'),
  resultBytes: z.int().min(1),
  test: listedTestSchema,
});

/** What RecordTestResults is called with. */
export const recordTestResultsSchema = z.object({
  suite: testedEndpointSchema,
  results: z.array(testResultSchema),
  executionArn: z.string().min(1),
  startedAt: startedAtSchema,
});
