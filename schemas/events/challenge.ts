import * as z from 'zod';
import { caughtErrorSchema } from '#schemas/records/caught-error';
import { challengeEndSchema } from '#schemas/records/challenge';
import type { Deployment } from '#schemas/records/deployment';

const time = z.iso.datetime({ offset: true });
const arn = z.string().startsWith('arn:');

/** The input of the `challenge` machine: an approved version of a pipeline. */
export const challengeInputSchema = z.object({
  pipeline: z.string().min(1),
  modelPackageArn: arn,
  modelPackageVersion: z.int().min(1),
  runId: z.string().min(1),
  approvedAt: z.string().min(1),
});
export type ChallengeInput = z.output<typeof challengeInputSchema>;

/** Names a challenge: its pipeline and its execution. */
const ownSchema = z.object({ pipeline: z.string().min(1), executionArn: arn });

/** What OpenChallenge is called with. */
export const openChallengeSchema = challengeInputSchema.extend({ executionArn: arn, openedAt: time });

/** What BeginChallenge is called with: how the tests of the challenger's endpoint ended. */
export const beginChallengeSchema = ownSchema.extend({
  tests: z.object({ passed: z.boolean(), failed: z.array(z.string()) }),
  at: time,
});

/** What JudgeChallenge is called with. */
export const judgeChallengeSchema = ownSchema.extend({ at: time });

/** How a challenge stands: what OpenChallenge, BeginChallenge and JudgeChallenge answer. */
export type ChallengeStep =
  | { readonly step: 'ignore'; readonly reason: string }
  | { readonly step: 'await'; readonly deployment: Deployment }
  | { readonly step: 'announce' | 'wait'; readonly waitSeconds: number }
  | { readonly step: 'close'; readonly verdict: Verdict };

/** Why a challenge ends. */
export const verdictSchema = z.object({
  end: challengeEndSchema,
  reasons: z.array(z.string()),
  measures: z.record(z.string(), z.number()),
  by: z.string().optional(),
});
export type Verdict = z.output<typeof verdictSchema>;

/** What CloseChallenge is called with: a verdict, or an error of the machine. */
export const closeChallengeSchema = ownSchema.extend({
  verdict: verdictSchema.nullish(),
  error: caughtErrorSchema.nullish(),
  at: time,
});
