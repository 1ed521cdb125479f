import { formatNumber } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import type { RegressionCurves } from '#schemas/records/evaluation';
import { type Html, html } from '../html.ts';
import { frame, linePath, modelEntries } from './frame.ts';

type Bins = NonNullable<RegressionCurves['byPrediction']>;

const meanLine = (bins: Bins) => ({ x: bins.map(({ predicted }) => predicted), y: bins.map(({ mean }) => mean) });

/**
 * Mean of predicted - actual by prediction, with the band of the middle 80 % of the rows, and zero.
 *
 * @param champion the same of the champion, on the same rows
 */
export function residualsByPrediction(bins: Bins, champion: Bins | undefined): Html {
  const all = [...bins, ...(champion ?? [])];
  const reach = Math.max(
    ...bins.flatMap(({ low, high }) => [Math.abs(low), Math.abs(high)]),
    ...all.map(({ mean }) => Math.abs(mean)),
  );
  const low = Math.min(...all.map(({ predicted }) => predicted));
  const high = Math.max(...all.map(({ predicted }) => predicted));
  // one prediction alone still needs an axis with a width
  const margin = high > low ? (high - low) * 0.02 : Math.max(Math.abs(low) * 0.1, 1);
  const limit = reach > 0 ? reach * 1.06 : 1;
  const farthest = bins.reduce((a, b) => (Math.abs(b.mean) > Math.abs(a.mean) ? b : a));
  return frame({
    id: 'residuals-by-prediction',
    title: 'Residuals against prediction',
    description: `In ${counted(bins.length, 'bin')} of the prediction, the mean of predicted − actual is farthest from 0 near ${formatNumber(farthest.predicted)}, where it is ${formatNumber(farthest.mean)}.`,
    x: { label: 'predicted', low: low - margin, high: high + margin },
    y: { label: 'predicted − actual', low: -limit, high: limit },
    draw: (scales) => {
      const upper = bins.map((bin) => `${scales.x(bin.predicted)} ${scales.y(bin.high)}`);
      const lower = bins.map((bin) => `${scales.x(bin.predicted)} ${scales.y(bin.low)}`).reverse();
      return html`<path class="area candidate" d="M${[...upper, ...lower].join('L')}Z"/>
<path class="line threshold" d="M${scales.x(low - margin)} ${scales.y(0)}H${scales.x(high + margin)}"/>
${champion ? html`<path class="line champion" d="${linePath(meanLine(champion), scales)}"/>` : undefined}
<path class="line candidate" d="${linePath(meanLine(bins), scales)}"/>`;
    },
    legend: modelEntries(champion !== undefined),
  });
}
