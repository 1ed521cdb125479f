import { bounded } from '#domain/data/shown';
import { sliceName } from '#domain/gates/slice-name';
import type { Metric } from '#domain/metrics/metric';
import { findMetric } from '#domain/metrics/registry';
import { decimalsFor, formatCount, formatFixed, formatNumber, formatPercent } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import type { Evaluation } from '#schemas/records/evaluation';
import type { FoundSlice, Slice, SliceEstimate, SliceGroup, Slices } from '#schemas/records/slices';
import { type Html, html } from '../html.ts';
import { forestPlot } from '../plots/forest.ts';

/** Characters of a value that are shown. */
const shownCharacters = 40;

const nameOf = ({ columns }: Slices, of: readonly SliceGroup[]): string =>
  of
    .map((own) =>
      bounded(
        sliceName(columns, [own], () => true),
        shownCharacters + own.column.length,
      ),
    )
    .join(' and ');

/** For whom the model is worse: every group of the slice columns with the champion, and the groups that are worse by more than chance. */
export function slicesSection({ slices }: Evaluation, metrics: readonly Metric[]): Html | undefined {
  if (!slices) return undefined;
  const { metric: name, whole, leastRows } = slices;
  const label = findMetric(name, metrics)?.label ?? name;
  const bad = new Set(slices.found.filter(({ of }) => of.length === 1).map(({ of: [only] }) => keyOf(only)));
  const drawn = slices.slices.flatMap(({ of, metrics: own, champion }) => {
    const candidate = own[name];
    if (!candidate) return [];
    return [{ label: nameOf(slices, [of]), candidate, champion: champion?.metrics[name], isBad: bad.has(keyOf(of)) }];
  });
  const plot =
    drawn.length === 0
      ? undefined
      : html`<figure>${forestPlot({ id: 'slices-forest', title: `${label} by slice`, description: `${counted(drawn.length, 'slice')} with 95 % intervals; the line is ${formatNumber(whole)}, the value of all rows.`, axis: `${label}; the line is all rows` }, drawn, whole)}<figcaption class="quiet">Points are the candidate${drawn.some(({ champion }) => champion) ? ', and below it, in orange, the champion' : ''}. Red: worse than all rows by more than chance.</figcaption></figure>`;
  const isCompared = slices.slices.some(({ champion }) => champion);
  const rows = slices.slices.map((own) => sliceRow(slices, own, { name, isCompared, isBad: bad.has(keyOf(own.of)) }));
  return html`<section class="slices" aria-labelledby="slices"><h2 id="slices">Slices</h2>
${findings(slices, label)}
${plot}
<p class="quiet">${label} by group, with 95 % intervals. Groups with fewer than ${formatCount(leastRows)} rows, or too few of a class, are small: they are not judged.</p>
<div class="scroll"><table><caption class="hidden">${label} by slice</caption>
<thead><tr><th scope="col">Slice</th><th scope="col" class="number">Rows</th><th scope="col" class="number">Candidate</th>${isCompared ? html`<th scope="col" class="number">Champion</th><th scope="col" class="number">Difference</th>` : undefined}</tr></thead>
<tbody>${rows}</tbody></table></div>
${allMetrics(slices, metrics)}</section>`;
}

const keyOf = (own: SliceGroup | undefined): string => JSON.stringify([own?.column, own?.group]);

/** What the search found, in words. */
function findings(slices: Slices, label: string): Html {
  const { found, tested, untested, falseShare, whole } = slices;
  const looked = `${counted(tested, 'group')} of one column or two ${tested === 1 ? 'was' : 'were'} compared with all rows${untested ? `; ${counted(untested, 'small pair')} of groups ${untested === 1 ? 'was' : 'were'} left out` : ''}`;
  if (found.length === 0)
    return html`<p>No slice is worse than all rows by more than chance: ${looked}, at a false discovery rate of ${formatPercent(falseShare)}.</p>`;
  const item = ({ of, rows, value, low, high }: FoundSlice): Html =>
    html`<li><b>${nameOf(slices, of)}</b>: ${formatNumber(value)} <span class="quiet">${formatNumber(low)} to ${formatNumber(high)}</span> on ${counted(rows, 'row')}</li>`;
  return html`<p>Worse than all rows (${label} ${formatNumber(whole)}) by more than chance, the worst first:</p><ul class="causes">${found.map(item)}</ul><p class="quiet">${looked}. Of the groups that such a search names, at most ${formatPercent(falseShare)} are there by chance (false discovery rate, Benjamini and Hochberg).</p>`;
}

function estimate({ value, low, high, interval }: SliceEstimate): Html {
  const decimals = decimalsFor(low, high);
  const range = interval === 'none' ? 'no interval' : `${formatFixed(low, decimals)} to ${formatFixed(high, decimals)}`;
  return html`<b>${formatFixed(value, decimals)}</b> <span class="quiet">${range}</span>`;
}

function sliceRow(
  slices: Slices,
  { of, rows, small, metrics, champion }: Slice,
  { name, isCompared, isBad }: { readonly name: string; readonly isCompared: boolean; readonly isBad: boolean },
): Html {
  const own = metrics[name];
  const theirs = champion?.metrics[name];
  const difference = champion?.differences[name];
  const mark = isBad
    ? html` <span class="mark bad">worse</span>`
    : small
      ? html` <span class="quiet">small</span>`
      : undefined;
  const versus = isCompared
    ? html`<td class="number">${theirs ? estimate(theirs) : '–'}</td><td class="number">${difference ? html`<b>${formatFixed(difference.difference, 3, true)}</b> <span class="quiet">${formatFixed(difference.low, 3, true)} to ${formatFixed(difference.high, 3, true)}</span>` : '–'}</td>`
    : undefined;
  return html`<tr><th scope="row">${nameOf(slices, [of])}${mark}</th><td class="number">${formatCount(rows)}</td><td class="number">${own ? estimate(own) : '–'}</td>${versus}</tr>`;
}

/** Every metric of every group. */
function allMetrics(slices: Slices, known: readonly Metric[]): Html | undefined {
  const measured = slices.slices.filter(({ metrics }) => Object.keys(metrics).length > 0);
  const names = [...new Set(measured.flatMap(({ metrics }) => Object.keys(metrics)))].filter(
    (name) => name !== slices.metric,
  );
  if (names.length === 0) return undefined;
  return html`<p class="quiet">The other metrics of the candidate by slice, with 95 % intervals.</p>
<div class="scroll"><table><caption class="hidden">The other metrics by slice</caption>
<thead><tr><th scope="col">Slice</th>${names.map((name) => html`<th scope="col" class="number">${findMetric(name, known)?.label ?? name}</th>`)}</tr></thead>
<tbody>${measured.map(({ of, metrics }) => html`<tr><th scope="row">${nameOf(slices, [of])}</th>${names.map((name) => html`<td class="number">${metrics[name] ? estimate(metrics[name]) : '–'}</td>`)}</tr>`)}</tbody></table></div>`;
}
