import { formatCount, formatNumber } from '#domain/text/format-number';
import type { RegressionCurves } from '#schemas/records/evaluation';
import { type Html, html } from '../html.ts';
import { frame, round } from './frame.ts';

/** Density of rows by actual and predicted value, darker where there are more, with the line of perfect prediction. */
export function predictedActualPlot({ xEdges, yEdges, counts }: RegressionCurves['predictedVsActual']): Html {
  const densest = Math.max(...counts.flat());
  const [low, high] = [xEdges[0] as number, xEdges[xEdges.length - 1] as number];
  return frame({
    id: 'predicted-actual',
    title: 'Predicted against actual',
    description:
      `Actual and predicted values from ${formatNumber(low)} to ${formatNumber(high)}; ` +
      `the densest cell holds ${formatCount(densest)} rows.`,
    x: { label: 'actual', low, high },
    y: { label: 'predicted', low: yEdges[0] as number, high: yEdges[yEdges.length - 1] as number },
    draw: (scales) => html`${counts.flatMap((column, i) =>
      column.flatMap((count, j) => {
        if (count === 0) return [];
        const [x0, x1] = [scales.x(xEdges[i] as number), scales.x(xEdges[i + 1] as number)];
        const [y0, y1] = [scales.y(yEdges[j] as number), scales.y(yEdges[j + 1] as number)];
        // the square root keeps sparse cells visible beside dense ones
        const opacity = round(0.08 + 0.92 * Math.sqrt(count / densest));
        return [
          html`<rect class="cell" x="${x0}" y="${y1}" width="${round(x1 - x0 + 0.4)}" height="${round(y0 - y1 + 0.4)}" fill-opacity="${opacity}"/>`,
        ];
      }),
    )}
<path class="line chance" d="M${scales.x(low)} ${scales.y(low)}L${scales.x(high)} ${scales.y(high)}"/>`,
  });
}
