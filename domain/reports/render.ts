import type { GateKind } from '#domain/gates/gate';
import { GATES } from '#domain/gates/registry';
import type { Metric } from '#domain/metrics/metric';
import { METRICS } from '#domain/metrics/registry';
import { formatCount } from '#domain/text/format-number';
import type { Evaluation } from '#schemas/records/evaluation';
import { type Html, html } from './html.ts';
import type { ReportInput } from './input.ts';
import { dataSection } from './sections/data.ts';
import { lineageSection } from './sections/lineage.ts';
import { metricsSection } from './sections/metrics.ts';
import { personalDataSection } from './sections/personal-data.ts';
import { importanceSection, plotsSection } from './sections/plots.ts';
import { tuningSection } from './sections/tuning.ts';
import { verdictSection } from './sections/verdict.ts';
import { style } from './style.ts';

/** The Content-Security-Policy: no external resources and no scripts, so the file looks the same everywhere. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

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
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${pipeline} · ${runId} · ${verdict.passed ? 'passed' : 'refused'}</title>
<style>${trusted(style)}</style>
</head>
<body>
<main>
${heading(input)}
${verdictSection(verdict, gates, { evaluation, champion, metrics })}
${metricsSection(evaluation, champion, metrics)}
${plotsSection(evaluation)}
${importanceSection(evaluation)}
${tuningSection(input.tuning)}
${dataSection(input.data)}
${personalDataSection(input.personalData)}
${lineageSection(input.lineage, runId)}
${method(evaluation)}
</main>
</body>
</html>
`;
  return page.markup;
}

/** The style sheet is a constant of this project and needs no escaping. */
const trusted = (markup: string): Html => ({ markup });

function heading({ pipeline, description, runId, startedAt, reason, champion, evaluation }: ReportInput): Html {
  const facts = [
    ['run', runId],
    ['started', `${startedAt.slice(0, 16).replace('T', ' ')} UTC`],
    ['because of', reason],
    ['task', evaluation.task],
    ['holdout rows', formatCount(evaluation.n)],
    ['champion', champion ?? 'none yet'],
  ] as const;
  return html`<header><p class="eyebrow">Evaluation report</p><h1>${pipeline}</h1>${description === undefined ? undefined : html`<p class="about">${description}</p>`}
<dl class="tiles">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></header>`;
}

function method(evaluation: Evaluation): Html {
  const champion = evaluation.champion
    ? ' A gate against the champion is a one-sided test: it passes when the difference is, with the stated confidence, no worse than the accepted margin.'
    : '';
  const weighted = evaluation.weighted ? ' Metrics and ranking curves are weighted; counts are of rows.' : '';
  return html`<footer><p>Metrics follow scikit-learn’s definitions. Intervals are percentiles of a plain row bootstrap, not stratified; they reflect the size of the holdout, not how the world may change.${weighted} Gates with a minimum or maximum compare the measured value; the interval is shown beside it.${champion}</p>
<p>Permutation importance tells how much the model leans on a column, not what causes the outcome; columns that carry the same information share it.</p></footer>`;
}
