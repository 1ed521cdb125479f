/** Earlier jobs that must have got as far before any is stopped: a median of fewer says little. */
const FEWEST_EARLIER = 3;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
};

/**
 * The rule of early stopping (Developer Guide: Stop Training Jobs Early): a job is stopped when its objective is worse
 * than the median of the running averages, up to the same epoch, of the jobs before it.
 *
 * @param costs the job's objective by epoch so far, less is better
 * @param earlier the same of the jobs that completed before; those that did not get as far don't count
 */
export const isWorseThanMedian = (costs: readonly number[], earlier: readonly (readonly number[])[]): boolean => {
  const epoch = costs.length;
  const current = costs.at(-1);
  const averages = earlier.filter((one) => one.length >= epoch).map((one) => mean(one.slice(0, epoch)));
  return current !== undefined && averages.length >= FEWEST_EARLIER && current > median(averages);
};
