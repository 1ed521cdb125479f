import type * as z from 'zod';
import { secondsBetweenLooks } from '#domain/challenges/looks';
import { deploymentKeys } from '#domain/deployment/target';
import { readChallenge } from '#functions/claims/challenges';
import type { StateStore } from '#functions/ports/state-store';
import type { beginChallengeSchema, ChallengeStep, Verdict } from '#schemas/events/challenge';
import { type Challenge, challengeSchema } from '#schemas/records/challenge';

/** The challenge of an execution, or the verdict on one that another execution has ended. */
export async function readOwnChallenge(
  store: Pick<StateStore, 'get'>,
  { pipeline, executionArn }: { readonly pipeline: string; readonly executionArn: string },
): Promise<{ readonly challenge: Challenge } | { readonly verdict: Verdict }> {
  const challenge = await readChallenge(store, pipeline);
  if (challenge?.executionArn === executionArn && challenge.outcome === undefined) return { challenge };
  const { end, reasons, measures } =
    challenge?.executionArn === executionArn && challenge.outcome
      ? challenge.outcome
      : { end: 'superseded' as const, reasons: ['The challenge was ended in the meantime.'], measures: {} };
  return { verdict: { end, reasons, measures } };
}

/**
 * Lets requests reach the challenger, whose endpoint serves and was tested. A challenger that failed its tests has lost. A retry keeps
 * the first time.
 */
export async function beginChallenge(
  { store }: { readonly store: StateStore },
  event: z.output<typeof beginChallengeSchema>,
): Promise<ChallengeStep> {
  const own = await readOwnChallenge(store, event);
  if ('verdict' in own) return { step: 'close', verdict: own.verdict };
  const { passed, failed } = event.tests;
  if (!passed) {
    const reasons = [`Endpoint tests failed: ${failed.join(', ')}.`];
    return { step: 'close', verdict: { end: 'lost', reasons, measures: {} } };
  }
  await store.set(
    event.pipeline,
    deploymentKeys.challenge,
    { status: 'running', startedAt: event.at },
    {
      expression: 'executionArn = :e AND #s = :o',
      names: { '#s': 'status' },
      values: { ':e': event.executionArn, ':o': 'opening' },
    },
  );
  const { settings } = challengeSchema.parse(own.challenge);
  return { step: 'announce', waitSeconds: secondsBetweenLooks(settings.maxDays) };
}
