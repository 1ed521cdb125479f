import { formatFixed } from '#domain/text/format-number';
import type { Importance } from '#schemas/records/evaluation';
import { type Html, html } from '../html.ts';
import { niceTicks } from '../ticks.ts';
import { round, shorten, textWidth } from './frame.ts';

/** Number of columns shown, most important first. */
export const SHOWN_IMPORTANCES = 20;
const WIDTH = 980;
const ROW = 24;
const LABEL_LENGTH = 28;

/**
 * Permutation importances as bars with ± one standard deviation, the most important first, at most twenty.
 *
 * @param score name of the metric, such as "ROC AUC"
 */
export function importancePlot(importances: readonly Importance[], score: string): Html {
  const shown = importances.slice(0, SHOWN_IMPORTANCES);
  const left = Math.ceil(24 + Math.max(...shown.map(({ column }) => textWidth(shorten(column, LABEL_LENGTH)))));
  const low = Math.min(0, ...shown.map(({ mean, std }) => mean - std));
  const high = Math.max(1e-6, ...shown.map(({ mean, std }) => mean + std)) * 1.02;
  const right = WIDTH - 76;
  const x = (value: number): number => round(left + ((value - low) / (high - low)) * (right - left));
  const bottom = 8 + shown.length * ROW;
  const ticks = niceTicks(low, high, 6);
  const first = shown[0] as Importance;
  return html`<svg class="plot" viewBox="0 0 ${WIDTH} ${bottom + 46}" role="img" aria-labelledby="importance-t importance-d">
<title id="importance-t">Permutation importance</title><desc id="importance-d">The most important column is ${first.column}: permuting it lowers ${score} by ${formatFixed(first.mean, 3)}. ${shown.length} columns are shown, most important first.</desc>
${ticks.values.map((value, i) => html`<path class="grid" d="M${x(value)} 4V${bottom}"/><text class="tick" x="${x(value)}" y="${bottom + 17}" text-anchor="middle">${ticks.labels[i]}</text>`)}
${shown.map(({ column, mean, std }, i) => {
  const middle = 8 + i * ROW + ROW / 2;
  const [from, to] = [x(Math.min(0, mean)), x(Math.max(0, mean))];
  return html`<text class="tick" x="${left - 8}" y="${middle + 4}" text-anchor="end">${shorten(column, LABEL_LENGTH)}<title>${column}</title></text><rect class="bar" x="${from}" y="${middle - 7}" width="${round(to - from)}" height="14"/><path class="whisker ink" d="M${x(mean - std)} ${middle}H${x(mean + std)}M${x(mean - std)} ${middle - 3}v6M${x(mean + std)} ${middle - 3}v6"/><text class="tick" x="${right + 10}" y="${middle + 4}">${formatFixed(mean, 4)}</text>`;
})}
<path class="axis" d="M${x(0)} 4V${bottom}"/>
<text class="label" x="${round((left + right) / 2)}" y="${bottom + 38}" text-anchor="middle">drop of ${score} when the column is permuted (± one standard deviation)</text>
</svg>`;
}
