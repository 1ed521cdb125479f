import { formatCount, formatNumber } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import { unreachable } from '#domain/unreachable';
import type { ContributionUnit, Explained, ExplainedCase, Explanation } from '#schemas/records/explanation';
import { type Html, html } from '../html.ts';
import { beeswarmPlot } from '../plots/beeswarm.ts';
import { contributionBars, shownColumns } from '../plots/contribution-bars.ts';
import { dependencePlot } from '../plots/dependence.ts';
import { waterfallPlot } from '../plots/waterfall.ts';

/** Columns of which it is drawn how their contribution depends on their value. */
const dependencePlots = 4;

/** What a contribution means, in one sentence. */
function meaningOf(unit: ContributionUnit): string {
  switch (unit) {
    case 'value':
      return 'Contributions are in the unit of the label: they add up from what the model answers on average to its answer for a row.';
    case 'log-odds':
      return 'Contributions are in log-odds: they add up to the logarithm of p / (1 − p), and 0.69 more doubles the odds.';
    case 'log of the value':
      return 'Contributions are in the logarithm of the label: they add up to that of the answer, and 0.69 more doubles it.';
    case 'log of the relative probability':
      return 'Contributions are in the logarithm of the relative probability of each class, which softmax turns into probabilities: 0.69 more doubles it.';
    default:
      return unreachable(unit, 'unit of contributions');
  }
}

const figure = (caption: string, note: string, plot: Html): Html =>
  html`<figure><figcaption>${caption} <span class="quiet">${note}</span></figcaption>${plot}</figure>`;

function globalFigures(explained: Explained): Html[] {
  const { columns, points } = explained;
  const more =
    columns.length > shownColumns ? `the ${shownColumns} most important of ${formatCount(columns.length)} columns` : '';
  const drawn = points[0]?.parts.length ?? 0;
  return [
    figure('Contributions', more, contributionBars(explained)),
    ...(points.length > 0
      ? [
          figure(
            'Contributions row by row',
            `${counted(drawn, 'row')}; from blue for little to orange for much of the column`,
            beeswarmPlot(explained),
          ),
        ]
      : []),
  ];
}

function dependenceFigures({ points, unit }: Explained): Html[] {
  return points
    .flatMap((own, i) => {
      const plot = dependencePlot(own, unit, `dependence-${i}`);
      return plot === undefined ? [] : [html`<figure><figcaption>${own.column}</figcaption>${plot}</figure>`];
    })
    .slice(0, dependencePlots);
}

const caseHeadings: Readonly<Record<ExplainedCase['kind'], string>> = {
  typical: 'Typical rows: from low to high answers',
  lowest: 'The rows with the lowest answers',
  highest: 'The rows with the highest answers',
};

function caseGroup(kind: ExplainedCase['kind'], { cases, unit }: Explained): Html | undefined {
  const own = cases.flatMap((one, i) => (one.kind === kind ? [{ one, id: `case-${i}` }] : []));
  if (own.length === 0) return undefined;
  return html`<details><summary>${caseHeadings[kind]} <span class="quiet">${counted(own.length, 'row')}</span></summary><div class="plots small">${own.map(
    ({ one, id }) =>
      html`<figure><figcaption>${one.class === undefined ? undefined : html`${one.class}, `}${formatNumber(one.score)}</figcaption>${waterfallPlot(one, unit, id)}</figure>`,
  )}</div></details>`;
}

/** Why the model answers what it does; absent for a run of an earlier version. */
export function explanationSection(explanation: Explanation | undefined): Html | undefined {
  if (explanation === undefined) return undefined;
  if (explanation.status === 'unexplained') {
    return html`<section aria-labelledby="explanation"><h2 id="explanation">Explanation</h2><p class="quiet">The model is not explained: ${explanation.reason}.</p></section>`;
  }
  const { rows, holdoutRows, unit } = explanation;
  const sample = rows < holdoutRows ? `${formatCount(rows)} of ${counted(holdoutRows, 'row')}` : counted(rows, 'row');
  const dependence = dependenceFigures(explanation);
  return html`<section aria-labelledby="explanation"><h2 id="explanation">Explanation</h2>
<p class="quiet">Shapley values of ${sample} of the holdout (TreeSHAP). ${meaningOf(unit)} They tell what the model does with a column, not what causes the outcome.</p>
<div class="plots">${globalFigures(explanation)}</div>
${dependence.length > 0 ? html`<div class="plots small">${dependence}</div>` : undefined}
${caseGroup('typical', explanation)}${caseGroup('lowest', explanation)}${caseGroup('highest', explanation)}</section>`;
}
