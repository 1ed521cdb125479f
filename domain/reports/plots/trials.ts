import { formatCount, formatNumber } from '#domain/text/format-number';
import { type Html, html } from '../html.ts';
import type { Tuning } from '../input.ts';
import { frame, linePath } from './frame.ts';

/**
 * The objective of each training job in start order, and the best so far as a line. It shows whether the search was still
 * improving when it ended.
 */
export function trialsPlot({ trials, metric, direction, best }: Tuning): Html {
  const points = trials.flatMap(({ objective, trainingJob }, i) =>
    objective === null ? [] : [{ at: i + 1, objective, isBest: trainingJob === best }],
  );
  const [first] = points;
  if (!first) return html`<p class="quiet">No training job gave a value.</p>`;
  const values = points.map(({ objective }) => objective);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = (high - low || Math.abs(high) || 1) * 0.08;
  const better = direction === 'Maximize' ? Math.max : Math.min;
  const soFar = points.map((_, i) => better(...values.slice(0, i + 1)));
  // In steps: between two jobs the best so far does not change.
  const steps = points.flatMap(({ at }, i) => (i === 0 ? [at] : [at, at]));
  const heights = soFar.flatMap((_, i) => soFar.slice(Math.max(0, i - 1), i + 1));
  const reached = direction === 'Maximize' ? high : low;
  return frame({
    id: 'trials',
    title: 'Objective by training job',
    description: `${formatCount(points.length)} training jobs gave a value of ${metric}, the first ${formatNumber(first.objective)}, the best ${formatNumber(reached)}.`,
    x: { label: 'training job, in order of start', low: 0, high: trials.length + 1 },
    y: { label: metric, low: low - margin, high: high + margin },
    draw: (scales) =>
      html`<path class="line candidate" d="${linePath({ x: steps, y: heights }, scales)}"/>${points.map(
        ({ at, objective, isBest }) =>
          html`<circle class="point ${isBest ? 'positive' : 'candidate'}" cx="${scales.x(at)}" cy="${scales.y(objective)}" r="${isBest ? 5.5 : 4}"/>`,
      )}`,
    legend: [
      { mark: 'candidate', shape: 'line', text: 'best so far' },
      { mark: 'positive', shape: 'point', text: 'chosen' },
    ],
  });
}
