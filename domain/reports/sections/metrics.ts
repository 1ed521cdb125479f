import { isHigherBetter } from '#domain/gates/direction';
import type { MetricName } from '#schemas/pipeline-gates';
import type { ClassMetrics, Difference, Estimate, Evaluation } from '#schemas/records/evaluation';
import { decimalsFor, formatCount, formatFixed, formatNumber, formatPercent } from '../format-number.ts';
import { type Html, html } from '../html.ts';
import { round } from '../plots/frame.ts';
import { intervalPlot } from '../plots/interval.ts';

const labels: Record<MetricName, readonly [name: string, meaning: string]> = {
  auc: ['ROC AUC', 'chance that a positive row scores above a negative one'],
  pr_auc: ['PR AUC', 'average precision'],
  accuracy: ['Accuracy', 'share of rows predicted right'],
  precision: ['Precision', 'share of predicted positives that are positive'],
  recall: ['Recall', 'share of positives that are found'],
  f1: ['F1', 'harmonic mean of precision and recall'],
  log_loss: ['Log-loss', 'mean −ln of the probability given to the truth'],
  brier: ['Brier score', 'mean squared error of the probability'],
  ks: ['KS', 'largest gap between the classes’ score distributions'],
  precision_macro: ['Precision, macro', 'mean over classes'],
  recall_macro: ['Recall, macro', 'mean over classes'],
  f1_macro: ['F1, macro', 'mean over classes'],
  precision_weighted: ['Precision, weighted', 'mean over classes by support'],
  recall_weighted: ['Recall, weighted', 'mean over classes by support'],
  f1_weighted: ['F1, weighted', 'mean over classes by support'],
  auc_ovr_macro: ['ROC AUC, one vs rest', 'mean over classes'],
  mse: ['MSE', 'mean squared error'],
  rmse: ['RMSE', 'root of the mean squared error'],
  mae: ['MAE', 'mean absolute error'],
  r2: ['R²', 'share of the variance explained'],
};

/** Every metric with its interval, beside the champion's when there is one. */
export function metricsSection(evaluation: Evaluation, championName: string | undefined): Html {
  const metrics = Object.entries(evaluation.metrics) as [MetricName, Estimate][];
  const { champion } = evaluation;
  const own: Partial<Record<MetricName, Estimate>> = champion?.metrics ?? {};
  const differences: Partial<Record<MetricName, Difference>> = champion?.differences ?? {};
  const versus = champion
    ? html`<th scope="col" class="number">Champion${championName === undefined ? undefined : html` <span class="quiet">${championName}</span>`}</th><th scope="col" class="number">Difference</th><th scope="col" class="plotted">worse · better</th>`
    : undefined;
  const { resamples, requested, seed } = evaluation.bootstrap;
  const fewer = resamples < requested ? ` (of ${formatCount(requested)} asked for: the holdout is large)` : '';
  return html`<section aria-labelledby="metrics"><h2 id="metrics">Metrics</h2>
<div class="scroll"><table><caption>On ${formatCount(evaluation.n)} holdout rows, with 95 % percentile intervals from ${formatCount(resamples)} bootstrap resamples${fewer}, seed ${seed}.${champion ? ' Differences are paired: both models are scored on the same resampled rows.' : ' There is no champion yet to compare with.'}</caption>
<thead><tr><th scope="col">Metric</th><th scope="col" class="number">Candidate</th>${versus}</tr></thead>
<tbody>${metrics.map(([name, estimate]) => metricRow(name, estimate, own[name], differences[name]))}</tbody></table></div></section>`;
}

function metricRow(
  name: MetricName,
  candidate: Estimate,
  champion: Estimate | undefined,
  difference: Difference | undefined,
): Html {
  const [title, meaning] = labels[name];
  const better = isHigherBetter(name) ? '' : ' · lower is better';
  const versus = champion && difference ? versusCells(name, champion, difference) : undefined;
  return html`<tr><th scope="row">${title} <span class="quiet">${meaning}${better}</span></th><td class="number">${estimateCell(candidate)}</td>${versus}</tr>`;
}

function estimateCell({ value, low, high }: Estimate): Html {
  const decimals = decimalsFor(low, high);
  return html`<b>${formatFixed(value, decimals)}</b> <span class="quiet">${formatFixed(low, decimals)} to ${formatFixed(high, decimals)}</span>`;
}

function versusCells(name: MetricName, champion: Estimate, { difference, low, high }: Difference): Html {
  const decimals = decimalsFor(low, high);
  const [better, worse] = isHigherBetter(name) ? [low > 0, high < 0] : [high < 0, low > 0];
  // the plot always has "better" on the right
  const flip = isHigherBetter(name) ? 1 : -1;
  const plot = intervalPlot({
    low: Math.min(low * flip, high * flip),
    high: Math.max(low * flip, high * flip),
    value: difference * flip,
    reference: 0,
    tone: better ? 'good' : worse ? 'bad' : 'neutral',
    title: `candidate − champion ${formatNumber(difference, { signed: true })}, 95 % interval ${formatNumber(low, { signed: true })} to ${formatNumber(high, { signed: true })}`,
  });
  return html`<td class="number">${estimateCell(champion)}</td><td class="number"><b>${formatFixed(difference, decimals, true)}</b> <span class="quiet">${formatFixed(low, decimals, true)} to ${formatFixed(high, decimals, true)}</span></td><td class="plotted">${plot}</td>`;
}

/** Precision, recall and F1 of each class. */
export function classTable(perClass: readonly ClassMetrics[]): Html {
  const total = perClass.reduce((sum, row) => sum + row.support, 0);
  const cell = (value: number): Html =>
    html`<td class="number"><svg class="meter" viewBox="0 0 36 8" aria-hidden="true"><rect class="meter-back" width="36" height="8"/><rect class="bar" width="${round(value * 36)}" height="8"/></svg>${formatFixed(value, 3)}</td>`;
  return html`<div class="scroll"><table><caption class="hidden">Metrics by class</caption>
<thead><tr><th scope="col">Class</th><th scope="col" class="number">Rows</th><th scope="col" class="number">Share</th><th scope="col" class="number">Precision</th><th scope="col" class="number">Recall</th><th scope="col" class="number">F1</th></tr></thead>
<tbody>${perClass.map((row) => html`<tr><th scope="row">${row.class}</th><td class="number">${formatCount(row.support)}</td><td class="number">${formatPercent(row.support / total)}</td>${cell(row.precision)}${cell(row.recall)}${cell(row.f1)}</tr>`)}</tbody></table></div>`;
}
