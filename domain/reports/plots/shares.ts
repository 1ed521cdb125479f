import { formatPercent } from '#domain/text/format-number';
import { type Html, html } from '../html.ts';
import { niceTicks } from '../ticks.ts';
import { round, shorten } from './frame.ts';

/** A part of the rows of a column. */
export interface Share {
  readonly label: string;
  /** Of all rows, from 0 to 1. */
  readonly share: number;
  /** Whether it is no ordinary value: missing, or all others together. */
  readonly special?: boolean;
}

const width = 320;
const area = { left: 126, right: 308, top: 4 };
const row = 17;
const bar = 11;
/** Characters of a label that fit beside the bars. */
const labelLength = 15;

/**
 * The values of a column as bars, by their shares of the rows. A line separates what is no ordinary value.
 *
 * @param id unique within the page
 * @param shares at least one
 */
export function sharesPlot(id: string, title: string, shares: readonly Share[]): Html {
  const bottom = area.top + shares.length * row;
  const high = Math.max(...shares.map(({ share }) => share), 1e-6) * 100;
  const x = (share: number): number => round(area.left + ((share * 100) / high) * (area.right - area.left));
  const ticks = niceTicks(0, high, 3);
  const most = shares.reduce((best, one) => (one.share > best.share ? one : best));
  const grid = ticks.values.map((value, i) => {
    const at = x(value / 100);
    return html`<path class="grid" d="M${at} ${area.top}V${bottom}"/><text class="tick" x="${at}" y="${bottom + 15}" text-anchor="middle">${ticks.labels[i]}</text>`;
  });
  const bars = shares.map(({ label, share }, i) => {
    const top = area.top + i * row + (row - bar) / 2;
    return html`<text class="tick" x="${area.left - 8}" y="${top + bar - 1}" text-anchor="end">${shorten(label, labelLength)}</text><rect class="bar" x="${area.left}" y="${top}" width="${round(x(share) - area.left)}" height="${bar}"/>`;
  });
  const special = shares.findIndex((one) => one.special);
  const line = special > 0 ? html`<path class="grid" d="M8 ${area.top + special * row}H${area.right}"/>` : undefined;
  return html`<svg class="plot" viewBox="0 0 ${width} ${bottom + 36}" role="img" aria-labelledby="${id}-t ${id}-d">
<title id="${id}-t">${title}</title><desc id="${id}-d">Most frequent: ${most.label}, ${formatPercent(most.share)} of the rows.</desc>
${grid}${line}${bars}<path class="axis" d="M${area.left} ${area.top}V${bottom}"/>
<text class="label" x="${(area.left + area.right) / 2}" y="${bottom + 31}" text-anchor="middle">share of the rows (%)</text>
</svg>`;
}
