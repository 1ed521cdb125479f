import * as z from 'zod';

const bound = (name: string, share: string, example: number) =>
  z
    .number()
    .positive()
    .optional()
    .meta({
      description: `${name} in milliseconds, at most: ${share} of the answers are as fast.`,
      examples: [example],
    });

/** Bounds of latencies. */
export const latencyBounds = {
  p50Ms: bound('The median latency', 'half', 50),
  p95Ms: bound('The 95th percentile of the latency', '95 %', 200),
  p99Ms: bound('The 99th percentile of the latency', '99 %', 500),
};
export type LatencyBounds = Readonly<Partial<Record<keyof typeof latencyBounds, number | undefined>>>;

const percents = { p50Ms: 50, p95Ms: 95, p99Ms: 99 } as const satisfies Record<keyof typeof latencyBounds, number>;

/** Whether any bound is set. */
export const hasBound = ({ p50Ms, p95Ms, p99Ms }: LatencyBounds): boolean =>
  [p50Ms, p95Ms, p99Ms].some((value) => value !== undefined);

/**
 * The `percent`-th percentile by nearest rank: the least value that at least so many percent of the values do not exceed
 * (definition 1 of Hyndman and Fan, 1996).
 *
 * @param sorted ascending
 * @throws RangeError when there are no values
 */
export function percentile(sorted: ArrayLike<number>, percent: number): number {
  if (sorted.length === 0) throw new RangeError('a percentile needs at least one value');
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] as number;
}

/** Latencies in words, and which bounds they exceed. @param latencies in milliseconds, at least one */
export function judgeLatencies(
  latencies: readonly number[],
  bounds: LatencyBounds,
): { text: string; problems: string[] } {
  const sorted = Float64Array.from(latencies).toSorted();
  const found = Object.entries(percents).map(([name, percent]) => {
    const value = percentile(sorted, percent);
    return { label: `p${percent}`, value, limit: bounds[name as keyof LatencyBounds] };
  });
  const text = found.map(({ label, value }) => `${label} ${Math.round(value)} ms`).join(', ');
  const problems = found.flatMap(({ label, value, limit }) =>
    limit !== undefined && value > limit ? [`${label} ${Math.round(value)} ms instead of at most ${limit}`] : [],
  );
  return { text, problems };
}
