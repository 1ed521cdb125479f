import { fileNames } from '#domain/runs/drop-name';
import { formatCount, formatNumber, formatPercent } from '#domain/text/format-number';
import { type Html, html } from '../html.ts';
import type { ColumnSummary, DataSummary, SideSummary } from '../input.ts';

/**
 * The data for training and evaluation: rows, split, label balance, columns, malformed rows.
 *
 * @param runId of the run whose data report has more; without one, none is named
 */
export function dataSection(data: DataSummary, runId?: string): Html {
  const usable = data.sides.reduce((sum, side) => sum + side.rows, 0);
  const facts = [
    ['rows', formatCount(data.rows)],
    ['usable', formatCount(usable)],
    [
      'malformed',
      `${formatCount(data.malformed.rows)} (${formatPercent(data.rows === 0 ? 0 : data.malformed.rows / data.rows)})`,
    ],
    ...(data.deduplicated > 0 ? ([['deduplicated', formatCount(data.deduplicated)]] as const) : []),
    ...(data.split !== undefined && data.split.leftOut > 0
      ? ([['in gaps', formatCount(data.split.leftOut)]] as const)
      : []),
    ...(data.split !== undefined && data.split.seenBefore > 0
      ? ([['seen before', formatCount(data.split.seenBefore)]] as const)
      : []),
    ...(data.blankFiles.length > 0
      ? ([['without rows', fileNames(data.blankFiles, 20).replace(/ of the drop$/, '')]] as const)
      : []),
    ['columns', formatCount(data.columns.length)],
    ['label', data.label],
  ] as const;
  return html`<section aria-labelledby="data"><h2 id="data">Data</h2>
<dl class="tiles">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${splitTable(data, usable)}
${splitNotes(data.split, usable)}
${sentence('Classes of unequal size', data.balance)}
${malformedTable(data.malformed.reasons)}
${columnTable(data.columns, usable)}
${sentence('Inputs of two columns', data.interactions?.join('; '))}
${runId === undefined ? undefined : html`<p>The data report has each column's distribution, what it alone says about the label, and what the data suggest to do: <code>npx tidegate report ${runId} --data</code>, or <code>data.html</code> beside this report.</p>`}
</section>`;
}

/** A line of the section; nothing without a text. */
const sentence = (name: string, said: string | undefined): Html | undefined =>
  said ? html`<p>${name}: ${said}.</p>` : undefined;

/** The rows and the labels of each side. */
export function splitTable({ sides, classes }: Pick<DataSummary, 'sides' | 'classes'>, usable: number): Html {
  const regression = classes.length === 0;
  const heads = regression ? ['Label mean', 'Label deviation'] : classes;
  return html`<div class="scroll"><table><caption>Split and ${regression ? 'label' : 'label balance'}</caption>
<thead><tr><th scope="col">Side</th><th scope="col" class="number">Rows</th><th scope="col" class="number">Share</th>${heads.map((head) => html`<th scope="col" class="number">${head}</th>`)}</tr></thead>
<tbody>${sides.map((side) => html`<tr><th scope="row">${side.side === 'test' ? 'test (holdout)' : side.side}</th><td class="number">${formatCount(side.rows)}</td><td class="number">${formatPercent(side.rows / Math.max(usable, 1))}</td>${regression ? labelCells(side) : classCells(side)}</tr>`)}</tbody></table></div>`;
}

/** How rows were divided, and how many copies a split without groups would have put on both sides. */
export function splitNotes(split: DataSummary['split'], usable: number): Html | undefined {
  if (split === undefined) return undefined;
  const { strategy, leftOut, seenBefore, duplicates, naive } = split;
  const gap = leftOut === 0 ? '' : ` ${formatCount(leftOut)} rows lie in the gaps between the sides and are not used.`;
  const seen =
    seenBefore === 0
      ? ''
      : ` ${formatCount(seenBefore)} test rows are not used, since a run that the training goes on from was trained on them.`;
  const share = (rows: number) => formatPercent(rows / Math.max(usable + leftOut + seenBefore, 1));
  const copies =
    duplicates.nearRows === 0
      ? ' No two rows have the same or nearly the same model inputs.'
      : ` ${formatCount(duplicates.rows)} rows (${share(duplicates.rows)}) have the same model inputs as another row, ${formatCount(duplicates.nearRows)} (${share(duplicates.nearRows)}) nearly the same. ` +
        `A naive random split would have put a copy of ${formatPercent(duplicates.straddling)} of its test rows into training, and a near-copy of ${formatPercent(duplicates.nearStraddling)}.`;
  const claim =
    naive === undefined
      ? ''
      : ` It would have claimed ${naive.metric} of about ${formatNumber(naive.claimed)}; this split measured ${formatNumber(naive.measured)}.`;
  return html`<p>The split is by the strategy <code>${strategy}</code>.${gap}${seen}${copies}${claim}</p>`;
}

function classCells({ rows, classes }: SideSummary): Html[] {
  return classes.map(
    (count) =>
      html`<td class="number">${formatCount(count)} <span class="quiet">${formatPercent(count / Math.max(rows, 1))}</span></td>`,
  );
}

function labelCells({ label }: SideSummary): Html {
  const [mean, std] = label ? [formatNumber(label.mean), formatNumber(label.std)] : ['–', '–'];
  return html`<td class="number">${mean}</td><td class="number">${std}</td>`;
}

/** The malformed rows by column and reason; nothing where there is none. */
export function malformedTable(reasons: DataSummary['malformed']['reasons']): Html | undefined {
  if (reasons.length === 0) return undefined;
  return html`<div class="scroll"><table><caption>Malformed rows, left out</caption>
<thead><tr><th scope="col">Column</th><th scope="col">Reason</th><th scope="col" class="number">Rows</th></tr></thead>
<tbody>${reasons.map(({ column, reason, count }) => html`<tr><th scope="row">${column ?? '–'}</th><td>${reason}</td><td class="number">${formatCount(count)}</td></tr>`)}</tbody></table></div>`;
}

function columnTable(columns: readonly ColumnSummary[], usable: number): Html {
  return html`<div class="scroll"><table><caption>Columns and their treatment</caption>
<thead><tr><th scope="col">Column</th><th scope="col">Role</th><th scope="col">Treatment</th><th scope="col" class="number">Missing</th></tr></thead>
<tbody>${columns.map(({ column, role, treatment, missing }) => html`<tr><th scope="row">${column}</th><td><span class="role ${role === 'pii' || role === 'quasi' || role === 'text' || role === 'id' ? 'private' : ''}">${role}</span></td><td>${treatment}</td><td class="number">${missing === null ? '–' : missing === 0 ? '0' : html`${formatCount(missing)} <span class="quiet">${formatPercent(missing / Math.max(usable, 1))}</span>`}</td></tr>`)}</tbody></table></div>`;
}
