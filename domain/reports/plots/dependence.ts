import { formatNumber } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import type { Explained } from '#schemas/records/explanation';
import { type Html, html } from '../html.ts';
import { dots } from './beeswarm.ts';
import { frame, round, shorten } from './frame.ts';

type Points = Explained['points'][number];

/** A range that holds all values and is no point. */
function rangeOf(values: readonly number[]): { low: number; high: number } {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = (high - low) * 0.04 || Math.max(Math.abs(low) * 0.1, 1e-6);
  return { low: low - margin, high: high + margin };
}

function numberPlot(
  points: readonly { value: number; part: number; rank: number | null }[],
  column: string,
  unit: string,
  id: string,
): Html {
  const xs = points.map(({ value }) => value);
  const ys = points.map(({ part }) => part);
  return frame({
    id,
    title: `Contribution of ${column}`,
    description: `${column} from ${formatNumber(Math.min(...xs))} to ${formatNumber(Math.max(...xs))} contributes from ${formatNumber(Math.min(...ys))} to ${formatNumber(Math.max(...ys))}, in ${unit}.`,
    x: { label: shorten(column, 40), ...rangeOf(xs) },
    y: { label: `contribution (${unit})`, ...rangeOf([0, ...ys]) },
    draw: (scales) =>
      html`<path class="line chance" d="M${scales.x(rangeOf(xs).low)} ${scales.y(0)}H${scales.x(rangeOf(xs).high)}"/>${dots(points.map(({ value, part, rank }) => ({ x: scales.x(value), y: scales.y(part), rank })))}`,
  });
}

const width = 480;
const row = 26;
const shownCategories = 10;

function categoryPlot(
  points: readonly { value: string; part: number }[],
  column: string,
  unit: string,
  id: string,
): Html {
  const byCategory = new Map<string, number[]>();
  for (const { value, part } of points) byCategory.set(value, [...(byCategory.get(value) ?? []), part]);
  const shown = [...byCategory]
    .map(([category, parts]) => ({ category, parts, mean: parts.reduce((sum, part) => sum + part, 0) / parts.length }))
    .sort((a, b) => b.parts.length - a.parts.length)
    .slice(0, shownCategories)
    .sort((a, b) => b.mean - a.mean);
  const { low, high } = rangeOf([0, ...shown.flatMap(({ parts }) => parts)]);
  const [left, right] = [150, width - 12];
  const x = (value: number): number => round(left + ((value - low) / (high - low)) * (right - left));
  const bottom = 6 + shown.length * row;
  const rest = byCategory.size - shown.length;
  return html`<svg class="plot" viewBox="0 0 ${width} ${bottom + 44}" role="img" aria-labelledby="${id}-t ${id}-d">
<title id="${id}-t">Contribution of ${column}</title><desc id="${id}-d">Mean contribution in ${unit}: ${shown.map(({ category, mean }) => `${category} ${formatNumber(mean)}`).join(', ')}.</desc>
<path class="axis" d="M${x(0)} 4V${bottom}"/>
${shown.map(({ category, parts, mean }, i) => {
  const middle = 6 + i * row + row / 2;
  const [from, to] = [x(Math.min(0, mean)), x(Math.max(0, mean))];
  return html`<text class="tick" x="${left - 10}" y="${middle + 4}" text-anchor="end">${shorten(category, 20)}<title>${category}: ${counted(parts.length, 'row')}</title></text><rect class="bar" x="${from}" y="${middle - 7}" width="${round(to - from)}" height="14"/><path class="whisker ink" d="M${x(Math.min(...parts))} ${middle}H${x(Math.max(...parts))}"/>`;
})}
<text class="tick" x="${x(0)}" y="${bottom + 16}" text-anchor="middle">0</text>
<text class="label" x="${round((left + right) / 2)}" y="${bottom + 36}" text-anchor="middle">mean contribution and range (${unit})${rest > 0 ? `; ${counted(rest, 'rare category')} not shown` : ''}</text>
</svg>`;
}

/**
 * How a column's contribution depends on its value: a point a row for a number, a bar for each category.
 *
 * @param id unique within the page
 * @returns undefined where the model inputs do not show the column's values
 */
export function dependencePlot({ column, parts, values, ranks }: Points, unit: string, id: string): Html | undefined {
  const numbers = values.flatMap((value, i) =>
    typeof value === 'number' ? [{ value, part: parts[i] as number, rank: ranks[i] ?? null }] : [],
  );
  const categories = values.flatMap((value, i) =>
    typeof value === 'string' ? [{ value, part: parts[i] as number }] : [],
  );
  if (numbers.length === 0 && categories.length === 0) return undefined;
  return numbers.length >= categories.length
    ? numberPlot(numbers, column, unit, id)
    : categoryPlot(categories, column, unit, id);
}
