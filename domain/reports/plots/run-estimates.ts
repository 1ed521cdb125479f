import { formatNumber } from '#domain/text/format-number';
import { type Html, html } from '../html.ts';
import { niceTicks } from '../ticks.ts';
import { round, shorten, textWidth } from './frame.ts';

/** A value with its interval; low and high equal the value where it has none. */
export interface RunEstimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A line of the plot: what was measured, and by run the estimate; null where a run has none. */
export interface RunEstimates {
  readonly label: string;
  readonly runs: readonly (RunEstimate | null)[];
}

const width = 980;
const labelLength = 28;
/** Height of the line of a run, and the space between two groups. */
const lineHeight = 13;
const gap = 10;

/**
 * The estimates of several runs with their intervals, in groups on a common axis. Run i has the colour `r<i>`.
 *
 * @param id unique within the page
 * @param groups at least one with an estimate
 */
export function runEstimatesPlot(
  { id, title, description, axis }: Readonly<Record<'id' | 'title' | 'description' | 'axis', string>>,
  groups: readonly RunEstimates[],
): Html {
  const all = groups.flatMap(({ runs }) => runs.flatMap((own) => own ?? []));
  const low = Math.min(...all.map((own) => own.low));
  const high = Math.max(...all.map((own) => own.high));
  const margin = (high - low) * 0.04 || Math.abs(high) * 0.04 || 1;
  const [from, to] = [low - margin, high + margin];
  const left = Math.ceil(24 + Math.max(...groups.map(({ label }) => textWidth(shorten(label, labelLength)))));
  const right = width - 70;
  const x = (value: number): number => round(left + ((value - from) / (to - from)) * (right - left));
  const heights = groups.map(({ runs }) => runs.length * lineHeight + gap);
  const tops = heights.map((_, i) => 6 + heights.slice(0, i).reduce((sum, height) => sum + height, 0));
  const bottom = 6 + heights.reduce((sum, height) => sum + height, 0);
  const ticks = niceTicks(from, to, 6);
  const line = (own: RunEstimate | null, run: number, top: number): Html | undefined => {
    if (own === null) return undefined;
    const y = top + gap / 2 + run * lineHeight + lineHeight / 2;
    return html`<path class="whisker r${run}" d="M${x(own.low)} ${y}H${x(own.high)}"/><circle class="point r${run}" cx="${x(own.value)}" cy="${y}" r="4"/><text class="tick" x="${right + 10}" y="${round(y + 4)}">${formatNumber(own.value)}</text>`;
  };
  return html`<svg class="plot" viewBox="0 0 ${width} ${bottom + 46}" role="img" aria-labelledby="${id}-t ${id}-d">
<title id="${id}-t">${title}</title><desc id="${id}-d">${description}</desc>
${ticks.values.map((value, i) => html`<path class="grid" d="M${x(value)} 4V${bottom}"/><text class="tick" x="${x(value)}" y="${bottom + 17}" text-anchor="middle">${ticks.labels[i]}</text>`)}
${groups.map(({ label, runs }, i) => {
  const top = tops[i] as number;
  const lines = runs.flatMap((own, run) => line(own, run, top) ?? []);
  return html`<text class="tick" x="${left - 8}" y="${round(top + (heights[i] as number) / 2 + 4)}" text-anchor="end">${shorten(label, labelLength)}<title>${label}</title></text>${lines}`;
})}
<path class="axis" d="M${left} ${bottom}H${right}"/>
<text class="label" x="${round((left + right) / 2)}" y="${bottom + 38}" text-anchor="middle">${axis}</text>
</svg>`;
}
