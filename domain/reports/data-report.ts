import { unmet } from '#domain/constraints/judge';
import { dropName } from '#domain/runs/drop-name';
import { formatCount, formatNumber, formatPercent } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import { unreachable } from '#domain/unreachable';
import type { ConstraintResult } from '#schemas/records/constraints';
import type { ColumnFacts, Facts } from '#schemas/records/facts';
import type { LeakageFinding } from '#schemas/records/fitted-transform';
import type { DropRecord } from '#schemas/records/run';
import { type Html, html } from './html.ts';
import { pageHead, pageOf, startText, tiles } from './page.ts';
import { constraintsSection } from './sections/constraints.ts';
import { malformedTable } from './sections/data.ts';
import { leakageSection } from './sections/leakage.ts';

/** All data of a report of a drop. */
export interface DataReportInput {
  readonly pipeline: {
    readonly name: string;
    readonly description?: string | undefined;
    readonly dataset: { readonly label: { readonly column: string } };
  };
  readonly runId: string;
  readonly drop: Pick<DropRecord, 'prefix' | 'startedAt' | 'reason' | 'objects' | 'datasetVersion'>;
  readonly facts: Facts;
  readonly results: readonly ConstraintResult[];
  /** Columns that the pipeline refuses because they give the label away. */
  readonly leakage: readonly LeakageFinding[];
  /** Class names in the order of their numbers; empty for regression. */
  readonly classes: readonly string[];
}

/**
 * Renders the report of a drop: its constraints and its facts. It is the report of a run that ends before its gates have judged a
 * model. The same input gives the same bytes.
 */
export function renderDataReport(input: DataReportInput): string {
  const { pipeline, runId, drop, results, leakage, facts } = input;
  const refused = unmet(results, 'refuse').length > 0 || leakage.length > 0;
  return pageOf(`${pipeline.name} · ${runId} · ${refused ? 'drop refused' : 'data'}`, [
    pageHead('Data report', pipeline, [
      ['run', runId],
      ['started', startText(drop.startedAt)],
      ['because of', drop.reason],
      ['drop', dropName(pipeline.name, drop.prefix)],
      ['objects', formatCount(drop.objects.length)],
      ['data set version', drop.datasetVersion.slice(0, 12)],
    ]),
    verdict(refused),
    leakageSection(leakage),
    constraintsSection(results),
    dataSection(input),
    columnTable(facts),
  ]);
}

const verdict = (refused: boolean): Html | undefined =>
  refused
    ? html`<section class="verdict bad" aria-labelledby="verdict">
<h2 id="verdict"><span class="seal" aria-hidden="true">✕</span>Drop refused</h2>
<p>Nothing was trained. The drop is untouched: correct it and drop it again, or change what the pipeline demands of it.</p>
</section>`
    : undefined;

function dataSection({ pipeline, facts, classes }: DataReportInput): Html {
  const { rows, malformed, label, time } = facts;
  const shares = classes.map((name, i) => [`label ${name}`, shareText(label.classes[i] ?? 0, rows)] as const);
  const mean = label.moments.count === 0 ? '–' : formatNumber(label.moments.mean);
  return html`<section aria-labelledby="data"><h2 id="data">Data</h2>
${tiles([
  ['usable rows', formatCount(rows)],
  ['malformed', shareText(malformed.rows, rows + malformed.rows)],
  ['label', pipeline.dataset.label.column],
  ...(classes.length === 0 ? [['mean of the label', mean] as const] : shares),
  ...(time?.min && time.max ? [['time', `${time.min} to ${time.max}`] as const] : []),
])}
${malformedTable(malformed.reasons)}
</section>`;
}

const shareText = (part: number, rows: number): string =>
  `${formatCount(part)} (${formatPercent(rows === 0 ? 0 : part / rows)})`;

/** What is known of a column's values, in a few words. */
function valuesText(facts: ColumnFacts): string {
  switch (facts.kind) {
    case 'number':
      return facts.min === null || facts.max === null
        ? 'none'
        : `${formatNumber(facts.min)} to ${formatNumber(facts.max)}`;
    case 'datetime':
      return facts.min === null || facts.max === null ? 'none' : `${facts.min} to ${facts.max}`;
    case 'boolean':
      return `${formatCount(facts.trueRows)} true`;
    case 'category':
      return facts.values === null ? 'many values' : counted(facts.values.length, 'value');
    case 'text':
      return 'not counted';
    default:
      return unreachable(facts, 'kind of column');
  }
}

function columnTable({ columns, repeats, rows }: Facts): Html {
  const repeated = Object.entries(repeats).map(([column, n]) => [column, n] as const);
  return html`<section aria-labelledby="columns"><h2 id="columns">Columns</h2>
<div class="scroll"><table><caption>Clean columns over all usable rows</caption>
<thead><tr><th scope="col">Column</th><th scope="col">Kind</th><th scope="col" class="number">Missing</th><th scope="col">Values</th></tr></thead>
<tbody>${Object.entries(columns).map(([column, own]) => html`<tr><th scope="row">${column}</th><td>${own.kind}</td><td class="number">${shareText(own.missing, rows)}</td><td>${valuesText(own)}</td></tr>`)}</tbody></table></div>
${repeated.length === 0 ? undefined : html`<p>Rows that repeat a value: ${repeated.map(([column, n], i) => html`${i === 0 ? '' : ', '}<code>${column}</code> ${formatCount(n)}`)}.</p>`}
</section>`;
}
