import { formatNumber } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import type { ExplainedCase } from '#schemas/records/explanation';
import { type Html, html } from '../html.ts';
import { round, shorten } from './frame.ts';

const width = 360;
const row = 22;
const area = { left: 168, right: 300 };
const labelLength = 22;

type Step = { readonly label: string; readonly part: number };

const shownValue = (value: number | string | null): string =>
  value === null ? 'missing' : typeof value === 'number' ? formatNumber(value) : value;

/** The columns of a case with their values, as `income = 31,000`, and what the others sum up to. */
function stepsOf({ contributions, others }: ExplainedCase): Step[] {
  const own = contributions.map(({ column, value, part }) => ({
    label: value === undefined ? column : `${column} = ${shownValue(value)}`,
    part,
  }));
  return others.columns === 0 ? own : [...own, { label: counted(others.columns, 'other column'), part: others.part }];
}

/**
 * How the contributions of a row lead from what the model answers on average to the row's own sum.
 *
 * @param id unique within the page
 */
export function waterfallPlot(explained: ExplainedCase, unit: string, id: string): Html {
  const steps = stepsOf(explained);
  let at = explained.expected;
  const bars = steps.map(({ label, part }) => {
    const from = at;
    at += part;
    return { label, part, from, to: at };
  });
  const ends = [explained.expected, ...bars.map(({ to }) => to)];
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const span = high - low || 1;
  const x = (value: number): number => round(area.left + ((value - low) / span) * (area.right - area.left));
  const numberAt = (value: number): number => round(Math.max(area.left, x(value) - 16));
  const bottom = 20 + bars.length * row;
  return html`<svg class="plot" viewBox="0 0 ${width} ${bottom + 22}" role="img" aria-labelledby="${id}-t ${id}-d">
<title id="${id}-t">Why the answer is ${formatNumber(explained.score)}</title><desc id="${id}-d">From ${formatNumber(explained.expected)} to ${formatNumber(at)} in ${unit}: ${bars.map(({ label, part }) => `${label} ${formatNumber(part, { signed: true })}`).join(', ')}.</desc>
<text class="tick" x="${area.left - 8}" y="13" text-anchor="end">on average</text><text class="tick" x="${numberAt(explained.expected)}" y="13">${formatNumber(explained.expected)}</text>
${bars.map(({ label, part, from, to }, i) => {
  const middle = 20 + i * row + row / 2;
  return html`<text class="tick" x="${area.left - 8}" y="${middle + 4}" text-anchor="end">${shorten(label, labelLength)}<title>${label}</title></text><rect class="${part < 0 ? 'negative' : 'positive'}" x="${Math.min(x(from), x(to))}" y="${middle - 6}" width="${round(Math.max(1, Math.abs(x(to) - x(from))))}" height="12"/><text class="tick" x="${round(Math.max(x(from), x(to)) + 5)}" y="${middle + 4}">${formatNumber(part, { signed: true })}</text>`;
})}
<text class="tick" x="${area.left - 8}" y="${bottom + 13}" text-anchor="end">this row</text><text class="tick" x="${numberAt(at)}" y="${bottom + 13}">${formatNumber(at)}</text>
</svg>`;
}
