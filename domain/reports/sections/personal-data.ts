import { formatCount, formatPercent } from '#domain/text/format-number';
import type { Anonymity, Finding, PersonalData } from '#schemas/records/personal-data';
import { type Html, html } from '../html.ts';

/** What looked personal, and how many rows share their quasi-identifiers. Examples are masked. */
export function personalDataSection(record: PersonalData | undefined): Html | undefined {
  if (!record) return undefined;
  const { columns, values, findings, leaks, anonymity } = record;
  const facts = [
    ['columns searched', formatCount(columns)],
    ['values before', formatCount(values)],
    ['values after', leaks === undefined ? '–' : formatCount(leaks.values)],
    ['found', formatCount(findings.length + (leaks?.findings.length ?? 0))],
    ...(anonymity ? anonymityFacts(anonymity) : []),
  ] as const;
  return html`<section aria-labelledby="personal"><h2 id="personal">Personal data</h2>
<dl class="tiles">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${findingsTable('Columns that look personal and are not declared so', findings)}
${findingsTable('Left after the transform', leaks?.findings ?? [])}
${anonymity ? html`<p>Groups by ${anonymity.columns.join(', ')}, as they are after their actions. k is the number of rows of the smallest group, l the least number of labels in one.${anonymity.perturbed ? ` Not grouped by ${anonymity.perturbed.join(', ')}, whose values differ from subject to subject.` : ''}</p>` : undefined}
</section>`;
}

const anonymityFacts = ({ k, l, groups, rowsBelow5 }: Anonymity): [string, string][] => [
  ['k-anonymity', formatCount(k)],
  ['l-diversity', l === null ? '–' : formatCount(l)],
  ['groups', formatCount(groups)],
  ['rows in groups below 5', formatPercent(rowsBelow5)],
];

const supports = { values: '', name: ', and its name', range: ', by the years they span' } as const;

function findingsTable(caption: string, findings: readonly Finding[]): Html | undefined {
  if (findings.length === 0) return undefined;
  return html`<div class="scroll"><table><caption>${caption}</caption>
<thead><tr><th scope="col">Column</th><th scope="col">Looks like</th><th scope="col" class="number">Share</th><th scope="col" class="number">Values</th><th scope="col">Masked</th><th scope="col">Outcome</th></tr></thead>
<tbody>${findings.map(({ column, plural, by, share, examined, examples, outcome }) => html`<tr><th scope="row">${column}</th><td>${plural}${supports[by]}</td><td class="number">${formatPercent(share)}</td><td class="number">${formatCount(examined)}</td><td>${examples.join(', ')}</td><td>${outcome}</td></tr>`)}</tbody></table></div>`;
}
