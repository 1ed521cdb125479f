import type { Suspicion } from '#domain/detectors/examine-column';
import { describeFinding } from '#domain/detectors/judge';
import { distributionOf, type Histogram, missingText } from '#domain/profiling/distribution';
import type { LabelProposal, ReadColumn } from '#domain/profiling/label';
import type { PipelineProposal } from '#domain/profiling/pipeline';
import { formatCount, formatNumber, formatPercent } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import { type Html, html } from './html.ts';
import { pageHead, pageOf } from './page.ts';
import { sharesPlot } from './plots/shares.ts';

/** Columns that are drawn at most, those that say most about the label. */
const mostPlots = 60;

/** What the page shows of a file. */
export interface ProfilePage {
  /** The file, as its reader names it. */
  readonly file: string;
  readonly rows: number;
  readonly sampled: number;
  readonly malformed: number;
  /** Rows that have the same model inputs as an earlier one, among those that were looked at. */
  readonly duplicates: number;
  readonly columns: readonly ReadColumn[];
  readonly label: LabelProposal;
  readonly proposal: PipelineProposal;
  /** What must be decided, a sentence each. */
  readonly doubts: readonly string[];
  readonly suspicions: readonly Suspicion[];
  /** What each column alone says about the label: area under the ROC curve, or R². */
  readonly skills: ReadonlyMap<string, number>;
  /** What the columns say together by a linear model, in the same unit; absent where the rows are too few to tell. */
  readonly together?: number | undefined;
  readonly histograms: ReadonlyMap<string, Histogram>;
}

/** What a column is proposed to be, in a word, and why. */
interface Proposed {
  readonly role: string;
  readonly because: string;
  readonly isPrivate: boolean;
}

function proposedRoles({ proposal, label }: ProfilePage): ReadonlyMap<string, Proposed> {
  const roles = new Map<string, Proposed>();
  for (const { name, value, because = '' } of proposal.columns) {
    const { role, action, type } = value;
    const isPrivate = ['pii', 'quasi', 'text'].includes(String(role));
    const text = [role, action ?? type].filter((part) => part !== undefined).join(', ');
    roles.set(name, { role: text, because, isPrivate });
  }
  for (const [role, own] of [
    ['id', proposal.id],
    ['time', proposal.time],
  ] as const)
    if (own) roles.set(own.value, { role, because: own.because ?? '', isPrivate: role === 'id' });
  roles.set(label.column, { role: `label, ${label.task}`, because: label.because, isPrivate: false });
  return roles;
}

/** Columns by what they say about the label; those that were not compared come last. */
const bySkill =
  (skills: ReadonlyMap<string, number>) =>
  (a: ReadColumn, b: ReadColumn): number =>
    (skills.get(b.facts.name) ?? -1) - (skills.get(a.facts.name) ?? -1);

function doubtsSection(doubts: readonly string[]): Html {
  const title = doubts.length === 0 ? 'Nothing to decide' : `${counted(doubts.length, 'thing')} to decide`;
  const body =
    doubts.length === 0
      ? html`<p>The values say what each column is.</p>`
      : html`<ul>${doubts.map((doubt) => html`<li>${doubt}</li>`)}</ul>`;
  return html`<section class="verdict" aria-labelledby="decide"><h2 id="decide">${title}</h2>${body}</section>`;
}

function tableSection(page: ProfilePage, roles: ReadonlyMap<string, Proposed>): Html {
  const unit = page.label.task === 'regression' ? 'R² alone' : 'AUC alone';
  const rows = page.columns.map((column) => {
    const { name, distinct } = column.facts;
    const { role, because, isPrivate } = roles.get(name) ?? { role: '–', because: '', isPrivate: false };
    const skill = page.skills.get(name);
    return html`<tr><th scope="row"><code>${name}</code></th><td><span class="role${isPrivate ? ' private' : ''}">${role}</span></td><td class="reason">${because}</td><td class="number">${missingText(column)}</td><td class="number">${formatCount(distinct)}</td><td class="number">${skill === undefined ? '–' : formatNumber(skill)}</td></tr>`;
  });
  return html`<section aria-labelledby="columns"><h2 id="columns">Columns</h2><div class="scroll"><table>
<thead><tr><th scope="col">Column</th><th scope="col">Proposed as</th><th scope="col">Because</th><th scope="col" class="number">Missing</th><th scope="col" class="number">Different</th><th scope="col" class="number">${unit}</th></tr></thead>
<tbody>${rows}</tbody></table></div></section>`;
}

function personalSection(suspicions: readonly Suspicion[]): Html | undefined {
  const found = suspicions.filter(({ kind }) => kind !== 'unique');
  if (found.length === 0) return undefined;
  return html`<section aria-labelledby="personal"><h2 id="personal">Personal data</h2>
<ul>${found.map((one) => html`<li><code>${one.column}</code> ${describeFinding(one)}</li>`)}</ul></section>`;
}

/** Distributions of the label and of the columns that are neither personal nor name a row. */
function plotsSection(page: ProfilePage, roles: ReadonlyMap<string, Proposed>): Html | undefined {
  const { label, skills, histograms } = page;
  const shown = page.columns
    .filter(({ facts: { name } }) => {
      const own = roles.get(name);
      return own !== undefined && !own.isPrivate && (own.role !== 'ignore' || skills.has(name));
    })
    .toSorted(bySkill(skills))
    .toSorted((a, b) => Number(b.facts.name === label.column) - Number(a.facts.name === label.column))
    .map((column) => ({ column, shares: distributionOf(column, histograms.get(column.facts.name)) }))
    .filter(({ shares }) => shares.length > 0);
  if (shown.length === 0) return undefined;
  const rest = shown.length - mostPlots;
  return html`<section aria-labelledby="values"><h2 id="values">Values</h2>
<p class="quiet">The label first, then the columns that say most about it. Values of fewer than five rows are counted together.</p>
<div class="plots small">${shown
    .slice(0, mostPlots)
    .map(
      ({ column: { facts }, shares }, i) =>
        html`<figure><figcaption><code>${facts.name}</code></figcaption>${sharesPlot(`values-${i}`, `${facts.name}: share of the rows by value`, shares)}</figure>`,
    )}</div>
${rest > 0 ? html`<p class="quiet">${counted(rest, 'more column')}.</p>` : undefined}</section>`;
}

/** What was found out about a file, as a page. No value of a personal column is on it. */
export function profilePage(page: ProfilePage): string {
  const { file, rows, sampled, malformed, duplicates, columns, label } = page;
  const roles = proposedRoles(page);
  const head = pageHead('Data report', { name: file }, [
    ['Rows', formatCount(rows)],
    ...(sampled < rows - malformed ? [['Looked at', formatCount(sampled)] as const] : []),
    ['Malformed lines', formatCount(malformed)],
    ['Columns', formatCount(columns.length)],
    ['Label', label.column],
    ['Task', label.task],
    ['Same model inputs', formatPercent(duplicates / Math.max(1, sampled))],
    ...(page.together === undefined
      ? []
      : [['Linear baseline', `${label.task === 'regression' ? 'R²' : 'AUC'} ${formatNumber(page.together)}`] as const]),
  ]);
  return pageOf(`${file}: data report`, [
    head,
    doubtsSection(page.doubts),
    personalSection(page.suspicions),
    tableSection(page, roles),
    plotsSection(page, roles),
  ]);
}
