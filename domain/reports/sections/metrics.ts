import type { Metric } from '#domain/metrics/metric';
import { findMetric } from '#domain/metrics/registry';
import { decimalsFor, formatCount, formatFixed, formatNumber, formatPercent } from '#domain/text/format-number';
import type { ClassMetrics, Difference, Estimate, Evaluation } from '#schemas/records/evaluation';
import { type Html, html } from '../html.ts';
import { round } from '../plots/frame.ts';
import { intervalPlot } from '../plots/interval.ts';

/** Every metric with its interval, and the champion's if there is one. */
export function metricsSection(
  evaluation: Evaluation,
  championName: string | undefined,
  known: readonly Metric[],
): Html {
  const { champion } = evaluation;
  const rows = Object.entries(evaluation.metrics).map(([name, candidate]) =>
    metricRow({
      name,
      metric: findMetric(name, known),
      candidate,
      champion: champion?.metrics[name],
      difference: champion?.differences[name],
    }),
  );
  const versus = champion
    ? html`<th scope="col" class="number">Champion${championName === undefined ? undefined : html` <span class="quiet">${championName}</span>`}</th><th scope="col" class="number">Difference</th><th scope="col" class="plotted">worse · better</th>`
    : undefined;
  const { resamples, requested, seed } = evaluation.bootstrap;
  const fewer = resamples < requested ? ` (of ${formatCount(requested)} requested: the holdout is large)` : '';
  const estimates = Object.values(evaluation.metrics);
  const notes = [
    estimates.some(({ interval }) => interval === 'wilson')
      ? ' A share on which all resamples agree has Wilson’s interval.'
      : '',
    estimates.some(({ interval }) => interval === 'none')
      ? ' Where all resamples agree otherwise, there is no interval.'
      : '',
  ].join('');
  return html`<section aria-labelledby="metrics"><h2 id="metrics">Metrics</h2>
<div class="scroll"><table><caption>On ${formatCount(evaluation.n)} holdout rows, with 95 % intervals from ${formatCount(resamples)} bootstrap resamples${fewer}, seed ${seed}.${notes}${comparisonNote(evaluation)}</caption>
<thead><tr><th scope="col">Metric</th><th scope="col" class="number">Candidate</th>${versus}</tr></thead>
<tbody>${rows}</tbody></table></div></section>`;
}

/** On which rows the champion was compared. */
function comparisonNote({ champion, comparison, n }: Evaluation): string {
  if (comparison?.notJudged !== undefined) return ` Not compared with the champion: ${comparison.notJudged}.`;
  if (!champion) return ' There is no champion yet to compare with.';
  const paired = ' Differences are paired: both models are scored on the same resampled rows';
  if (comparison === undefined || comparison.rows === n) return `${paired}.`;
  return `${paired}. These are the ${formatCount(comparison.rows)} rows that the champion was not trained on.`;
}

interface MetricRow {
  readonly name: string;
  /** Undefined for a metric from an older version. */
  readonly metric: Metric | undefined;
  readonly candidate: Estimate;
  readonly champion: Estimate | undefined;
  readonly difference: Difference | undefined;
}

function metricRow({ name, metric, candidate, champion, difference }: MetricRow): Html {
  const direction = metric?.higherIsBetter === false ? ' · lower is better' : '';
  const title = metric
    ? html`${metric.label} <span class="quiet">${metric.summary}${direction}</span>`
    : html`<code>${name}</code>`;
  const versus = champion && difference ? versusCells(metric, champion, difference) : undefined;
  return html`<tr><th scope="row">${title}</th><td class="number">${estimateCell(candidate)}</td>${versus}</tr>`;
}

function estimateCell({ value, low, high, interval }: Estimate): Html {
  const decimals = decimalsFor(low, high);
  if (interval === 'none') return html`<b>${formatFixed(value, decimals)}</b> <span class="quiet">no interval</span>`;
  return html`<b>${formatFixed(value, decimals)}</b> <span class="quiet">${formatFixed(low, decimals)} to ${formatFixed(high, decimals)}</span>`;
}

/** Whether the interval of the difference excludes zero, and on which side. */
function toneOf(metric: Metric | undefined, low: number, high: number): 'good' | 'bad' | 'neutral' {
  if (!metric || (low <= 0 && high >= 0)) return 'neutral';
  return low > 0 === metric.higherIsBetter ? 'good' : 'bad';
}

function versusCells(metric: Metric | undefined, champion: Estimate, { difference, low, high }: Difference): Html {
  const decimals = decimalsFor(low, high);
  // the plot always has "better" on the right
  const flip = metric?.higherIsBetter === false ? -1 : 1;
  const plot = intervalPlot({
    low: Math.min(low * flip, high * flip),
    high: Math.max(low * flip, high * flip),
    value: difference * flip,
    reference: 0,
    tone: toneOf(metric, low, high),
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
