import { formatCount, formatFixed, formatNumber, formatPercent } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import type { Evaluation, Operating } from '#schemas/records/evaluation';
import { type Html, html } from '../html.ts';
import { costByThreshold, sharesByThreshold } from '../plots/by-threshold.ts';

/** What the threshold of a binary model does, and what others would do; undefined where it is not known. */
export function thresholdSection(evaluation: Evaluation): Html | undefined {
  if (evaluation.task !== 'binary' || evaluation.operating === undefined) return undefined;
  const { operating, champion } = evaluation;
  const { choice, chosen, costs } = operating;
  return html`<section aria-labelledby="threshold"><h2 id="threshold">Threshold</h2>
<p>A score of ${formatNumber(chosen.threshold)} or more counts as positive${choice ? html`. It was chosen on ${counted(choice.rows, 'validation row')}, of which ${formatCount(choice.positives)} are positive, so that ${choice.rule}. Of resamples of these rows, 95 % choose from ${formatNumber(choice.low)} to ${formatNumber(choice.high)}.` : ', as the pipeline says.'}${choice?.problem ? html` Note: ${choice.problem}.` : undefined}${champion?.threshold !== undefined && champion.threshold !== chosen.threshold ? html` The champion has its own, ${formatNumber(champion.threshold)}, and is compared at it.` : undefined}</p>
${costs ? costText(costs) : undefined}
<div class="plots">
${costs ? html`<figure><figcaption>Cost of errors</figcaption>${costByThreshold(operating, costs)}</figure>` : undefined}
<figure><figcaption>Recall, precision and flagged rows</figcaption>${sharesByThreshold(operating)}</figure>
</div>
${table(operating)}</section>`;
}

const costText = ({ perThousand, usual, none, all }: NonNullable<Operating['costs']>) =>
  html`<p>Errors cost ${formatNumber(perThousand.value)} per 1,000 rows of the holdout (95 % interval ${formatNumber(perThousand.low)} to ${formatNumber(perThousand.high)}). At a threshold of 0.5 it would be ${formatNumber(usual)}, with no row flagged ${formatNumber(none)}, with every row flagged ${formatNumber(all)}.</p>`;

function table({ table: points, chosen, costs }: Operating): Html {
  const rows = points.map((point) => {
    const isChosen = point.threshold === chosen.threshold;
    const cell = (text: string) => html`<td class="number">${isChosen ? html`<b>${text}</b>` : text}</td>`;
    return html`<tr><th scope="row">${formatNumber(point.threshold)}${isChosen ? html` <span class="quiet">in use</span>` : undefined}</th>${cell(formatPercent(point.flagged))}${cell(formatFixed(point.recall, 3))}${cell(point.precision === null ? '–' : formatFixed(point.precision, 3))}${cell(formatFixed(point.falsePositiveRate, 3))}${point.cost === undefined ? undefined : cell(formatNumber(point.cost))}</tr>`;
  });
  return html`<div class="scroll"><table><caption>On the holdout, by the share of rows that a threshold flags.</caption>
<thead><tr><th scope="col">Threshold</th><th scope="col" class="number">Flagged</th><th scope="col" class="number">Recall</th><th scope="col" class="number">Precision</th><th scope="col" class="number">False-positive rate</th>${costs ? html`<th scope="col" class="number">Cost per 1,000</th>` : undefined}</tr></thead>
<tbody>${rows}</tbody></table></div>`;
}
