import { coverageText } from '#domain/drift/coverage';
import { togetherText } from '#domain/drift/joint/compare';
import { byDrift, strongestOf } from '#domain/drift/registry';
import { formatCount, formatNumber, formatProbability } from '#domain/text/format-number';
import type { ColumnDrift, DropDrift } from '#schemas/records/baseline';
import { type Html, html } from '../html.ts';

/** Columns without drift that are shown beside those with drift. */
const mostShown = 20;

function row(column: Pick<ColumnDrift, 'column' | 'tests' | 'drifted' | 'reason'>): Html {
  const found = strongestOf(column);
  const p = found?.p === undefined ? '–' : formatProbability(found.p);
  return html`<tr><th scope="row"><span class="mark ${column.drifted ? 'bad' : 'good'}">${column.drifted ? '✕ drifted' : '✓ steady'}</span><code>${column.column}</code></th><td>${found?.label ?? '–'}</td><td class="number">${found ? formatNumber(found.statistic) : '–'}</td><td class="number">${p}</td><td class="reason">${column.reason}</td></tr>`;
}

/** How the drop differs from the data that the champion was trained on. Nothing where it was not compared. */
export function driftSection(drift: DropDrift | undefined): Html | undefined {
  if (drift === undefined) return undefined;
  const columns = drift.columns.toSorted(byDrift());
  const shown = columns.slice(0, Math.max(mostShown, drift.driftedColumns.length));
  const rest = columns.length - shown.length;
  return html`<section aria-labelledby="drift"><h2 id="drift">Drift of the drop</h2>
<p>${formatCount(drift.rows)} rows compared with what ${drift.champion} was trained on. ${coverageText(drift.coverage)} ${togetherText(drift)}</p>
<div class="scroll"><table class="gates"><caption class="hidden">Columns by drift</caption>
<thead><tr><th scope="col">Column</th><th scope="col">Strongest test</th><th scope="col" class="number">Effect</th><th scope="col" class="number">By chance</th><th scope="col">Why</th></tr></thead>
<tbody>${drift.together ? row(drift.together) : undefined}${shown.map(row)}</tbody></table></div>
${rest > 0 ? html`<p>${formatCount(rest)} more columns without drift.</p>` : undefined}
</section>`;
}
