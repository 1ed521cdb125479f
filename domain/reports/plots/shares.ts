import type { ColumnShare } from '#domain/profiling/distribution';
import { formatPercent } from '#domain/text/format-number';
import type { Html } from '../html.ts';
import { shareBars } from './share-bars.ts';

/**
 * The values of a column as bars, by their shares of the rows. A line separates what is no ordinary value.
 *
 * @param id unique within the page
 * @param shares at least one
 */
export function sharesPlot(id: string, title: string, shares: readonly ColumnShare[]): Html {
  const most = shares.reduce((best, one) => (one.share > best.share ? one : best));
  const description = `Most frequent: ${most.label}, ${formatPercent(most.share)} of the rows.`;
  return shareBars(
    { id, title, description },
    shares.map(({ label, special, share }) => ({ label, special, shares: [{ share, mark: 'bar' }] })),
    11,
  );
}
