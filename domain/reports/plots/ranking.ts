import { auc } from '#domain/metrics/auc';
import { estimateOf } from '#domain/metrics/measured';
import type { Metric } from '#domain/metrics/metric';
import { prAuc } from '#domain/metrics/pr-auc';
import { precision } from '#domain/metrics/precision';
import { recall } from '#domain/metrics/recall';
import { formatFixed, formatNumber, formatPercent } from '#domain/text/format-number';
import type { BinaryEvaluation, Curve, Estimate } from '#schemas/records/evaluation';
import { type Html, html } from '../html.ts';
import { frame, type LegendEntry, linePath } from './frame.ts';

const unit = (label: string) => ({ label, low: 0, high: 1 });
const withInterval = (name: string, { value, low, high, interval }: Estimate): string =>
  `${name} ${formatFixed(value, 3)} (${interval === 'none' ? 'no interval' : `${formatFixed(low, 3)}–${formatFixed(high, 3)}`})`;

/** A metric of both models. */
const ofBoth = ({ task, metrics, champion }: BinaryEvaluation, { name }: Metric) => ({
  candidate: estimateOf({ task, metrics }, name),
  champion: champion && estimateOf({ task, metrics: champion.metrics }, name),
});

/** ROC curve of candidate and champion, with chance and the operating point. */
export function rocPlot(evaluation: BinaryEvaluation): Html {
  const { curves, champion, n, positives, threshold, confusion } = evaluation;
  const area = ofBoth(evaluation, auc);
  const truePositives = estimateOf(evaluation, recall.name).value;
  const falsePositives = (confusion.matrix[0]?.[1] as number) / (n - positives);
  const entries: LegendEntry[] = [
    { mark: 'candidate', shape: 'line', text: withInterval('candidate', area.candidate) },
    ...(area.champion
      ? [{ mark: 'champion', shape: 'line', text: withInterval('champion', area.champion) } as const]
      : []),
    { mark: 'candidate', shape: 'point', text: `threshold ${formatNumber(threshold)}` },
    { mark: 'chance', shape: 'line', text: 'chance 0.500' },
  ];
  return frame({
    id: 'roc',
    title: 'ROC curve',
    description:
      `${withInterval('Candidate AUC', area.candidate)}${area.champion ? `, ${withInterval('champion', area.champion)}` : ''}. ` +
      `At threshold ${formatNumber(threshold)} the true-positive rate is ${formatFixed(truePositives, 3)}, ` +
      `the false-positive rate ${formatFixed(falsePositives, 3)}.`,
    x: unit('false-positive rate'),
    y: unit('true-positive rate'),
    draw: (scales) => html`<path class="line chance" d="M${scales.x(0)} ${scales.y(0)}L${scales.x(1)} ${scales.y(1)}"/>
<path class="area candidate" d="${linePath(curves.roc, scales)}V${scales.y(0)}H${scales.x(0)}Z"/>
${champion ? html`<path class="line champion" d="${linePath(champion.curves.roc, scales)}"/>` : undefined}
<path class="line candidate" d="${linePath(curves.roc, scales)}"/>
<circle class="point candidate" cx="${scales.x(falsePositives)}" cy="${scales.y(truePositives)}" r="4.5"/>`,
    legend: entries,
  });
}

/** Precision-recall curve of candidate and champion, with the base rate and the operating point. */
export function precisionRecallPlot(evaluation: BinaryEvaluation): Html {
  const { curves, champion, n, positives, threshold } = evaluation;
  const area = ofBoth(evaluation, prAuc);
  const operation = { x: estimateOf(evaluation, recall.name).value, y: estimateOf(evaluation, precision.name).value };
  const baseRate = positives / n;
  const entries: LegendEntry[] = [
    { mark: 'candidate', shape: 'line', text: withInterval('candidate', area.candidate) },
    ...(area.champion
      ? [{ mark: 'champion', shape: 'line', text: withInterval('champion', area.champion) } as const]
      : []),
    { mark: 'candidate', shape: 'point', text: `threshold ${formatNumber(threshold)}` },
    { mark: 'chance', shape: 'line', text: `base rate ${formatFixed(baseRate, 3)}` },
  ];
  const inPlace = evaluation.confusion.matrix.some((cells) => (cells[1] as number) > 0);
  return frame({
    id: 'pr',
    title: 'Precision-recall curve',
    description:
      `${withInterval('Average precision of the candidate', area.candidate)}` +
      `${area.champion ? `, ${withInterval('of the champion', area.champion)}` : ''}; base rate ${formatFixed(baseRate, 3)}.`,
    x: unit('recall'),
    y: unit('precision'),
    draw: (scales) => html`<path class="line chance" d="M${scales.x(0)} ${scales.y(baseRate)}H${scales.x(1)}"/>
${champion ? html`<path class="line champion" d="${linePath(champion.curves.pr, scales)}"/>` : undefined}
<path class="line candidate" d="${linePath(curves.pr, scales)}"/>
${
  inPlace
    ? html`<circle class="point candidate" cx="${scales.x(operation.x)}" cy="${scales.y(operation.y)}" r="4.5"/>`
    : undefined
}`,
    legend: entries,
  });
}

/**
 * Cumulative gains: the share of positives among the highest-scored share of the rows. Computed from the ROC curve with
 * rows = positives · TPR + negatives · FPR.
 */
export function gainsPlot({ curves, champion, n, positives }: BinaryEvaluation): Html {
  const rate = positives / n;
  const gains = ({ x, y }: Curve): Curve => ({ x: x.map((fpr, i) => (y[i] as number) * rate + fpr * (1 - rate)), y });
  const candidate = gains(curves.roc);
  const found = formatPercent(heightAt(candidate, 0.2));
  const entries: LegendEntry[] = [
    { mark: 'candidate', shape: 'line', text: 'candidate' },
    ...(champion ? [{ mark: 'champion', shape: 'line', text: 'champion' } as const] : []),
    { mark: 'best', shape: 'line', text: 'every positive first' },
    { mark: 'chance', shape: 'line', text: 'rows at random' },
  ];
  return frame({
    id: 'gains',
    title: 'Cumulative gains',
    description: `The fifth of the rows with the highest scores holds ${found} of the positives.`,
    x: unit('share of rows, highest scores first'),
    y: unit('share of positives found'),
    draw: (scales) => html`<path class="line chance" d="M${scales.x(0)} ${scales.y(0)}L${scales.x(1)} ${scales.y(1)}"/>
<path class="line best" d="M${scales.x(0)} ${scales.y(0)}L${scales.x(rate)} ${scales.y(1)}H${scales.x(1)}"/>
${champion ? html`<path class="line champion" d="${linePath(gains(champion.curves.roc), scales)}"/>` : undefined}
<path class="line candidate" d="${linePath(candidate, scales)}"/>`,
    legend: entries,
  });
}

/** Height at `at` of a curve that rises from (0, 0) to (1, 1), linear between its points. */
function heightAt({ x, y }: Curve, at: number): number {
  const right = x.findIndex((value) => value >= at);
  const [x0, x1] = [x[right - 1] as number, x[right] as number];
  const [y0, y1] = [y[right - 1] as number, y[right] as number];
  return y0 + ((at - x0) / (x1 - x0)) * (y1 - y0);
}
