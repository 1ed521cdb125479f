import { logGamma } from '#domain/drift/distributions';

/** Probability of at most `hits` of `count`, each with the probability `share`. */
function atMost(hits: number, count: number, share: number): number {
  let sum = 0;
  for (let k = 0; k <= hits; k++) {
    const ways = logGamma(count + 1) - logGamma(k + 1) - logGamma(count - k + 1);
    sum += Math.exp(ways + k * Math.log(share) + (count - k) * Math.log1p(-share));
  }
  return Math.min(1, sum);
}

/** Where a falling function of a share crosses a level. */
function crossing(level: number, value: (share: number) => number): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (value(middle) > level) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The exact 95 % interval of a share (Clopper & Pearson 1934, "The Use of Confidence or Fiducial Limits"). */
export const exactInterval = (hits: number, count: number): { readonly low: number; readonly high: number } => ({
  low: hits === 0 ? 0 : crossing(0.975, (share) => atMost(hits - 1, count, share)),
  high: hits === count ? 1 : crossing(0.025, (share) => atMost(hits, count, share)),
});

const percent = (share: number): string => (100 * share).toFixed(1);

/** A share in percent with its exact interval: `0.4 % (0.1 to 1.0)`. */
export function shareText(hits: number, count: number): string {
  const { low, high } = exactInterval(hits, count);
  return `${percent(hits / count)} % (${percent(low)} to ${percent(high)})`;
}
