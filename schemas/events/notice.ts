import * as z from 'zod';
import { caughtErrorSchema } from '#schemas/events/caught-error';
import { runFailureSchema } from '#schemas/events/finish-run';
import { driftCheckSchema } from '#schemas/records/drift-check';
import { runPointerSchema } from '#schemas/records/run';

const testResultSchema = z.object({
  id: z.string(),
  kind: z.string(),
  passed: z.boolean(),
  detail: z.string(),
  durationMs: z.number(),
});

/** What Notify is called with. Pointers and outcomes only: it reads the rest beside the run. */
export const noticeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('run-started'), run: runPointerSchema }),
  z.object({ kind: z.literal('verdict'), run: runPointerSchema }),
  z.object({ kind: z.literal('registered'), run: runPointerSchema }),
  z.object({ kind: z.literal('run-skipped'), pipeline: z.string(), drop: z.string(), reason: z.string() }),
  z.object({ kind: z.literal('run-failed'), failure: runFailureSchema }),
  z.object({
    kind: z.literal('deployed'),
    run: runPointerSchema,
    endpointName: z.string(),
    startedAt: z.string(),
    at: z.string(),
  }),
  z.object({
    kind: z.literal('rolled-back'),
    executionArn: z.string(),
    failure: z.object({
      reason: z.string(),
      pipeline: z.string().nullish(),
      run: runPointerSchema.nullish(),
      endpointName: z.string().nullish(),
      endpointConfigName: z.string().nullish(),
      servingConfig: z.string().nullish(),
    }),
    modelPackageVersion: z.number().nullish(),
    startedAt: z.string(),
    at: z.string(),
  }),
  z.object({
    kind: z.literal('endpoint-tests'),
    executionArn: z.string(),
    outcome: z.object({
      endpointName: z.string(),
      endpointConfigName: z.string(),
      trigger: z.enum(['deploy', 'update', 'manual']),
      results: z.array(testResultSchema),
      pipeline: z.string().nullish(),
      run: runPointerSchema.nullish(),
    }),
  }),
  z.object({ kind: z.literal('drift'), check: driftCheckSchema }),
  z.object({
    kind: z.literal('check-failed'),
    pipeline: z.string().nullish(),
    endpointName: z.string().optional().describe('whose tests could not be run; a drift check when absent'),
    executionArn: z.string(),
    error: caughtErrorSchema,
  }),
]);
export type Notice = z.output<typeof noticeSchema>;
