import type { GateKind } from '#domain/gates/gate';
import { GATES } from '#domain/gates/registry';
import type { Metric } from '#domain/metrics/metric';
import { METRICS } from '#domain/metrics/registry';
import { formatCount } from '#domain/text/format-number';
import type { Evaluation } from '#schemas/records/evaluation';
import { type Html, html } from './html.ts';
import type { ReportInput } from './input.ts';
import { pageHead, pageOf, startText } from './page.ts';
import { constraintsSection } from './sections/constraints.ts';
import { dataSection } from './sections/data.ts';
import { driftSection } from './sections/drift.ts';
import { explanationSection } from './sections/explanation.ts';
import { fairnessSection } from './sections/fairness.ts';
import { lineageSection } from './sections/lineage.ts';
import { metricsSection } from './sections/metrics.ts';
import { personalDataSection } from './sections/personal-data.ts';
import { importanceSection, plotsSection } from './sections/plots.ts';
import { slicesSection } from './sections/slices.ts';
import { thresholdSection } from './sections/threshold.ts';
import { tuningSection } from './sections/tuning.ts';
import { verdictSection } from './sections/verdict.ts';

/** The registries for the names in a report's records. */
export interface ReportKinds {
  readonly metrics?: readonly Metric[];
  readonly gates?: readonly GateKind<unknown>[];
}

/**
 * Renders the evaluation report of a run: one self-contained HTML file without scripts or external assets, readable in
 * light and dark, on paper and by screen readers. The same input gives the same bytes.
 */
export function renderReport(input: ReportInput, { metrics = METRICS, gates = GATES }: ReportKinds = {}): string {
  const { evaluation, verdict, pipeline, runId, champion } = input;
  return pageOf(`${pipeline} · ${runId} · ${verdict.passed ? 'passed' : 'refused'}`, [
    heading(input),
    verdictSection(verdict, gates, { evaluation, champion, metrics }),
    metricsSection(evaluation, champion, metrics),
    slicesSection(evaluation, metrics),
    fairnessSection(evaluation),
    thresholdSection(evaluation),
    plotsSection(evaluation),
    importanceSection(evaluation),
    explanationSection(input.explanation),
    tuningSection(input.tuning),
    constraintsSection(input.constraints),
    dataSection(input.data, runId),
    driftSection(input.dropDrift),
    personalDataSection(input.personalData),
    lineageSection(input.lineage, runId, input.tuning),
    method(evaluation),
  ]);
}

function heading({ pipeline, description, runId, startedAt, reason, champion, evaluation }: ReportInput): Html {
  return pageHead('Evaluation report', { name: pipeline, description }, [
    ['run', runId],
    ['started', startText(startedAt)],
    ['because of', reason],
    ['task', evaluation.task],
    ['holdout rows', formatCount(evaluation.n)],
    ['champion', champion ?? 'none yet'],
  ]);
}

function method(evaluation: Evaluation): Html {
  const champion = evaluation.champion
    ? ' A gate against the champion is a one-sided test: it passes when the difference is, with the stated confidence, no worse than the accepted margin.'
    : '';
  const weighted = evaluation.weighted ? ' Metrics and ranking curves are weighted; counts are of rows.' : '';
  return html`<footer><p>Metrics follow scikit-learn’s definitions. Intervals are from a plain row bootstrap, not stratified: percentiles, or by its standard error on the scale of the metric where percentiles cover too little; they reflect the size of the holdout, not how the world may change.${weighted} Gates with a minimum or maximum compare the measured value; the interval is shown beside it.${champion}</p>
<p>Permutation importance tells how much the model leans on a column, not what causes the outcome; columns that carry the same information share it.</p></footer>`;
}
