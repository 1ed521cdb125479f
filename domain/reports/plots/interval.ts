import { type Html, html } from '../html.ts';
import { round } from './frame.ts';

const WIDTH = 180;
const HEIGHT = 22;

export interface IntervalInput {
  readonly low: number;
  readonly high: number;
  readonly value: number;
  /** Drawn as a vertical mark: a gate's bound, or zero. */
  readonly reference: number;
  readonly tone: 'good' | 'bad' | 'neutral';
  /** The same as text. */
  readonly title: string;
}

/** A line of a forest plot: interval, point estimate and a reference, on its own scale. */
export function intervalPlot({ low, high, value, reference, tone, title }: IntervalInput): Html {
  const from = Math.min(low, value, reference);
  const to = Math.max(high, value, reference);
  const span = to > from ? to - from : 1;
  const x = (at: number): number => round(10 + ((at - from) / span) * (WIDTH - 20));
  return html`<svg class="interval" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img"><title>${title}</title><path class="reference" d="M${x(reference)} 2V${HEIGHT - 2}"/><path class="whisker ${tone}" d="M${x(low)} 11H${x(high)}M${x(low)} 8v6M${x(high)} 8v6"/><circle class="estimate ${tone}" cx="${x(value)}" cy="11" r="4"/></svg>`;
}
