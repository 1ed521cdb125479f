import { deploymentKeys } from '#domain/deployment/target';
import { ifEquals, type StateStore } from '#functions/ports/state-store';
import {
  type Challenge,
  type ChallengeTotals,
  challengeSchema,
  challengeTotalsSchema,
} from '#schemas/records/challenge';

/** The challenge of a pipeline that is under way, if any. */
export async function readChallenge(store: Pick<StateStore, 'get'>, pipeline: string): Promise<Challenge | undefined> {
  const item = await store.get(pipeline, deploymentKeys.challenge);
  return item && challengeSchema.parse(item);
}

/** What a challenge has seen so far; undefined at its beginning. */
export async function readTotals(
  store: Pick<StateStore, 'get'>,
  { pipeline, id }: Pick<Challenge, 'pipeline' | 'id'>,
): Promise<ChallengeTotals | undefined> {
  const item = await store.get(pipeline, deploymentKeys.challengeTotals);
  const totals = item && challengeTotalsSchema.parse(item);
  return totals?.challenge === id ? totals : undefined;
}

/** A challenge that has ended; undefined while it lasts. */
export async function readPastChallenge(
  store: Pick<StateStore, 'get'>,
  pipeline: string,
  version: number,
  id: string,
): Promise<Challenge | undefined> {
  const item = await store.get(pipeline, deploymentKeys.pastChallenge(version, id));
  return item && challengeSchema.parse(item);
}

/** Whether a version has won a challenge. */
export const hasWon = async (store: Pick<StateStore, 'list'>, pipeline: string, version: number): Promise<boolean> =>
  (await store.list(pipeline, deploymentKeys.pastChallenges(version))).some(
    (item) => challengeSchema.parse(item).outcome?.end === 'won',
  );

/**
 * Writes what a look has counted. A retry of the look, or an older one, changes nothing.
 *
 * @param former the totals that were counted on
 * @returns false when another look was faster
 */
export const writeTotals = (
  store: StateStore,
  pipeline: string,
  former: ChallengeTotals | undefined,
  next: ChallengeTotals,
): Promise<boolean> =>
  store.put(
    pipeline,
    deploymentKeys.challengeTotals,
    next,
    former === undefined
      ? {
          expression: 'attribute_not_exists(pk) OR challenge <> :c',
          values: { ':c': next.challenge },
        }
      : {
          expression: 'challenge = :c AND looks = :l',
          values: { ':c': next.challenge, ':l': former.looks },
        },
  );

/** The condition that a challenge is still that of an execution. */
export const ifOwn = (executionArn: string) => ifEquals('executionArn', executionArn);
