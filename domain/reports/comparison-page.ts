import { dollars } from '#domain/costs/amount';
import { findMetric } from '#domain/metrics/registry';
import { decimalsFor, formatCount, formatFixed, formatNumber } from '#domain/text/format-number';
import type { Difference, Estimate } from '#schemas/records/evaluation';
import type { RunComparison } from '#schemas/records/run-comparison';
import type { RunReport } from '#schemas/records/run-report';
import { type Html, html } from './html.ts';
import { pageHead, pageOf, startText } from './page.ts';
import { intervalPlot } from './plots/interval.ts';
import { type RunCurves, runPrecisionRecallPlot, runRocPlot } from './plots/run-curves.ts';
import { type RunEstimates, runEstimatesPlot } from './plots/run-estimates.ts';

/** Columns whose importances are drawn, at most. */
const mostColumns = 15;

const labelOf = (metric: string): string => findMetric(metric)?.label ?? metric;

/** The runs of a comparison side by side, as one self-contained HTML page. @param reports in the order of the comparison */
export function comparisonPage(comparison: RunComparison, reports: readonly RunReport[]): string {
  const { runs } = comparison;
  const pipelines = [...new Set(runs.map(({ pipeline }) => pipeline))];
  const name = pipelines.join(', ');
  return pageOf(`${name} · ${runs.length} runs compared`, [
    pageHead('Comparison of runs', { name }, [
      ['runs', formatCount(runs.length)],
      ['compared with', runs[0]?.runId ?? ''],
    ]),
    runsSection(comparison),
    metricsSection(comparison),
    differencesSection(comparison),
    curvesSection(reports),
    importancesSection(reports),
    differingSection('hyperparameters', 'Hyperparameters that differ', comparison.hyperparameters, runs),
    differingSection('columns', 'Columns that differ', comparison.columns, runs),
  ]);
}

const swatch = (place: number): Html =>
  html`<svg class="key" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true"><circle class="point r${place}" cx="6" cy="6" r="5"/></svg>`;

const runHeads = (runs: RunComparison['runs']): Html[] =>
  runs.map(({ runId }, i) => html`<th scope="col">${swatch(i)} <code>${runId}</code></th>`);

const durationText = (seconds: number | null): string =>
  seconds === null ? 'under way' : seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;

/** Facts without blanks, which break anywhere. */
const hashes: ReadonlySet<string> = new Set(['data-set version', 'configuration hash', 'git commit']);

function runsSection({ runs }: RunComparison): Html {
  const facts: readonly (readonly [name: string, value: (run: RunComparison['runs'][number]) => string])[] = [
    ['status', ({ status }) => status],
    ['gates', ({ passed }) => (passed ? 'passed' : 'refused')],
    ['model version', ({ modelVersion }) => (modelVersion === null ? 'not registered' : String(modelVersion))],
    ['task', ({ task }) => task],
    ['algorithm', ({ algorithm }) => algorithm],
    ['started', ({ startedAt }) => startText(startedAt)],
    ['took', ({ seconds }) => durationText(seconds)],
    ['cost', ({ usd }) => (usd === null ? 'not known' : dollars(usd))],
    ['training rows', ({ rows }) => formatCount(rows.train)],
    ['holdout rows', ({ rows }) => formatCount(rows.test)],
    ['data-set version', ({ datasetVersion }) => datasetVersion],
    ['configuration hash', ({ configHash }) => configHash],
    ['git commit', ({ gitCommit }) => gitCommit],
  ];
  return html`<section aria-labelledby="runs"><h2 id="runs">Runs</h2><div class="scroll"><table class="fixed"><caption class="hidden">Facts of each run</caption>
<thead><tr><th scope="col">Fact</th>${runHeads(runs)}</tr></thead>
<tbody>${facts.map(([name, value]) => html`<tr><th scope="row">${name}</th>${runs.map((run) => (hashes.has(name) ? html`<td><code>${value(run)}</code></td>` : html`<td>${value(run)}</td>`))}</tr>`)}</tbody></table></div></section>`;
}

function estimateCell(estimate: Estimate | null): Html {
  if (estimate === null) return html`<td class="number quiet">–</td>`;
  const { value, low, high, interval } = estimate;
  const decimals = decimalsFor(low, high);
  const range = interval === 'none' ? 'no interval' : `${formatFixed(low, decimals)} to ${formatFixed(high, decimals)}`;
  return html`<td class="number"><b>${formatFixed(value, decimals)}</b> <span class="quiet">${range}</span></td>`;
}

function metricsSection({ metrics, runs }: RunComparison): Html {
  const plots = metrics.map(({ metric, estimates }) =>
    runEstimatesPlot(
      {
        id: `metric-${metric}`,
        title: labelOf(metric),
        description: `${labelOf(metric)} of each run with its 95 % interval.`,
        axis: labelOf(metric),
      },
      [{ label: labelOf(metric), runs: estimates }],
    ),
  );
  return html`<section aria-labelledby="metrics"><h2 id="metrics">Metrics</h2><div class="scroll"><table><caption>Each run on its own holdout, with 95 % intervals</caption>
<thead><tr><th scope="col">Metric</th>${runHeads(runs)}</tr></thead>
<tbody>${metrics.map(({ metric, higherIsBetter, estimates }) => html`<tr><th scope="row">${labelOf(metric)}${higherIsBetter === false ? html` <span class="quiet">lower is better</span>` : undefined}</th>${estimates.map(estimateCell)}</tr>`)}</tbody></table></div>
<details><summary>Intervals as plots</summary>${plots}</details></section>`;
}

/** Better is on the right. */
function differenceCells({ difference, low, high }: Difference, higherIsBetter: boolean | undefined): Html {
  const flip = higherIsBetter === false ? -1 : 1;
  const [from, to] = [Math.min(low * flip, high * flip), Math.max(low * flip, high * flip)];
  const tone = higherIsBetter === undefined || (from <= 0 && to >= 0) ? 'neutral' : from > 0 ? 'good' : 'bad';
  const decimals = decimalsFor(low, high);
  const range = `${formatFixed(low, decimals, true)} to ${formatFixed(high, decimals, true)}`;
  const plot = intervalPlot({
    low: from,
    high: to,
    value: difference * flip,
    reference: 0,
    tone,
    title: `${formatNumber(difference, { signed: true })}, 95 % interval ${range}`,
  });
  return html`<td class="number"><b>${formatFixed(difference, decimals, true)}</b> <span class="quiet">${range}</span></td><td class="plotted">${plot}</td>`;
}

function differencesSection({ differences, runs }: RunComparison): Html {
  const [first, ...others] = runs;
  if ('reason' in differences)
    return html`<section aria-labelledby="differences"><h2 id="differences">Differences</h2><p>No paired differences: ${differences.reason}. Intervals of runs on different rows do not tell which is better.</p></section>`;
  const heads = others.map(
    ({ runId }, i) =>
      html`<th scope="col" class="number">${swatch(i + 1)} <code>${runId}</code></th><th scope="col" class="plotted">worse · better</th>`,
  );
  return html`<section aria-labelledby="differences"><h2 id="differences">Differences</h2><div class="scroll"><table><caption>Each run minus ${first?.runId}, paired: all models on the same resamples of the ${formatCount(differences.rows)} holdout rows that all runs have. Each interval holds with 95 % confidence by itself, not all of them together.</caption>
<thead><tr><th scope="col">Metric</th>${heads}</tr></thead>
<tbody>${differences.metrics.map(({ metric, runs: own }) => html`<tr><th scope="row">${labelOf(metric)}</th>${own.map((one) => differenceCells(one, findMetric(metric)?.higherIsBetter))}</tr>`)}</tbody></table></div></section>`;
}

function curvesSection(reports: readonly RunReport[]): Html | undefined {
  const curves = reports.flatMap(({ runId, evaluation }, place): RunCurves[] =>
    evaluation.task === 'binary' ? [{ runId, place, curves: evaluation.curves }] : [],
  );
  if (curves.length < 2) return undefined;
  return html`<section aria-labelledby="curves"><h2 id="curves">Curves</h2><div class="plots"><figure>${runRocPlot(curves)}<figcaption>ROC curves</figcaption></figure><figure>${runPrecisionRecallPlot(curves)}<figcaption>Precision-recall curves</figcaption></figure></div></section>`;
}

/** The columns that matter most in any run, with ± one standard deviation. */
function importancesSection(reports: readonly RunReport[]): Html | undefined {
  const byRun = reports.map(
    ({ evaluation }) => new Map(evaluation.importances.map((importance) => [importance.column, importance])),
  );
  const most = (column: string): number => Math.max(...byRun.map((own) => own.get(column)?.mean ?? 0));
  const columns = [...new Set(byRun.flatMap((own) => [...own.keys()]))]
    .toSorted((a, b) => most(b) - most(a))
    .slice(0, mostColumns);
  if (columns.length === 0) return undefined;
  const groups: RunEstimates[] = columns.map((label) => ({
    label,
    runs: byRun.map((own) => {
      const found = own.get(label);
      return found ? { value: found.mean, low: found.mean - found.std, high: found.mean + found.std } : null;
    }),
  }));
  const head = {
    id: 'importances',
    title: 'Permutation importance by run',
    description: `The most important columns of all runs: ${columns.slice(0, 3).join(', ')}.`,
    axis: 'drop of the score when the column is permuted (± one standard deviation)',
  };
  return html`<section aria-labelledby="importances-h"><h2 id="importances-h">Importances</h2>${runEstimatesPlot(head, groups)}</section>`;
}

function differingSection(
  id: string,
  title: string,
  rows: RunComparison['columns'],
  runs: RunComparison['runs'],
): Html {
  if (rows.length === 0)
    return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2><p>None.</p></section>`;
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2><div class="scroll"><table><caption class="hidden">${title}</caption>
<thead><tr><th scope="col">Name</th>${runHeads(runs)}</tr></thead>
<tbody>${rows.map(({ name, values }) => html`<tr><th scope="row"><code>${name}</code></th>${values.map((value) => html`<td>${value ?? '–'}</td>`)}</tr>`)}</tbody></table></div></section>`;
}
