import { formatNumber } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import { type Html, html } from '../html.ts';
import { round } from './frame.ts';

/** One run of an endpoint's tests, as one test took part in it. */
export interface PlottedRun {
  /** The model that was tested, e.g. `v3`. A change of it is marked. */
  readonly model: string;
  /** Undefined when the test did not run. */
  readonly result: { readonly passed: boolean; readonly durationMs: number } | undefined;
}

const size = { width: 320, height: 108 };
const area = { left: 4, right: 316, top: 26, bottom: 88 };
/** Least distance of two labels of models. */
const labelWidth = 26;
/** A bar is never so low that it is not seen. */
const lowest = 3;

/** Runs from which on another model was tested, with its name. The first run is one of them. */
function modelChanges(runs: readonly PlottedRun[]): { readonly at: number; readonly model: string }[] {
  return runs.flatMap(({ model }, at) => (at > 0 && runs[at - 1]?.model === model ? [] : [{ at, model }]));
}

/** What the plot shows, in words. */
function describe(runs: readonly PlottedRun[]): string {
  const results = runs.flatMap(({ result }) => result ?? []);
  const passed = results.filter((result) => result.passed).length;
  const times = results.map(({ durationMs }) => durationMs);
  const took = `It took ${formatNumber(Math.min(...times))} to ${formatNumber(Math.max(...times))} ms.`;
  return `${passed} of ${counted(results.length, 'run')} passed. ${took}`;
}

/**
 * A test over the runs of an endpoint's tests, oldest first: a bar for each run, as high as it took long. A failed run is red and has a
 * cross. All tests of an endpoint have the same runs, so their plots can be compared.
 *
 * @param id unique within the page
 */
export function testRunsPlot(id: string, title: string, runs: readonly PlottedRun[]): Html {
  const longest = Math.max(1, ...runs.map(({ result }) => result?.durationMs ?? 0));
  const slot = Math.min(24, (area.right - area.left) / runs.length);
  const x = (at: number): number => area.right - (runs.length - at) * slot;
  const height = (durationMs: number): number => Math.max(lowest, ((area.bottom - area.top) * durationMs) / longest);
  const bars = (passed: boolean): string =>
    runs
      .flatMap(({ result }, at) => {
        if (result?.passed !== passed) return [];
        const tall = round(height(result.durationMs));
        return `M${round(x(at) + slot * 0.1)} ${area.bottom}v${-tall}h${round(slot * 0.8)}v${tall}z`;
      })
      .join('');
  const crosses = runs
    .flatMap(({ result }, at) => {
      if (result?.passed !== false) return [];
      const [middle, above] = [round(x(at) + slot / 2), round(area.bottom - height(result.durationMs) - 6)];
      return `M${middle - 3} ${above - 3}l6 6M${middle + 3} ${above - 3}l-6 6`;
    })
    .join('');
  const changes = modelChanges(runs);
  // the newest label matters most, so labels are placed from the right
  let free = Number.POSITIVE_INFINITY;
  const labels = changes.toReversed().flatMap(({ at, model }) => {
    const left = round(x(at));
    if (left + labelWidth > free) return [];
    free = left;
    return html`<text class="tick" x="${Math.min(left, area.right - labelWidth + 4)}" y="${area.bottom + 15}">${model}</text>`;
  });
  const marks = changes
    .filter(({ at }) => at > 0)
    .map(({ at }) => `M${round(x(at))} ${area.top - 6}V${area.bottom + 4}`);
  return html`<svg class="plot" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-labelledby="${id}-t ${id}-d">
<title id="${id}-t">${title}</title><desc id="${id}-d">${describe(runs)}</desc>
<path class="grid" d="M${area.left} ${area.top}H${area.right}"/><text class="tick" x="${area.left}" y="${area.top - 10}">${formatNumber(longest)} ms</text>
<path class="line threshold" d="${marks.join('')}"/><path class="bar" d="${bars(true)}"/><path class="bar bad" d="${bars(false)}"/><path class="cross" d="${crosses}"/>
<path class="axis" d="M${area.left} ${area.bottom}H${area.right}"/>${labels}
</svg>`;
}
