import * as z from 'zod';
import { deploymentSchema } from './deployment.ts';
import { runPointerSchema } from './run.ts';

/** How a challenge can end. */
export const challengeEndSchema = z.enum(['won', 'lost', 'kept', 'stopped', 'superseded', 'retired', 'failed']);
export type ChallengeEnd = z.output<typeof challengeEndSchema>;

/** What a challenge led to. */
export const challengeOutcomeSchema = z.object({
  end: challengeEndSchema,
  reasons: z.array(z.string()).describe('sentences for people'),
  measures: z.record(z.string(), z.number()).describe('what was measured, by name'),
  at: z.string(),
  by: z.string().optional().describe('who ended it, where a person did'),
});
export type ChallengeOutcome = z.output<typeof challengeOutcomeSchema>;

/**
 * A challenge: `challenge` in the state table while it lasts, and `challenge#<version>#<opened>` after it. `predict` reads it with each
 * request, so it is small: the totals are an item of their own.
 */
export const challengeSchema = z.object({
  id: z.string().describe('the name of its execution'),
  status: z.enum(['opening', 'running', 'closing', 'closed']),
  pipeline: z.string(),
  mode: z.string(),
  settings: z.looseObject({ share: z.number(), waitMs: z.number(), maxDays: z.number(), minRows: z.number() }),
  challenger: deploymentSchema.describe('what serves the challenger, on an endpoint of its own'),
  champion: z.object({ runId: z.string(), modelPackageVersion: z.number() }),
  approvedAt: z.string().describe('tells one approval of the version from the next'),
  executionArn: z.string(),
  openedAt: z.string(),
  logFrom: z.string().describe('its requests lie behind this key of the prediction log'),
  startedAt: z.string().optional().describe('when requests began to reach the challenger'),
  request: z
    .object({
      end: z.enum(['won', 'stopped']),
      by: z.string().optional(),
      reason: z.string().optional(),
      at: z.string(),
    })
    .optional()
    .describe("a person's decision to end it"),
  outcome: challengeOutcomeSchema.optional(),
});
export type Challenge = z.output<typeof challengeSchema>;

/** What a challenge has seen so far: `challenge-totals` in the state table. */
export const challengeTotalsSchema = z.object({
  challenge: z.string(),
  totals: z.unknown().describe("as the challenge's mode has them"),
  watermark: z.string().describe('what lies up to this key was counted'),
  looks: z.int().min(0),
  judgedAt: z.string().optional(),
  measures: z.record(z.string(), z.number()).optional(),
  reasons: z.array(z.string()).optional(),
});
export type ChallengeTotals = z.output<typeof challengeTotalsSchema>;

/** What CloseChallenge answers and Notify reports: how a challenge ended, or why none could be opened. */
export const closedChallengeSchema = z.discriminatedUnion('report', [
  z.object({
    report: z.literal(true),
    pipeline: z.string(),
    mode: z.string(),
    run: runPointerSchema,
    modelPackageVersion: z.int().min(1),
    championVersion: z.number(),
    approvedAt: z.string(),
    outcome: challengeOutcomeSchema,
  }),
  z.object({ report: z.literal(false).describe('it never began'), pipeline: z.string(), reason: z.string() }),
]);
export type ClosedChallenge = z.output<typeof closedChallengeSchema>;
