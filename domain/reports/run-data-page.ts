import type { DataSettings } from '#domain/data/settings';
import { leastShown } from '#domain/profiling/distribution';
import type { SampledDistribution } from '#domain/profiling/sampled-distribution';
import { suggestActions } from '#domain/profiling/suggestions';
import { dropName } from '#domain/runs/drop-name';
import { formatCount, formatNumber, formatPercent } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import { unreachable } from '#domain/unreachable';
import type { FittedTransform, LeakageFinding } from '#schemas/records/fitted-transform';
import type { PersonalData } from '#schemas/records/personal-data';
import type { ColumnProfile, Profile } from '#schemas/records/profile';
import type { DropRecord } from '#schemas/records/run';
import type { Sides } from '#schemas/records/sides';
import { summarizeColumns, summarizeSides } from './assemble.ts';
import { type Html, html } from './html.ts';
import type { ColumnSummary } from './input.ts';
import { pageHead, pageOf, startText } from './page.ts';
import { sharesPlot } from './plots/shares.ts';
import { malformedTable, splitNotes, splitTable } from './sections/data.ts';
import { leakageSection } from './sections/leakage.ts';
import { personalDataSection } from './sections/personal-data.ts';

/** Columns that are drawn at most, those that say most about the label. */
const mostPlots = 60;
/** Actions that are listed at most. */
const mostActions = 40;

/** What is known of a run's data once its model inputs are fitted. */
export interface RunDataPage {
  readonly pipeline: {
    readonly name: string;
    readonly description?: string | undefined;
    readonly dataset: DataSettings['dataset'];
    readonly imbalance: unknown;
  };
  readonly runId: string;
  readonly drop: Pick<DropRecord, 'prefix' | 'startedAt' | 'reason' | 'datasetVersion'>;
  readonly profile: Profile;
  readonly fitted: FittedTransform;
  readonly sides: Sides;
  /** Rows that are left out because of a champion that the training goes on from. */
  readonly seenBefore: number;
  readonly personalData: PersonalData;
  /** Columns that seem to give the label away. */
  readonly leakage: readonly LeakageFinding[];
  /** Whether the pipeline refuses such columns. */
  readonly refusesLeakage: boolean;
  /** Sampled training rows: what each column alone says about the label, all together, and how values are distributed. */
  readonly sample: {
    readonly rows: number;
    readonly skills: ReadonlyMap<string, number>;
    readonly together?: number;
    readonly distributions: ReadonlyMap<string, SampledDistribution>;
  };
}

const unitOf = ({ fitted: { task } }: RunDataPage): string => (task === 'regression' ? 'R²' : 'AUC');

function head(page: RunDataPage): Html {
  const { pipeline, runId, drop, profile, fitted, sample } = page;
  const usable = summarizeSides(profile, fitted).reduce((sum, { rows }) => sum + rows, 0);
  return pageHead('Data report', pipeline, [
    ['run', runId],
    ['started', startText(drop.startedAt)],
    ['drop', dropName(pipeline.name, drop.prefix)],
    ['data set version', drop.datasetVersion.slice(0, 12)],
    ['rows', formatCount(profile.rows)],
    ['usable', formatCount(usable)],
    ['malformed', formatCount(profile.malformed.rows)],
    ['columns', formatCount(Object.keys(pipeline.dataset.columns).length)],
    ['label', fitted.label.column],
    ['task', fitted.task],
    ['sampled training rows', formatCount(sample.rows)],
    ...(sample.together === undefined
      ? []
      : [['linear baseline', `${unitOf(page)} ${formatNumber(sample.together)}`] as const]),
  ]);
}

function actionsSection({ pipeline, profile, fitted, sides, personalData, leakage }: RunDataPage): Html {
  const { dataset, imbalance } = pipeline;
  const { duplicates } = sides;
  const actions = suggestActions({ dataset, imbalance, profile, fitted, leakage, personalData, duplicates });
  const rest = actions.length - mostActions;
  const title = actions.length === 0 ? 'Nothing to do' : `${counted(actions.length, 'suggestion')}`;
  const body =
    actions.length === 0
      ? html`<p>No column and no row stands out.</p>`
      : html`<ul>${actions.slice(0, mostActions).map((action) => html`<li>${action}</li>`)}</ul>${rest > 0 ? html`<p class="quiet">${formatCount(rest)} more.</p>` : undefined}`;
  return html`<section class="verdict" aria-labelledby="actions"><h2 id="actions">${title}</h2>${body}</section>`;
}

function rowsSection({ profile, fitted, sides, seenBefore }: RunDataPage): Html {
  const divided = summarizeSides(profile, fitted);
  const usable = divided.reduce((sum, { rows }) => sum + rows, 0);
  const split = {
    strategy: sides.rule.strategy,
    leftOut: sides.leftOut - seenBefore,
    seenBefore,
    duplicates: sides.duplicates,
  };
  return html`<section aria-labelledby="rows"><h2 id="rows">Rows</h2>
${splitTable({ sides: divided, classes: fitted.label.classes }, usable)}
${splitNotes(split, usable)}
${malformedTable(profile.malformed.reasons)}
</section>`;
}

/** What is typical of a column's training values, in a few words; nothing where few rows have one. */
function typicalText(profile: ColumnProfile | undefined): string {
  if (profile === undefined) return '–';
  switch (profile.kind) {
    case 'number': {
      const { count, mean, m2 } = profile.train;
      return count < leastShown ? '–' : `${formatNumber(mean)} ± ${formatNumber(Math.sqrt(m2 / count))}`;
    }
    case 'boolean': {
      const known = profile.trueCount + profile.falseCount;
      return known < leastShown ? '–' : `${formatPercent(profile.trueCount / known)} true`;
    }
    case 'category': {
      const most = profile.counts.reduce((best, [, n]) => Math.max(best, n), 0);
      const known = profile.counts.reduce((sum, [, n]) => sum + n, profile.rest);
      return most < leastShown ? '–' : `${formatPercent(most / known)} in the largest`;
    }
    case 'text':
    case 'datetime':
      return '–';
    default:
      return unreachable(profile, 'kind of column');
  }
}

/** How many values are different: exact for categories that are all counted, else among the sampled rows. */
function distinctText(profile: ColumnProfile | undefined, sampled: SampledDistribution | undefined): string {
  if (profile?.kind === 'category') return `${profile.rest > 0 ? '> ' : ''}${formatCount(profile.counts.length)}`;
  return sampled === undefined ? '–' : formatCount(sampled.distinct);
}

function columnRow(page: RunDataPage, { column, role, treatment, missing }: ColumnSummary): Html {
  const { profile, sample, leakage } = page;
  const own = profile.columns[column];
  const skill = sample.skills.get(column);
  const isPrivate = ['pii', 'quasi', 'text', 'id'].includes(role);
  const suspect = leakage.some((finding) => finding.column === column)
    ? html` <span class="mark bad">! leakage</span>`
    : undefined;
  const usable = Math.max(
    1,
    page.fitted.sides.train.rows + page.fitted.sides.validation.rows + page.fitted.sides.test.rows,
  );
  const absent = missing === null || missing === 0 ? '–' : formatPercent(missing / usable);
  return html`<tr><th scope="row"><code>${column}</code>${suspect}</th><td><span class="role${isPrivate ? ' private' : ''}">${role}</span></td><td class="reason">${treatment}</td><td class="number">${absent}</td><td class="number">${distinctText(own, sample.distributions.get(column))}</td><td class="number">${typicalText(own)}</td><td class="number">${skill === undefined ? '–' : formatNumber(skill)}</td></tr>`;
}

function columnsSection(page: RunDataPage): Html {
  const { pipeline, profile, fitted, sample } = page;
  const columns = summarizeColumns(pipeline.dataset, profile, fitted);
  const skill = ({ column }: ColumnSummary): number => sample.skills.get(column) ?? -1;
  const ordered = columns.toSorted((a, b) => skill(b) - skill(a));
  return html`<section aria-labelledby="columns"><h2 id="columns">Columns</h2>
<p class="quiet">Those that say most about the label first. Missing: of all usable rows. Different and alone: of the sampled training rows. Typical: of all training rows.</p>
<div class="scroll"><table>
<thead><tr><th scope="col">Column</th><th scope="col">Role</th><th scope="col">Became</th><th scope="col" class="number">Missing</th><th scope="col" class="number">Different</th><th scope="col" class="number">Typical</th><th scope="col" class="number">${unitOf(page)} alone</th></tr></thead>
<tbody>${ordered.map((column) => columnRow(page, column))}</tbody></table></div></section>`;
}

function labelShares({ fitted: { label }, sample }: RunDataPage) {
  const rows = label.classCounts.reduce((sum, n) => sum + n, 0);
  if (rows === 0) return sample.distributions.get(label.column)?.shares ?? [];
  return label.classes.map((name, i) => ({ label: name, share: (label.classCounts[i] as number) / rows }));
}

function plotsSection(page: RunDataPage): Html | undefined {
  const { fitted, sample } = page;
  const inputs = [...sample.distributions]
    .filter(([name]) => name !== fitted.label.column)
    .map(([name, { shares }]) => ({ name, shares, skill: sample.skills.get(name) ?? -1 }))
    .toSorted((a, b) => b.skill - a.skill);
  const drawn = [{ name: fitted.label.column, shares: labelShares(page) }, ...inputs].filter(
    ({ shares }) => shares.length > 0,
  );
  if (drawn.length === 0) return undefined;
  const rest = drawn.length - mostPlots;
  return html`<section aria-labelledby="values"><h2 id="values">Values</h2>
<p class="quiet">The label first, then the model inputs that say most about it, in training rows. Numbers lie between the 2nd and the 98th percentile, the outer intervals hold the rest. Categories have their rank: what they are called is not shown.</p>
<div class="plots small">${drawn
    .slice(0, mostPlots)
    .map(
      ({ name, shares }, i) =>
        html`<figure><figcaption><code>${name}</code></figcaption>${sharesPlot(`values-${i}`, `${name}: share of the rows by value`, shares)}</figure>`,
    )}</div>
${rest > 0 ? html`<p class="quiet">${counted(rest, 'more column')}.</p>` : undefined}</section>`;
}

/**
 * The data report of a run: what its data suggest to do, what looks personal, and of each column its missing and different values, its
 * distribution and what it alone says about the label. It has no text of a row, and no value that fewer than five rows have. The same
 * input gives the same bytes.
 */
export function runDataPage(page: RunDataPage): string {
  return pageOf(`${page.pipeline.name} · ${page.runId} · data`, [
    head(page),
    actionsSection(page),
    leakageSection(page.refusesLeakage ? page.leakage : []),
    personalDataSection(page.personalData),
    rowsSection(page),
    columnsSection(page),
    plotsSection(page),
  ]);
}
