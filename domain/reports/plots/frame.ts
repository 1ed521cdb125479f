import { type Html, html } from '../html.ts';
import { niceTicks } from '../ticks.ts';

export interface Axis {
  readonly label: string;
  readonly low: number;
  readonly high: number;
}

/** Turns data into drawing units. */
export interface Scales {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

/** Drawing units of every framed plot without its legend, and of the area inside its axes. */
export const plotSize = { width: 480, height: 360 };
/** The area inside the axes, in drawing units. */
export const area = { left: 62, right: 466, top: 14, bottom: 312 };

export interface FrameInput {
  /** Unique within the report: ids are derived from it. */
  readonly id: string;
  readonly title: string;
  /** A text description of the plot, for screen readers. */
  readonly description: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly draw: (scales: Scales) => Html;
  /** What the marks mean, shown below the axes, where it covers nothing. */
  readonly legend?: readonly LegendEntry[] | undefined;
}

/** An SVG plot with axes, grid, ticks, title and description; `draw` fills it. */
export function frame({ id, title, description, x, y, draw, legend = [] }: FrameInput): Html {
  const rows = legendRows(legend);
  const height = plotSize.height + (rows.length > 0 ? rows.length * LEGEND_LINE + 4 : 0);
  const scales: Scales = {
    x: scale(x, area.left, area.right),
    y: scale(y, area.bottom, area.top),
  };
  const xTicks = niceTicks(x.low, x.high, 5);
  const yTicks = niceTicks(y.low, y.high, 5);
  const vertical = xTicks.values.map((value, i) => {
    const at = scales.x(value);
    return html`<path class="grid" d="M${at} ${area.top}V${area.bottom}"/><text class="tick" x="${at}" y="${area.bottom + 17}" text-anchor="middle">${xTicks.labels[i]}</text>`;
  });
  const horizontal = yTicks.values.map((value, i) => {
    const at = scales.y(value);
    return html`<path class="grid" d="M${area.left} ${at}H${area.right}"/><text class="tick" x="${area.left - 8}" y="${round(at + 4)}" text-anchor="end">${yTicks.labels[i]}</text>`;
  });
  const middle = { x: (area.left + area.right) / 2, y: (area.top + area.bottom) / 2 };
  return html`<svg class="plot" viewBox="0 0 ${plotSize.width} ${height}" role="img" aria-labelledby="${id}-t ${id}-d">
<title id="${id}-t">${title}</title><desc id="${id}-d">${description}</desc>
${vertical}${horizontal}
<path class="axis" d="M${area.left} ${area.top}V${area.bottom}H${area.right}"/>
${draw(scales)}
<text class="label" x="${middle.x}" y="${plotSize.height - 8}" text-anchor="middle">${x.label}</text>
<text class="label" transform="translate(13 ${middle.y}) rotate(-90)" text-anchor="middle">${y.label}</text>${drawLegend(rows)}
</svg>`;
}

function scale({ low, high }: Axis, from: number, to: number): (value: number) => number {
  const factor = (to - from) / (high - low);
  return (value) => round(from + (value - low) * factor);
}

/** Two decimals of a drawing unit are far below a pixel. */
export const round = (value: number): number => Math.round(value * 100) / 100;

/** A path through points given as parallel arrays. */
export function linePath({ x, y }: { x: readonly number[]; y: readonly number[] }, scales: Scales): string {
  return x.map((value, i) => `${i === 0 ? 'M' : 'L'}${scales.x(value)} ${scales.y(y[i] as number)}`).join('');
}

/** Candidate and, where there is one, champion. */
export const modelEntries = (hasChampion: boolean): LegendEntry[] =>
  (hasChampion ? ['candidate', 'champion'] : ['candidate']).map((name) => ({ mark: name, shape: 'line', text: name }));

export interface LegendEntry {
  /** Class of the mark: its colour. */
  readonly mark: string;
  readonly shape: 'line' | 'box' | 'point';
  readonly text: string;
}

const LEGEND_LINE = 19;
/** Drawing units of a mark, and from its text to the next mark. */
const mark = { width: 28, gap: 18 };

/** An entry and where it begins, in drawing units. */
interface Placed {
  readonly entry: LegendEntry;
  readonly left: number;
}

/** Fills the lines from the left; an entry that does not fit begins the next one. */
function legendRows(entries: readonly LegendEntry[]): Placed[][] {
  const rows: Placed[][] = [];
  let end = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    const width = mark.width + textWidth(entry.text);
    if (end + width > plotSize.width) {
      rows.push([]);
      end = area.left;
    }
    rows.at(-1)?.push({ entry, left: round(end) });
    end += width + mark.gap;
  }
  return rows;
}

const drawLegend = (rows: readonly Placed[][]): Html[] =>
  rows.flatMap((row, i) =>
    row.map(({ entry: { mark: name, shape, text }, left }) => {
      const middle = plotSize.height + 8 + i * LEGEND_LINE;
      const shapes = {
        line: html`<path class="line ${name}" d="M${left} ${middle}h20"/>`,
        box: html`<rect class="box ${name}" x="${left}" y="${middle - 6}" width="20" height="12"/>`,
        point: html`<circle class="point ${name}" cx="${left + 10}" cy="${middle}" r="4.5"/>`,
      };
      return html`<g class="entry">${shapes[shape]}<text class="legend" x="${round(left + mark.width)}" y="${middle + 4}">${text}</text></g>`;
    }),
  );

/** Generous estimate of a text's width in the plots' 12-unit sans-serif font. */
export const textWidth = (text: string): number => text.length * 6.4;

/** Cuts a text to `length` characters, ending in an ellipsis. */
export const shorten = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text;
