import { type BinShare, binShares } from '#domain/drift/bin-shares';
import { coverageText } from '#domain/drift/coverage';
import { togetherText } from '#domain/drift/joint/compare';
import { rankedCauses } from '#domain/drift/ranked-causes';
import { type RecordedCheck, recordedCheck } from '#domain/drift/recorded-check';
import { strongestOf } from '#domain/drift/registry';
import type { HistogramPair } from '#domain/drift/window-counts';
import { formatCount, formatNumber } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import { upperFirst } from '#domain/text/upper-first';
import type { ColumnDrift } from '#schemas/records/baseline';
import type { DriftRecord } from '#schemas/records/drift-record';
import type { LabelWindow } from '#schemas/records/label-window';
import type { MetricEstimate } from '#schemas/records/performance-estimate';
import { type Html, html } from './html.ts';
import { pageHead, pageOf, startText } from './page.ts';
import { driftBinsPlot } from './plots/drift-bins.ts';
import { performanceTimeline, type TimedEstimate, type Timeline } from './plots/performance-timeline.ts';
import { labelsSection } from './sections/labels.ts';

/** Columns that are drawn at most, those that moved most. */
const mostPlots = 12;
/** Causes in words, at most. */
const mostCauses = 10;

/** Realised performance of the model that answered, on the predictions of a day. */
export interface RealisedDay {
  /** `2026-01-31`. */
  readonly day: string;
  readonly metrics: Readonly<Record<string, Omit<TimedEstimate, 'at'>>>;
}

/** What the page shows of a pipeline. */
export interface DriftPage {
  readonly pipeline: string;
  /** Oldest first. */
  readonly checks: readonly DriftRecord[];
  /** The bins of the last check that judged anything, by column; empty where they are not kept. */
  readonly bins: ReadonlyMap<string, HistogramPair>;
  readonly scoreBins?: HistogramPair | undefined;
  readonly realised: readonly RealisedDay[];
  readonly deployments: readonly { readonly at: string; readonly version: number }[];
  /** What labels say, the newest window first. */
  readonly labels?: readonly LabelWindow[];
}

/** The last check that had rows enough; undefined without one. */
export const lastJudged = (checks: readonly DriftRecord[]): DriftRecord | undefined =>
  checks.findLast(({ tooSmall }) => !tooSmall);

function verdict(last: RecordedCheck, { coverage }: DriftRecord): Html {
  const { alarm, performance, rows, from, to, drifted, driftedColumns, watched } = last;
  const found = drifted ? 'Columns drifted, without an alarm' : 'No drift';
  const all = last.together?.drifted ? ' All columns together drifted.' : '';
  return html`<section class="verdict ${alarm ? 'bad' : 'good'}" aria-labelledby="last"><h2 id="last"><span class="seal" aria-hidden="true">${alarm ? '✕' : '✓'}</span>${alarm ? 'Alarm' : found}</h2>
<p>${formatCount(rows)} rows from ${startText(from)} to ${startText(to)}: ${driftedColumns.length} of ${counted(watched, 'column')} drifted.${all} ${upperFirst(performance.reason)}.</p>
${coverage ? html`<p class="quiet">${coverageText(coverage)} ${togetherText(last)}</p>` : undefined}</section>`;
}

function causes(last: RecordedCheck): Html | undefined {
  const all = rankedCauses(last);
  if (all.length === 0) return undefined;
  const rest = all.length - mostCauses;
  return html`<section aria-labelledby="causes"><h2 id="causes">What moved, the most first</h2>
<ol class="causes">${all.slice(0, mostCauses).map(({ column, text }) => html`<li><code>${column}</code>: ${text}</li>`)}</ol>
${rest > 0 ? html`<p class="quiet">${counted(rest, 'more column')} drifted.</p>` : undefined}</section>`;
}

/** The metric that the newest estimate judged, else the first of the realised ones. */
function metricOf(judged: readonly MetricEstimate[], realised: readonly RealisedDay[]): string | undefined {
  return judged.at(-1)?.metric ?? Object.keys(realised.at(-1)?.metrics ?? {})[0];
}

const noon = 12 * 3_600_000;

function timelineOf({ checks, realised, deployments }: DriftPage): Timeline | undefined {
  const windows = checks.map(recordedCheck).filter(({ tooSmall }) => !tooSmall);
  const at = ({ to }: RecordedCheck): number => Date.parse(to);
  const judged = windows.flatMap(({ performance }) => (performance.status === 'estimated' ? [performance.judged] : []));
  const metric = metricOf(judged, realised);
  if (metric === undefined) return undefined;
  const estimated = windows.flatMap((own) =>
    own.performance.status === 'estimated'
      ? own.performance.metrics.flatMap((one) => (one.metric === metric ? [{ at: at(own), ...one }] : []))
      : [],
  );
  const known = realised.flatMap(({ day, metrics }) => {
    const own = metrics[metric];
    return own === undefined ? [] : [{ at: Date.parse(`${day}T00:00:00Z`) + noon, ...own }];
  });
  const starts = windows.slice(0, 1).map(({ from }) => Date.parse(from));
  const times = [...starts, ...windows.map(at), ...known.map((own) => own.at)];
  return {
    metric,
    holdout: judged.at(-1)?.reference,
    estimated,
    realised: known,
    alarms: windows.filter(({ alarm }) => alarm).map(at),
    outside: windows.filter(({ performance }) => performance.status === 'outside').map(at),
    deployments: deployments.map((own) => ({ at: Date.parse(own.at), version: own.version })),
    span: [Math.min(...times), Math.max(...times)],
  };
}

function timeline(page: DriftPage): Html {
  const found = timelineOf(page);
  const body =
    found === undefined || found.estimated.length + found.realised.length === 0
      ? html`<p>No check estimated the performance, and there are no outcomes yet.</p>`
      : html`<div class="scroll">${performanceTimeline('timeline', found)}</div>`;
  return html`<section aria-labelledby="time"><h2 id="time">Performance over time</h2>${body}</section>`;
}

interface Plotted {
  readonly column: string;
  readonly drift: ColumnDrift;
  readonly bins: readonly BinShare[];
}

const strongestText = (drift: ColumnDrift): string => {
  const found = strongestOf(drift);
  return found === undefined
    ? 'No test applies.'
    : `${found.label} ${formatNumber(found.statistic)} of ${formatNumber(found.threshold)}`;
};

const figure = ({ column, drift, bins }: Plotted, i: number): Html =>
  html`<figure><figcaption><code>${column}</code> <span class="mark ${drift.drifted ? 'bad' : 'good'}">${drift.drifted ? '✕ drifted' : '✓ steady'}</span></figcaption>
${driftBinsPlot(`bins-${i}`, `${column}: share of the rows by bin`, bins)}<p class="outcome quiet">${drift.drifted ? drift.reason : strongestText(drift)}</p></figure>`;

function plots(last: RecordedCheck, { bins, scoreBins }: DriftPage): Html | undefined {
  const scores =
    last.score && scoreBins ? [{ column: 'scores of the model', drift: last.score, bins: binShares(scoreBins) }] : [];
  const columns = last.columns.flatMap((drift): Plotted[] => {
    const pair = bins.get(drift.column);
    return pair === undefined ? [] : [{ column: drift.column, drift, bins: binShares(pair) }];
  });
  const shown = [...columns.slice(0, mostPlots), ...scores];
  if (shown.length === 0) return undefined;
  const rest = columns.length - mostPlots;
  return html`<section aria-labelledby="bins"><h2 id="bins">Training against the window, by bin</h2>
<p class="quiet"><span class="swatch"></span>at training (hollow) <span class="swatch now"></span>in the window (filled). Both are shares of their rows, on one scale in each plot. Below the line: missing values, unseen categories, values beyond the training range.</p>
<div class="plots small">${shown.map(figure)}</div>
${rest > 0 ? html`<p class="quiet">${counted(rest, 'more column')} moved less.</p>` : undefined}</section>`;
}

const estimateText = ({ performance }: RecordedCheck): string => {
  if (performance.status !== 'estimated') return performance.status === 'outside' ? 'outside' : '–';
  const { metric, value, low, high } = performance.judged;
  return `${metric} ${formatNumber(value)} (${formatNumber(low)} to ${formatNumber(high)})`;
};

function row(check: DriftRecord): Html {
  const own = recordedCheck(check);
  const { strongest } = own;
  const found = strongest
    ? html`<code>${strongest.column}</code> ${strongest.test} ${formatNumber(strongest.effect)} of ${formatNumber(strongest.limit)}`
    : html`–`;
  const result = own.alarm
    ? html`<span class="mark bad">✕ alarm</span>`
    : html`<span class="mark good">${own.tooSmall ? '– too few rows' : '✓ none'}</span>`;
  return html`<tr><th scope="row" class="when">${startText(check.to)}</th><td class="when">${startText(check.from)}</td><td class="number">${formatCount(own.rows)}</td><td class="number">${own.driftedColumns.length} of ${own.watched}</td><td class="when">${found}</td><td class="when">${estimateText(own)}</td><td class="when">${result}</td></tr>`;
}

const table = (checks: readonly DriftRecord[]): Html =>
  html`<section aria-labelledby="checks"><h2 id="checks">Checks</h2><div class="scroll"><table>
<thead><tr><th scope="col">Checked</th><th scope="col">Window from</th><th scope="col" class="number">Rows</th><th scope="col" class="number">Drifted</th><th scope="col">Strongest</th><th scope="col">Estimated</th><th scope="col">Alarm</th></tr></thead>
<tbody>${checks.toReversed().map(row)}</tbody></table></div></section>`;

/** The drift of a pipeline as a page: the last check with its causes and bins, and all checks over time. */
export function driftPage(page: DriftPage): string {
  const { pipeline, checks } = page;
  const record = lastJudged(checks);
  const last = record && recordedCheck(record);
  const newest = checks.at(-1);
  const head = pageHead('Drift', { name: pipeline }, [
    ['Checks shown', String(checks.length)],
    ['Alarms', String(checks.filter((own) => recordedCheck(own).alarm).length)],
    ['Last check', newest ? startText(newest.to) : 'none yet'],
    ['Model of run', newest?.runId ?? '–'],
  ]);
  return pageOf(`${pipeline}: drift`, [
    head,
    ...(record && last ? [verdict(last, record), causes(last)] : [html`<p>No check had rows enough to judge.</p>`]),
    ...(checks.length > 0 ? [timeline(page)] : []),
    labelsSection(page.labels ?? []),
    last && plots(last, page),
    ...(checks.length > 0 ? [table(checks)] : []),
  ]);
}
