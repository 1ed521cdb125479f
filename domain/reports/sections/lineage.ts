import { formatBytes, formatCount } from '#domain/text/format-number';
import { type Html, html } from '../html.ts';
import type { Lineage, Tuning } from '../input.ts';

/** Number of objects listed, in the order of their names; the rest are only counted. */
const LISTED_OBJECTS = 25;

/** The origin of model and data: enough to reproduce the run. */
export function lineageSection(lineage: Lineage, runId: string, tuning?: Tuning): Html {
  const { objects, hyperparameters } = lineage;
  const facts = [
    { name: 'run', value: runId },
    { name: 'data-set version', value: lineage.datasetVersion },
    { name: 'git commit', value: lineage.gitCommit },
    { name: 'configuration hash', value: lineage.configHash },
    ...lineage.facts,
  ];
  const parameters = Object.entries(hyperparameters).sort(([a], [b]) => (a < b ? -1 : 1));
  const tuned = new Set(
    Object.keys(tuning?.trials.find((trial) => trial.trainingJob === tuning.best)?.hyperparameters ?? {}),
  );
  const listed = objects.slice(0, LISTED_OBJECTS);
  const bytes = objects.reduce((sum, object) => sum + object.size, 0);
  const rest = objects.length - listed.length;
  return html`<section aria-labelledby="lineage"><h2 id="lineage">Lineage</h2>
<dl class="facts">${facts.map(({ name, value }) => html`<div><dt>${name}</dt><dd><code>${value}</code></dd></div>`)}</dl>
<div class="columns"><div class="scroll"><table><caption>Hyperparameters</caption>
<thead><tr><th scope="col">Name</th><th scope="col" class="number">Value</th></tr></thead>
<tbody>${parameters.map(([name, value]) => html`<tr><th scope="row"><code>${name}</code>${tuned.has(name) ? html` <span class="quiet">found by tuning</span>` : undefined}</th><td class="number"><code>${value}</code></td></tr>`)}</tbody></table></div>
<div class="scroll"><table><caption>Objects of the drop, in the order of their names: ${formatCount(objects.length)}, ${formatBytes(bytes)}</caption>
<thead><tr><th scope="col">File and version</th><th scope="col" class="number">Size</th></tr></thead>
<tbody>${listed.map(({ size, versionId }, i) => html`<tr><th scope="row">${i + 1}${versionId === undefined ? undefined : html` <code class="quiet">${versionId}</code>`}</th><td class="number">${formatBytes(size)}</td></tr>`)}${rest > 0 ? html`<tr><td colspan="2" class="quiet">and ${formatCount(rest)} more, listed in drop.json of the run</td></tr>` : undefined}</tbody></table></div></div></section>`;
}
