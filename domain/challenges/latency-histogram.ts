/**
 * Latencies that merge: numbers of values by bucket, where bucket i holds those in (γ^(i−1), γ^i] milliseconds. A percentile is within
 * (γ − 1) / (γ + 1), 2.5 %, of the true one (Masson, Rim and Lee 2019, "DDSketch", VLDB 12(12)).
 */
export type LatencyHistogram = Readonly<Record<string, number>>;

const gamma = 1.05;
/** Milliseconds below which nothing is told apart. */
const least = 0.1;

/** Adds one latency, in milliseconds. */
export function addLatency(histogram: LatencyHistogram, ms: number): LatencyHistogram {
  const bucket = String(Math.ceil(Math.log(Math.max(ms, least)) / Math.log(gamma)));
  return { ...histogram, [bucket]: (histogram[bucket] ?? 0) + 1 };
}

/** The `percent`-th percentile by nearest rank, in milliseconds; undefined when there are no latencies. */
export function latencyPercentile(histogram: LatencyHistogram, percent: number): number | undefined {
  const buckets = Object.entries(histogram)
    .map(([bucket, count]) => [Number(bucket), count] as const)
    .toSorted(([a], [b]) => a - b);
  const total = buckets.reduce((sum, [, count]) => sum + count, 0);
  const rank = Math.max(1, Math.ceil((percent / 100) * total));
  let seen = 0;
  for (const [bucket, count] of buckets) {
    seen += count;
    // the middle of the bucket by relative error
    if (seen >= rank) return (2 * gamma ** bucket) / (gamma + 1);
  }
  return undefined;
}
