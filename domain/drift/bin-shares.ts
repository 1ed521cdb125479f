import { bounded } from '#domain/data/shown';
import { formatNumber } from '#domain/text/format-number';
import type { CategoryHistogram, NumberHistogram } from '#schemas/records/baseline';
import { histogramRows } from './histogram.ts';
import type { HistogramPair } from './window-counts.ts';

/** A bin with its share of the rows before and now. */
export interface BinShare {
  readonly label: string;
  readonly before: number;
  readonly now: number;
  /** No ordinary bin: missing, unseen or beyond the training range. */
  readonly special: boolean;
}

/** Categories that are shown one by one, at most; the others are one bin together. */
const mostCategories = 10;
/** A longer category is cut. */
const longestName = 24;

/** The bins of numbers by their cuts. The training minimum and maximum are not shown: each is a row's value. */
function numberLabels({ edges, counts }: NumberHistogram): { readonly label: string; readonly special: boolean }[] {
  return counts.map((_, bin) => {
    if (edges.length === 0) return { label: 'any value', special: true };
    if (bin === 0) return { label: 'below training', special: true };
    if (bin === edges.length) return { label: 'above training', special: true };
    const from = bin > 1 ? formatNumber(edges[bin - 1] as number) : undefined;
    const to = bin < edges.length - 1 ? formatNumber(edges[bin] as number) : undefined;
    const upper = to === undefined ? 'in training range' : `< ${to}`;
    const label = from === undefined ? upper : to === undefined ? `≥ ${from}` : `${from} to ${to}`;
    return { label, special: false };
  });
}

const categoryLabels = ({ categories }: CategoryHistogram) => [
  ...categories.map((name) => ({ label: bounded(name, longestName), special: false })),
  { label: 'unseen', special: true },
];

const sum = (bins: readonly BinShare[], of: 'before' | 'now'): number => bins.reduce((all, bin) => all + bin[of], 0);

/** The most frequent ordinary bins, and the others together. */
function withoutRare(bins: readonly BinShare[]): BinShare[] {
  const most = (bin: BinShare): number => Math.max(bin.before, bin.now);
  const shown = new Set(bins.toSorted((a, b) => most(b) - most(a)).slice(0, mostCategories));
  const rare = bins.filter((bin) => !shown.has(bin));
  if (rare.length === 0) return [...bins];
  const others = { label: `${rare.length} others`, special: false, before: sum(rare, 'before'), now: sum(rare, 'now') };
  return [...bins.filter((bin) => shown.has(bin)), others];
}

/**
 * The bins of a column with their shares of the rows, in the order of the bins, then those that are no ordinary ones: unseen categories,
 * values beyond the training range, missing values. These are left out where neither side has any.
 */
export function binShares({ before, now }: HistogramPair): BinShare[] {
  const rows = [Math.max(histogramRows(before), 1), Math.max(histogramRows(now), 1)] as const;
  const labels = before.kind === 'number' ? numberLabels(before) : categoryLabels(before);
  const shares = [
    ...labels.map((own, bin) => ({
      ...own,
      counts: [before.counts[bin] as number, now.counts[bin] as number] as const,
    })),
    { label: 'missing', special: true, counts: [before.missing, now.missing] as const },
  ].map(({ label, special, counts: [a, b] }) => ({ label, special, before: a / rows[0], now: b / rows[1] }));
  const ordinary = shares.filter(({ special }) => !special);
  return [
    ...(before.kind === 'category' ? withoutRare(ordinary) : ordinary),
    ...shares.filter((bin) => bin.special && bin.before + bin.now > 0),
  ];
}
