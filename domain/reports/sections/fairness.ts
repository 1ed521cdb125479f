import { FAIRNESS_METRICS, findFairnessMetric } from '#domain/fairness/registry';
import { decimalsFor, formatCount, formatFixed, formatNumber } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import type { Evaluation } from '#schemas/records/evaluation';
import type { FairnessRecord, SliceEstimate } from '#schemas/records/slices';
import { type Html, html } from '../html.ts';
import { intervalPlot } from '../plots/interval.ts';

/** The bias between facets, each metric with what it means. */
export const fairnessSection = ({ fairness = [] }: Evaluation): Html | undefined =>
  fairness.length === 0
    ? undefined
    : html`<section aria-labelledby="fairness"><h2 id="fairness">Fairness</h2>
<p>Bias between groups, by the metrics of SageMaker Clarify. No metric says that a model is fair: they differ, and cannot all be zero at once where the labels differ. Choose those that fit the use, and gate them.</p>
${fairness.map(recordTable)}</section>`;

function recordTable(record: FairnessRecord): Html {
  const { column, disadvantaged, advantaged, favourable, rows, group, champion, notMeasured } = record;
  // metrics in the order of the registry, those of an older version last
  const known = FAIRNESS_METRICS.map(({ name }) => name as string).filter((name) => record.metrics[name]);
  const names = [...known, ...Object.keys(record.metrics).filter((name) => !known.includes(name))];
  const neither =
    rows.neither === 0 ? '' : ` ${counted(rows.neither, 'row')} ${rows.neither === 1 ? 'is' : 'are'} of neither.`;
  const within = group ? ` CDDL and CDDPL compare within ${group.join(' and ')}.` : '';
  const missing = Object.entries(notMeasured);
  const isCompared = champion !== undefined;
  return html`<p class="quiet">By ${column}: ${disadvantaged} (${formatCount(rows.disadvantaged)} rows, disadvantaged) and ${advantaged} (${formatCount(rows.advantaged)} rows). Favourable: ${favourable}.${neither}${within} 95 % bootstrap intervals; the line is where both are treated alike.</p>
<div class="scroll"><table><caption class="hidden">Bias by ${column}</caption>
<thead><tr><th scope="col">Metric</th><th scope="col" class="number">Candidate</th><th scope="col" class="plotted">Interval</th>${isCompared ? html`<th scope="col" class="number">Champion</th>` : undefined}</tr></thead>
<tbody>${names.map((name) => metricRow(name, record, isCompared))}</tbody></table></div>
${missing.length === 0 ? undefined : html`<p class="quiet">Not measured: ${missing.map(([name, why]) => `${name} (${why})`).join('; ')}.</p>`}`;
}

const shown = ({ value, low, high }: SliceEstimate): Html => {
  const decimals = Math.min(decimalsFor(low, high), 4);
  return html`<b>${formatFixed(value, decimals)}</b> <span class="quiet">${formatFixed(low, decimals)} to ${formatFixed(high, decimals)}</span>`;
};

function metricRow(name: string, { metrics, champion }: FairnessRecord, isCompared: boolean): Html {
  const own = metrics[name] as SliceEstimate;
  const theirs = champion?.metrics[name];
  const metric = findFairnessMetric(name);
  const fair = metric?.fair ?? 0;
  const isApart = own.low > fair || own.high < fair;
  const plot = intervalPlot({
    ...own,
    reference: fair,
    tone: isApart ? 'bad' : 'neutral',
    title: `${name} ${formatNumber(own.value)}, 95 % interval ${formatNumber(own.low)} to ${formatNumber(own.high)}; alike: ${fair}`,
  });
  return html`<tr><th scope="row">${name} <span class="quiet">${metric?.label ?? ''}</span><br/><span class="quiet">${metric?.meaning ?? ''}</span></th><td class="number">${shown(own)}</td><td class="plotted">${plot}</td>${isCompared ? html`<td class="number">${theirs ? shown(theirs) : '–'}</td>` : undefined}</tr>`;
}
