import { counted } from '#domain/text/numbers';
import type { ConstraintResult } from '#schemas/records/constraints';
import { type Html, html } from '../html.ts';

/** How a constraint went: its mark and its tone. */
function markOf({ passed, onFailure }: ConstraintResult): Html {
  if (passed) return html`<span class="mark good">✓ met</span>`;
  return html`<span class="mark bad">${onFailure === 'warn' ? '! warning' : '✕ not met'}</span>`;
}

/** The constraints of the drop, those that are not met first. Nothing for a pipeline without one. */
export function constraintsSection(results: readonly ConstraintResult[]): Html | undefined {
  if (results.length === 0) return undefined;
  const failed = results.filter(({ passed }) => !passed);
  const ordered = [...failed, ...results.filter(({ passed }) => passed)];
  const summary =
    failed.length === 0
      ? `The drop meets ${results.length === 1 ? 'its constraint' : `all ${counted(results.length, 'constraint')}`}.`
      : `The drop does not meet ${failed.length} of ${counted(results.length, 'constraint')}.`;
  return html`<section aria-labelledby="constraints"><h2 id="constraints">Constraints</h2>
<p>${summary}</p>
<div class="scroll"><table class="gates"><caption class="hidden">Constraints of the drop</caption>
<thead><tr><th scope="col">Constraint</th><th scope="col" class="number">Measured</th><th scope="col">Required</th><th scope="col">Why</th></tr></thead>
<tbody>${ordered.map((result) => html`<tr><th scope="row">${markOf(result)}<code>${result.constraint}</code></th><td class="number">${result.measured}</td><td>${result.required}</td><td class="reason">${result.reason}</td></tr>`)}</tbody></table></div>
</section>`;
}
