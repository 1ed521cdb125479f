import { formatNumber } from '#domain/text/format-number';
import type { Explained } from '#schemas/records/explanation';
import { type Html, html } from '../html.ts';
import { niceTicks } from '../ticks.ts';
import { round, shorten, textWidth } from './frame.ts';

const width = 520;
const row = 34;
const labelLength = 18;
/** Colours from little to much, and how far apart points are drawn. */
const shades = 5;
const step = 3;

/** The class of a point's colour. @param rank the share of the rows with less; null for a column without an order */
export const shadeOf = (rank: number | null): string =>
  rank === null ? 'shade none' : `shade s${Math.min(shades - 1, Math.floor(rank * shades))}`;

/** Points as dots of one path a colour: `M x y h0` with round ends. */
export function dots(
  points: readonly { readonly x: number; readonly y: number; readonly rank: number | null }[],
): Html {
  const byShade = new Map<string, string[]>();
  for (const { x, y, rank } of points) {
    const shade = shadeOf(rank);
    byShade.set(shade, [...(byShade.get(shade) ?? []), `M${round(x)} ${round(y)}h0`]);
  }
  return html`${[...byShade].sort(([a], [b]) => a.localeCompare(b)).map(([shade, paths]) => html`<path class="${shade}" d="${paths.join('')}"/>`)}`;
}

/** Heights of points that would lie on each other: by turns above and below the middle, as far as the row reaches. */
function spread(xs: readonly number[], reach: number): number[] {
  const taken = new Map<number, number>();
  return xs.map((x) => {
    const cell = Math.round(x / step);
    const count = taken.get(cell) ?? 0;
    taken.set(cell, count + 1);
    const level = Math.ceil(count / 2) * step * (count % 2 === 0 ? -1 : 1);
    // further points are drawn over the outermost ones
    return Math.max(-reach, Math.min(reach, level));
  });
}

/**
 * What each of the most important columns contributes, a point a row, coloured by the column's value.
 *
 * @param points at least one column, with at least one row
 */
export function beeswarmPlot({ points, unit }: Pick<Explained, 'points' | 'unit'>): Html {
  const left = Math.ceil(14 + 1.15 * Math.max(...points.map(({ column }) => textWidth(shorten(column, labelLength)))));
  const right = width - 12;
  const all = points.flatMap(({ parts }) => parts);
  const low = Math.min(0, ...all);
  const high = Math.max(1e-9, ...all);
  const margin = (high - low) * 0.03;
  const x = (value: number): number =>
    round(left + ((value - low + margin) / (high - low + 2 * margin)) * (right - left));
  const bottom = 6 + points.length * row;
  const ticks = niceTicks(low, high, 5);
  const first = points[0] as Explained['points'][number];
  return html`<svg class="plot" viewBox="0 0 ${width} ${bottom + 44}" role="img" aria-labelledby="beeswarm-t beeswarm-d">
<title id="beeswarm-t">Contributions row by row</title><desc id="beeswarm-d">Contributions of ${points.length} columns to the answers of ${first.parts.length} rows, in ${unit}. Those of ${first.column} reach from ${formatNumber(Math.min(...first.parts))} to ${formatNumber(Math.max(...first.parts))}.</desc>
${ticks.values.map((value, i) => html`<path class="grid" d="M${x(value)} 4V${bottom}"/><text class="tick" x="${x(value)}" y="${bottom + 16}" text-anchor="middle">${ticks.labels[i]}</text>`)}
<path class="axis" d="M${x(0)} 4V${bottom}"/>
${points.map(({ column, parts, ranks }, i) => {
  const middle = 6 + i * row + row / 2;
  const xs = parts.map(x);
  const heights = spread(xs, row / 2 - 3);
  const own = xs.map((at, n) => ({ x: at, y: middle + (heights[n] as number), rank: ranks[n] ?? null }));
  return html`<text class="tick" x="${left - 8}" y="${middle + 4}" text-anchor="end">${shorten(column, labelLength)}<title>${column}</title></text>${dots(own)}`;
})}
<text class="label" x="${round((left + right) / 2)}" y="${bottom + 36}" text-anchor="middle">contribution (${unit})</text>
</svg>`;
}
