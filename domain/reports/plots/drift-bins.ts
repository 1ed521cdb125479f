import type { BinShare } from '#domain/drift/bin-shares';
import { formatPercent } from '#domain/text/format-number';
import { type Html, html } from '../html.ts';
import { niceTicks } from '../ticks.ts';
import { round, shorten } from './frame.ts';

const width = 320;
const area = { left: 126, right: 308, top: 4 };
const row = 24;
const bar = 9;
/** Characters of a bin's name that fit beside the bars. */
const labelLength = 15;

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
export function driftBinsPlot(id: string, title: string, bins: readonly BinShare[]): Html {
  const bottom = area.top + bins.length * row;
  const high = Math.max(...bins.flatMap(({ before, now }) => [before, now]), 1e-6) * 100;
  const x = (share: number): number => round(area.left + ((share * 100) / high) * (area.right - area.left));
  const ticks = niceTicks(0, high, 3);
  const grid = ticks.values.map((value, i) => {
    const at = x(value / 100);
    return html`<path class="grid" d="M${at} ${area.top}V${bottom}"/><text class="tick" x="${at}" y="${bottom + 15}" text-anchor="middle">${ticks.labels[i]}</text>`;
  });
  const bars = bins.map(({ label, before, now }, i) => {
    const top = area.top + i * row + (row - 2 * bar) / 2;
    return html`<text class="tick" x="${area.left - 8}" y="${top + bar + 4}" text-anchor="end">${shorten(label, labelLength)}</text><rect class="bar before" x="${area.left}" y="${top}" width="${round(x(before) - area.left)}" height="${bar}"/><rect class="bar" x="${area.left}" y="${top + bar}" width="${round(x(now) - area.left)}" height="${bar}"/>`;
  });
  const special = bins.findIndex((bin) => bin.special);
  const line = special > 0 ? html`<path class="grid" d="M8 ${area.top + special * row}H${area.right}"/>` : undefined;
  return html`<svg class="plot" viewBox="0 0 ${width} ${bottom + 36}" role="img" aria-labelledby="${id}-t ${id}-d">
<title id="${id}-t">${title}</title><desc id="${id}-d">${describe(bins)}</desc>
${grid}${line}${bars}<path class="axis" d="M${area.left} ${area.top}V${bottom}"/>
<text class="label" x="${(area.left + area.right) / 2}" y="${bottom + 31}" text-anchor="middle">share of the rows (%)</text>
</svg>`;
}
