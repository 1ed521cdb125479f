import type { GateContext, GateKind, ShownResult } from '#domain/gates/gate';
import { findGateKind } from '#domain/gates/registry';
import { decimalsFor, formatFixed, formatNumber } from '#domain/text/format-number';
import type { GateResult, Verdict } from '#schemas/records/evaluation';
import { type Html, html } from '../html.ts';
import { intervalPlot } from '../plots/interval.ts';

/** The banner: passed or refused, and every gate with its reason. */
export function verdictSection(
  { passed, gates, warnings = [] }: Verdict,
  kinds: readonly GateKind<unknown>[],
  context: GateContext,
): Html {
  const failed = gates.filter((gate) => !gate.passed);
  const summary = passed
    ? gates.length === 1
      ? 'The gate is passed: the candidate may be registered.'
      : `All ${gates.length} gates are passed: the candidate may be registered.`
    : `${failed.length} of ${gates.length} gates ${failed.length === 1 ? 'is' : 'are'} not passed: the candidate is not registered.`;
  return html`<section class="verdict ${passed ? 'good' : 'bad'}" aria-labelledby="verdict">
<h2 id="verdict"><span class="seal" aria-hidden="true">${passed ? '✓' : '✕'}</span>${passed ? 'Passed' : 'Refused'}</h2>
<p>${summary}</p>
<div class="scroll"><table class="gates"><caption class="hidden">Quality gates</caption>
<thead><tr><th scope="col">Gate</th><th scope="col" class="number">Measured</th><th scope="col" class="plotted">95 % interval and bound</th><th scope="col">Why</th></tr></thead>
<tbody>${gates.map((gate) => gateRow(gate, showGate(gate, kinds, context)))}</tbody></table></div>
${warnings.map((line) => html`<p><b>Warning:</b> ${line}</p>`)}
</section>`;
}

function showGate(gate: GateResult, kinds: readonly GateKind<unknown>[], context: GateContext): ShownResult {
  const own = findGateKind(gate.kind, kinds)?.show?.(gate, context);
  return own ?? { signed: false, point: gate.value ?? undefined };
}

function gateRow(gate: GateResult, { prefix, signed, point }: ShownResult): Html {
  const { passed, interval, value, bound } = gate;
  const decimals = interval ? decimalsFor(interval.low, interval.high) : 4;
  const shown = value === null ? '–' : formatFixed(value, Math.max(decimals, 3), signed);
  const measured = prefix === undefined ? html`${shown}` : html`<span class="quiet">${prefix} </span>${shown}`;
  const plot =
    interval && point !== undefined
      ? intervalPlot({
          ...interval,
          value: point,
          reference: bound,
          tone: passed ? 'good' : 'bad',
          title: `${formatNumber(point)}, 95 % interval ${formatNumber(interval.low)} to ${formatNumber(interval.high)}; bound ${formatNumber(bound)}`,
        })
      : undefined;
  return html`<tr><th scope="row"><span class="mark ${passed ? 'good' : 'bad'}">${passed ? '✓ passed' : '✕ not passed'}</span><code>${gate.gate}</code></th><td class="number">${measured}</td><td class="plotted">${plot}</td><td class="reason">${gate.reason}</td></tr>`;
}
