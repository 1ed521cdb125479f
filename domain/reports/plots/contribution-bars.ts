import { formatNumber } from '#domain/text/format-number';
import type { Explained } from '#schemas/records/explanation';
import { type Html, html } from '../html.ts';
import { niceTicks } from '../ticks.ts';
import { round, shorten, textWidth } from './frame.ts';

/** Columns that are shown, the most important first. */
export const shownColumns = 20;
const width = 520;
const row = 22;
const labelLength = 18;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/**
 * Mean absolute contributions as bars, the most important column first; for a model of several classes the sum over them.
 *
 * @param columns at least one
 */
export function contributionBars({ columns, unit, classes }: Pick<Explained, 'columns' | 'unit' | 'classes'>): Html {
  const shown = columns.slice(0, shownColumns).map(({ column, mean }) => ({ column, mean: sum(mean) }));
  const left = Math.ceil(14 + 1.15 * Math.max(...shown.map(({ column }) => textWidth(shorten(column, labelLength)))));
  const right = width - 60;
  const high = Math.max(1e-9, ...shown.map(({ mean }) => mean)) * 1.02;
  const x = (value: number): number => round(left + (value / high) * (right - left));
  const bottom = 6 + shown.length * row;
  const ticks = niceTicks(0, high, 4);
  const first = shown[0] as { column: string; mean: number };
  const over = classes.length > 0 ? ', summed over the classes' : '';
  return html`<svg class="plot" viewBox="0 0 ${width} ${bottom + 44}" role="img" aria-labelledby="contributions-t contributions-d">
<title id="contributions-t">Mean contributions</title><desc id="contributions-d">${first.column} contributes most: ${formatNumber(first.mean)} on average, in ${unit}${over}. ${shown.length} columns are shown, the most important first.</desc>
${ticks.values.map((value, i) => html`<path class="grid" d="M${x(value)} 4V${bottom}"/><text class="tick" x="${x(value)}" y="${bottom + 16}" text-anchor="middle">${ticks.labels[i]}</text>`)}
${shown.map(({ column, mean }, i) => {
  const middle = 6 + i * row + row / 2;
  return html`<text class="tick" x="${left - 8}" y="${middle + 4}" text-anchor="end">${shorten(column, labelLength)}<title>${column}</title></text><rect class="bar" x="${left}" y="${middle - 7}" width="${round(x(mean) - left)}" height="14"/><text class="tick" x="${round(x(mean) + 6)}" y="${middle + 4}">${formatNumber(mean)}</text>`;
})}
<path class="axis" d="M${left} 4V${bottom}"/>
<text class="label" x="${round((left + right) / 2)}" y="${bottom + 36}" text-anchor="middle">mean size of the contribution (${unit})</text>
</svg>`;
}
