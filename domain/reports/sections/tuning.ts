import { formatCount, formatFixed, formatNumber } from '#domain/text/format-number';
import { type Html, html } from '../html.ts';
import type { Tuning } from '../input.ts';
import { trialsPlot } from '../plots/trials.ts';

type Trial = Tuning['trials'][number];

/** Number of trials listed; of a longer search, the best. */
export const LISTED_TRIALS = 50;

/** The better objective first; trials without one last. */
const byObjective = (direction: Tuning['direction']) => (a: Trial, b: Trial) => {
  if (a.objective === null || b.objective === null) return Number(a.objective === null) - Number(b.objective === null);
  return direction === 'Maximize' ? b.objective - a.objective : a.objective - b.objective;
};

const shown = (text: string): string => {
  const value = Number(text);
  return text.trim() !== '' && Number.isFinite(value) ? formatNumber(value) : text;
};

/** The tuning: every training job with its hyperparameters and its objective. */
export function tuningSection(tuning: Tuning | undefined): Html | undefined {
  if (!tuning) return undefined;
  const { trials, best, metric, direction, strategy } = tuning;
  const names = [...new Set(trials.flatMap(({ hyperparameters }) => Object.keys(hyperparameters)))].toSorted();
  const ranked = trials.toSorted(byObjective(direction));
  const listed = ranked.slice(0, LISTED_TRIALS);
  const rest = ranked.length - listed.length;
  const better = direction === 'Maximize' ? 'higher is better' : 'lower is better';
  return html`<section aria-labelledby="tuning"><h2 id="tuning">Tuning</h2>
<div class="columns"><figure><figcaption>Search <span class="quiet">${strategy}, ${formatCount(trials.length)} training jobs</span></figcaption>${trialsPlot(tuning)}</figure>
<div class="scroll"><table><caption>Training jobs by <code>${metric}</code> on the validation shards; ${better}. The holdout was not used for the choice.</caption>
<thead><tr><th scope="col">Training job</th>${names.map((name) => html`<th scope="col" class="number"><code>${name}</code></th>`)}<th scope="col" class="number">${metric}</th></tr></thead>
<tbody>${listed.map((trial) => row(trial, names, trial.trainingJob === best))}${rest > 0 ? html`<tr><td colspan="${names.length + 2}" class="quiet">and ${formatCount(rest)} more, listed in training.json of the run</td></tr>` : undefined}</tbody></table></div></div></section>`;
}

const row = (
  { trainingJob, status, hyperparameters, objective }: Trial,
  names: readonly string[],
  isBest: boolean,
): Html =>
  html`<tr><th scope="row"><code>${trainingJob}</code>${isBest ? html` <span class="mark good">best</span>` : undefined}${status === 'Completed' ? undefined : html` <span class="quiet">${status.toLowerCase()}</span>`}</th>${names.map(
    (name) => html`<td class="number">${shown(hyperparameters[name] ?? '')}</td>`,
  )}<td class="number">${objective === null ? '–' : html`<b>${formatFixed(objective, 5)}</b>`}</td></tr>`;
