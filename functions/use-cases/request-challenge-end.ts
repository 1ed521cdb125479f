import { deploymentKeys } from '#domain/deployment/target';
import type { StateStore } from '#functions/ports/state-store';
import type { Challenge } from '#schemas/records/challenge';

/**
 * Records that a person wants a challenge to end: with the challenger promoted, or with the champion kept. The challenge's machine does it
 * at its next look.
 *
 * @returns false when no challenge is under way, or it is ending already
 */
export const requestChallengeEnd = (
  store: Pick<StateStore, 'set'>,
  pipeline: string,
  request: NonNullable<Challenge['request']>,
): Promise<boolean> =>
  store.set(
    pipeline,
    deploymentKeys.challenge,
    { request },
    { expression: 'attribute_exists(pk) AND attribute_not_exists(outcome)' },
  );
