import { shardName } from '#domain/runs/layout';

/** The folder of the artifacts bucket with the records of clean-ups; ends in `/`. No pipeline has such a name. */
export const cleanUpPrefix = '_clean-up/';

/** How many removals one function makes. */
export const batchSize = 25;
/** How many removals a clean-up makes. The next one goes on. */
export const mostRemovals = 1000;

/**
 * Keys of the records of a clean-up, in the artifacts bucket.
 *
 * @param startedAt ISO 8601
 * @param executionArn of the machine clean-up
 */
export const cleanUpPlanKey = (startedAt: string, executionArn: string): string =>
  `${cleanUpPrefix}${new Date(startedAt).toISOString().slice(0, 10)}/${executionArn.slice(executionArn.lastIndexOf(':') + 1)}/plan.json`;

/** The key of what one batch of a plan removed. */
export const removedKey = (planKey: string, batch: number): string =>
  planKey.replace(/plan\.json$/, `removed-${shardName(batch)}.json`);
