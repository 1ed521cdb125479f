import { type Html, html } from '../html.ts';
import { niceTicks } from '../ticks.ts';
import { round, shorten } from './frame.ts';

export interface ForestEstimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}
/** A line of the plot: a group with the candidate and, if it was compared, the champion. */
export interface ForestRow {
  readonly label: string;
  readonly candidate: ForestEstimate;
  readonly champion?: ForestEstimate | undefined;
  /** Drawn in the colour of what is bad. */
  readonly isBad: boolean;
}

const width = 480;
const area = { left: 168, right: 466, top: 6 };
const rowHeight = 26;
/** Characters of a label that fit beside the plot. */
const labelLength = 22;

/**
 * A forest plot: one line a group on a common axis, with a vertical line at the value of all rows.
 *
 * @param id unique within the page
 * @param rows at least one
 */
export function forestPlot(
  { id, title, description, axis }: Readonly<Record<'id' | 'title' | 'description' | 'axis', string>>,
  rows: readonly ForestRow[],
  whole: number,
): Html {
  const all = rows.flatMap(({ candidate, champion }) => [candidate, ...(champion ? [champion] : [])]);
  const low = Math.min(whole, ...all.map((own) => own.low));
  const high = Math.max(whole, ...all.map((own) => own.high));
  const margin = (high - low) * 0.04 || 1;
  const [from, to] = [low - margin, high + margin];
  const x = (value: number): number => round(area.left + ((value - from) / (to - from)) * (area.right - area.left));
  const bottom = area.top + rows.length * rowHeight;
  const ticks = niceTicks(from, to, 4);
  const grid = ticks.values.map((value, i) => {
    const at = x(value);
    return html`<path class="grid" d="M${at} ${area.top}V${bottom}"/><text class="tick" x="${at}" y="${bottom + 16}" text-anchor="middle">${ticks.labels[i]}</text>`;
  });
  const line = ({ value, low: least, high: most }: ForestEstimate, y: number, mark: string): Html =>
    html`<path class="whisker ${mark}" d="M${x(least)} ${y}H${x(most)}"/><circle class="point ${mark}" cx="${x(value)}" cy="${y}" r="4"/>`;
  const lines = rows.map(({ label, candidate, champion, isBad }, i) => {
    const middle = area.top + i * rowHeight + rowHeight / 2;
    const apart = champion ? 4.5 : 0;
    return html`<text class="tick" x="${area.left - 8}" y="${middle + 4}" text-anchor="end">${shorten(label, labelLength)}<title>${label}</title></text>${line(candidate, middle - apart, isBad ? 'bad' : 'candidate')}${champion ? line(champion, middle + apart, 'champion') : undefined}`;
  });
  return html`<svg class="plot forest" viewBox="0 0 ${width} ${bottom + 38}" role="img" aria-labelledby="${id}-t ${id}-d">
<title id="${id}-t">${title}</title><desc id="${id}-d">${description}</desc>
${grid}<path class="line threshold" d="M${x(whole)} ${area.top}V${bottom}"/>${lines}<path class="axis" d="M${area.left} ${bottom}H${area.right}"/>
<text class="label" x="${(area.left + area.right) / 2}" y="${bottom + 33}" text-anchor="middle">${axis}</text>
</svg>`;
}
