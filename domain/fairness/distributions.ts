import type { Facets } from './fairness-metric.ts';

/**
 * The distributions of the labels in both facets, over the labels that both have: Clarify leaves the others out (smclarify 0.5,
 * `pdfs_aligned_nonzero`).
 */
export function labelShares({ a, d }: Facets<readonly number[]>): Facets<readonly number[]> {
  const both = [...a.keys()].filter((label) => (a[label] as number) > 0 && (d[label] as number) > 0);
  const of = (counts: readonly number[]): number[] => {
    const all = counts.reduce((sum, count) => sum + count, 0);
    return both.map((label) => (counts[label] as number) / all);
  };
  return { a: of(a), d: of(d) };
}

/** A sum over the labels that both facets have; NaN where there is none. */
export function overLabels(labels: Facets<readonly number[]>, term: (a: number, d: number) => number): number {
  const { a, d } = labelShares(labels);
  if (a.length === 0) return Number.NaN;
  return a.reduce((sum, share, i) => sum + term(share, d[i] as number), 0);
}
