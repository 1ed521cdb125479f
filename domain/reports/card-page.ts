import { formatNumber } from '#domain/text/format-number';
import type { CardEvaluation, CardMetric, ModelCard } from '#schemas/records/model-card';
import { type Html, html } from './html.ts';
import { pageHead, pageOf } from './page.ts';
import { frame, linePath } from './plots/frame.ts';

/** What the page shows beside the content of the card. */
export interface CardFacts {
  readonly pipeline: string;
  readonly runId: string;
  /** The version in the model registry; undefined for a model that was not registered. */
  readonly version?: number | undefined;
  /** ModelCardStatus; undefined for a model that was not registered. */
  readonly status?: string | undefined;
}

/** A model card as one self-contained HTML file. */
export function cardPage(card: ModelCard, { pipeline, runId, version, status }: CardFacts): string {
  const { intended_uses: uses, business_details: business, additional_information: more } = card;
  return pageOf(`${pipeline} · ${version === undefined ? runId : `version ${version}`} · model card`, [
    pageHead('Model card', { name: pipeline, description: uses.purpose_of_model }, [
      ['version', version === undefined ? 'not registered' : String(version)],
      ['card', status ?? 'not registered'],
      ['run', runId],
      ['risk', uses.risk_rating],
    ]),
    texts('uses', 'Intended uses', [
      ['Created by', card.model_overview.model_creator],
      ['Intended uses', uses.intended_uses],
      ['Limits', uses.factors_affecting_model_efficiency],
      ['Why this risk', uses.explanations_for_risk_rating],
      ['Ethical considerations', more.ethical_considerations],
      ['Caveats', more.caveats_and_recommendations],
    ]),
    texts('business', 'Business', [
      ['Problem', business.business_problem],
      ['Stakeholders', business.business_stakeholders],
      ['Line of business', business.line_of_business],
    ]),
    ...card.evaluation_details.map(evaluationSection),
    trainingSection(card),
    texts('lineage', 'Lineage', [
      ['Model', card.model_overview.model_artifact.join(', ')],
      ...Object.entries(more.custom_details),
    ]),
  ]);
}

/** Texts with their names; no section where nothing is said. */
function texts(
  id: string,
  title: string,
  rows: readonly (readonly [name: string, text: string | undefined])[],
): Html | undefined {
  const said = rows.filter(([, text]) => text !== undefined);
  if (said.length === 0) return undefined;
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2><div class="scroll"><table><caption class="hidden">${title}</caption><tbody>${said.map(([name, text]) => html`<tr><th scope="row">${name}</th><td>${text}</td></tr>`)}</tbody></table></div></section>`;
}

function trainingSection({ training_details: training }: ModelCard): Html {
  const { hyper_parameters: parameters, training_environment: environment } = training.training_job_details;
  const { training_datasets: datasets } = training.training_job_details;
  return html`<section aria-labelledby="training"><h2 id="training">Training</h2><p>${training.training_observations}</p>
<dl class="facts"><div><dt>data</dt><dd><code>${datasets.join(', ')}</code></dd></div><div><dt>image</dt><dd><code>${environment.container_image.join(', ')}</code></dd></div></dl>
<div class="scroll"><table><caption>Hyperparameters</caption><thead><tr><th scope="col">Name</th><th scope="col" class="number">Value</th></tr></thead>
<tbody>${parameters.map(({ name, value }) => html`<tr><th scope="row"><code>${name}</code></th><td class="number"><code>${value}</code></td></tr>`)}</tbody></table></div></section>`;
}

function evaluationSection(
  { name, evaluation_observation: said, metric_groups: groups = [] }: CardEvaluation,
  i: number,
): Html {
  const id = `evaluation-${i}`;
  const shown = groups.map(({ name: title, metric_data: metrics }, g) => metricGroup(`${id}-${g}`, title, metrics));
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${name}</h2>${said === undefined ? undefined : html`<p>${said}</p>`}${shown}</section>`;
}

type Graph = Extract<CardMetric, { type: 'linear_graph' }>;
const isGraph = (metric: CardMetric): metric is Graph => metric.type === 'linear_graph';

function metricGroup(id: string, title: string, metrics: readonly CardMetric[]): Html {
  const graphs = metrics.filter(isGraph);
  const rows = metrics.filter((metric) => !isGraph(metric));
  const table =
    rows.length === 0
      ? undefined
      : html`<div class="scroll"><table><caption>${title}</caption><tbody>${rows.map(metricRow)}</tbody></table></div>`;
  const plots =
    graphs.length === 0
      ? undefined
      : html`<div class="plots">${graphs.map((graph, i) => html`<figure>${graphPlot(`${id}-${i}`, graph)}<figcaption>${graph.name}</figcaption></figure>`)}</div>`;
  return html`${table}${plots}`;
}

/** The ends of an axis, apart from one another. */
function endsOf(values: readonly number[]): { readonly low: number; readonly high: number } {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return high > low ? { low, high } : { low: low - 0.5, high: high + 0.5 };
}

function graphPlot(id: string, { name, value, x_axis_name: x = '', y_axis_name: y = '' }: Graph): Html {
  const xs = value.map(([own]) => own);
  const ys = value.map(([, own]) => own);
  return frame({
    id,
    title: name,
    description: `${name}: ${y} by ${x}, ${value.length} points.`,
    x: { label: x, ...endsOf(xs) },
    y: { label: y, ...endsOf(ys) },
    draw: (scales) => html`<path class="line candidate" d="${linePath({ x: xs, y: ys }, scales)}"/>`,
  });
}

function metricRow(metric: Exclude<CardMetric, Graph>): Html {
  const note = metric.notes === undefined ? undefined : html`<td class="reason">${metric.notes}</td>`;
  return html`<tr><th scope="row">${metric.name}</th><td class="number">${valueCell(metric)}</td>${note}</tr>`;
}

function valueCell(metric: Exclude<CardMetric, Graph>): Html {
  switch (metric.type) {
    case 'matrix':
      return matrixTable(metric);
    case 'bar_chart':
      return html`${metric.value.map((value, i) => html`<div>${metric.x_axis_name?.[i] ?? String(i + 1)} <b>${formatNumber(value)}</b></div>`)}`;
    case 'boolean':
      return metric.value === true
        ? html`<span class="mark good">✓ passed</span>`
        : html`<span class="mark bad">✕ not passed</span>`;
    case 'number':
    case 'string':
      return html`<b>${typeof metric.value === 'number' ? formatNumber(metric.value) : String(metric.value)}</b>`;
  }
}

function matrixTable({
  value,
  x_axis_name: columns = [],
  y_axis_name: rows = [],
}: Extract<CardMetric, { type: 'matrix' }>): Html {
  return html`<table><thead><tr><th scope="col"></th>${columns.map((name) => html`<th scope="col" class="number">${name}</th>`)}</tr></thead>
<tbody>${value.map((cells, i) => html`<tr><th scope="row">${rows[i] ?? String(i + 1)}</th>${cells.map((cell) => html`<td class="number">${formatNumber(cell)}</td>`)}</tr>`)}</tbody></table>`;
}
