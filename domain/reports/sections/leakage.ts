import { counted } from '#domain/text/numbers';
import type { LeakageFinding } from '#schemas/records/fitted-transform';
import { type Html, html } from '../html.ts';

/** The columns that the pipeline refuses because they give the label away. Nothing when there is none. */
export function leakageSection(refused: readonly LeakageFinding[]): Html | undefined {
  if (refused.length === 0) return undefined;
  const seem = refused.length === 1 ? 'seems' : 'seem';
  return html`<section aria-labelledby="leakage"><h2 id="leakage">Leakage</h2>
<p>${counted(refused.length, 'column')} ${seem} to be known only after the outcome. Give such a column the role <code>ignore</code>. List it under
<code>leakage.allow</code> where it is known when a prediction is made.</p>
<div class="scroll"><table class="gates"><caption class="hidden">Columns that give the label away</caption>
<thead><tr><th scope="col">Column</th><th scope="col">Why</th></tr></thead>
<tbody>${refused.map(({ column, reason }) => html`<tr><th scope="row"><span class="mark bad">✕ refused</span><code>${column}</code></th><td class="reason">${reason}</td></tr>`)}</tbody></table></div>
</section>`;
}
