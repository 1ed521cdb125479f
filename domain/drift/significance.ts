/**
 * The bound up to which a probability is significant when several are looked at together (Benjamini & Hochberg 1995, "Controlling the False
 * Discovery Rate"). Where nothing has drifted, the probability of any finding is at most `rate`.
 *
 * @returns 0 when none is significant
 */
export function benjaminiHochberg(probabilities: readonly number[], rate: number): number {
  const ordered = probabilities.toSorted((a, b) => a - b);
  const last = ordered.findLastIndex((p, i) => p <= (rate * (i + 1)) / ordered.length);
  return last < 0 ? 0 : (rate * (last + 1)) / ordered.length;
}

/** The probability of the least likely of several findings (Bonferroni): it may be used however the findings depend on each other. */
export const leastLikely = (probabilities: readonly number[]): number =>
  Math.min(1, Math.min(...probabilities) * probabilities.length);
