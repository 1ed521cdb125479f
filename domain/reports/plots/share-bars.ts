import { type Html, html } from '../html.ts';
import { niceTicks } from '../ticks.ts';
import { round, shorten } from './frame.ts';

/** A row of the plot: one bar or several, each a share of the rows of a table, from 0 to 1. */
export interface ShareRow {
  readonly label: string;
  /** A line stands above the first row that is no ordinary value. */
  readonly special?: boolean | undefined;
  readonly shares: readonly { readonly share: number; readonly mark: 'bar' | 'bar before' }[];
}

const width = 320;
const area = { left: 126, right: 308, top: 4 };
/** Between two rows. */
const gap = 6;
/** Characters of a label that fit beside the bars. */
const labelLength = 15;

/**
 * Horizontal bars on one scale of shares, with their labels beside them.
 *
 * @param id unique within the page
 * @param rows at least one, all with as many bars
 * @param bar the height of a bar in drawing units
 */
export function shareBars(
  { id, title, description }: { readonly id: string; readonly title: string; readonly description: string },
  rows: readonly ShareRow[],
  bar: number,
): Html {
  const tall = Math.max(...rows.map(({ shares }) => shares.length)) * bar;
  const row = tall + gap;
  const bottom = area.top + rows.length * row;
  const high = Math.max(...rows.flatMap(({ shares }) => shares.map(({ share }) => share)), 1e-6) * 100;
  const x = (share: number): number => round(area.left + ((share * 100) / high) * (area.right - area.left));
  const ticks = niceTicks(0, high, 3);
  const grid = ticks.values.map((value, i) => {
    const at = x(value / 100);
    return html`<path class="grid" d="M${at} ${area.top}V${bottom}"/><text class="tick" x="${at}" y="${bottom + 15}" text-anchor="middle">${ticks.labels[i]}</text>`;
  });
  const bars = rows.map(({ label, shares }, i) => {
    const top = area.top + i * row + gap / 2;
    const drawn = shares.map(
      ({ share, mark }, n) =>
        html`<rect class="${mark}" x="${area.left}" y="${top + n * bar}" width="${round(x(share) - area.left)}" height="${bar}"/>`,
    );
    return html`<text class="tick" x="${area.left - 8}" y="${top + tall / 2 + 4}" text-anchor="end">${shorten(label, labelLength)}</text>${drawn}`;
  });
  const special = rows.findIndex((own) => own.special);
  const line = special > 0 ? html`<path class="grid" d="M8 ${area.top + special * row}H${area.right}"/>` : undefined;
  return html`<svg class="plot" viewBox="0 0 ${width} ${bottom + 36}" role="img" aria-labelledby="${id}-t ${id}-d">
<title id="${id}-t">${title}</title><desc id="${id}-d">${description}</desc>
${grid}${line}${bars}<path class="axis" d="M${area.left} ${area.top}V${bottom}"/>
<text class="label" x="${(area.left + area.right) / 2}" y="${bottom + 31}" text-anchor="middle">share of the rows (%)</text>
</svg>`;
}
