import type { BinShare } from '#domain/drift/bin-shares';
import { formatPercent } from '#domain/text/format-number';
import type { Html } from '../html.ts';
import { shareBars } from './share-bars.ts';

/** The bin that moved most, in words. */
function describe(bins: readonly BinShare[]): string {
  const most = bins.reduce((best, bin) =>
    Math.abs(bin.now - bin.before) > Math.abs(best.now - best.before) ? bin : best,
  );
  return `${most.label} went from ${formatPercent(most.before)} to ${formatPercent(most.now)} of the rows.`;
}

/**
 * The bins of a column, two bars each on one scale: hollow for the baseline, filled for the window, so that the two are told apart without
 * colour. A line separates the bins that are no ordinary ones.
 *
 * @param id unique within the page
 * @param bins at least one
 */
export const driftBinsPlot = (id: string, title: string, bins: readonly BinShare[]): Html =>
  shareBars(
    { id, title, description: describe(bins) },
    bins.map(({ label, special, before, now }) => ({
      label,
      special,
      shares: [
        { share: before, mark: 'bar before' },
        { share: now, mark: 'bar' },
      ],
    })),
    9,
  );
