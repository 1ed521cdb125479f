import { formatCount, formatNumber, formatPercent } from '#domain/text/format-number';
import type { BinaryEvaluation, BinCounts } from '#schemas/records/evaluation';
import { type Html, html } from '../html.ts';
import { frame, modelEntries, type Scales } from './frame.ts';

/** Outline of a histogram as a closed path standing on zero. */
function steps(edges: readonly number[], heights: readonly number[], scales: Scales): string {
  const top = heights.map((height, i) => `V${scales.y(height)}H${scales.x(edges[i + 1] as number)}`).join('');
  return `M${scales.x(edges[0] as number)} ${scales.y(0)}${top}V${scales.y(0)}Z`;
}

/** Score histograms of both classes, each as shares of its own class, with the threshold. */
export function scorePlot({ curves, threshold, confusion, n, positives }: BinaryEvaluation): Html {
  const { edges } = curves.scores;
  const shares = (counts: readonly number[], total: number): number[] => counts.map((count) => count / total);
  const negative = shares(curves.scores.negatives, n - positives);
  const positive = shares(curves.scores.positives, positives);
  const [negativeName, positiveName] = confusion.labels as [string, string];
  const above = formatPercent((confusion.matrix[1]?.[1] as number) / positives);
  const aboveNegative = formatPercent((confusion.matrix[0]?.[1] as number) / (n - positives));
  return frame({
    id: 'scores',
    title: 'Score distribution by class',
    description: `At or above the threshold ${formatNumber(threshold)} score ${above} of class ${positiveName} and ${aboveNegative} of class ${negativeName}.`,
    x: { label: 'score', low: 0, high: 1 },
    y: { label: 'share of the class', low: 0, high: Math.max(...negative, ...positive) * 1.08 },
    draw: (scales) => html`<path class="hill negative" d="${steps(edges, negative, scales)}"/>
<path class="hill positive" d="${steps(edges, positive, scales)}"/>
<path class="line threshold" d="M${scales.x(threshold)} ${scales.y(0)}V14"/>`,
    legend: [
      { mark: 'negative', shape: 'box', text: `${negativeName} (${formatCount(n - positives)})` },
      { mark: 'positive', shape: 'box', text: `${positiveName} (${formatCount(positives)})` },
      { mark: 'threshold', shape: 'line', text: `threshold ${formatNumber(threshold)}` },
    ],
  });
}

/**
 * Histogram of predicted - actual about zero.
 *
 * @param champion counts of the champion in the same bins, of the same rows
 */
export function residualPlot({ edges, counts }: BinCounts, champion?: readonly number[]): Html {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const middle = (edges.length - 2) / 2;
  const over = counts.reduce((sum, count, i) => (i > middle ? sum + count : sum), 0) / total;
  const under = counts.reduce((sum, count, i) => (i < middle ? sum + count : sum), 0) / total;
  return frame({
    id: 'residuals',
    title: 'Residuals',
    description: `${formatPercent(over)} of the predictions lie above the actual value, ${formatPercent(under)} below, the rest within half a bin of it.`,
    x: { label: 'predicted − actual', low: edges[0] as number, high: edges[edges.length - 1] as number },
    y: { label: 'rows', low: 0, high: Math.max(...counts, ...(champion ?? [])) * 1.06 },
    draw: (scales) => html`<path class="hill candidate" d="${steps(edges, counts, scales)}"/>
${champion ? html`<path class="line champion" d="${steps(edges, champion, scales)}"/>` : undefined}
<path class="line threshold" d="M${scales.x(0)} ${scales.y(0)}V14"/>`,
    legend: champion ? modelEntries(true) : [],
  });
}
