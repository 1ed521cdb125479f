import { isHigherBetter } from '#domain/gates/direction';
import type { GateResult, Verdict } from '#schemas/records/evaluation';
import { decimalsFor, formatFixed, formatNumber } from '../format-number.ts';
import { type Html, html } from '../html.ts';
import { intervalPlot } from '../plots/interval.ts';

/** The banner: passed or refused, and every gate with its reason. */
export function verdictSection({ passed, gates }: Verdict, championMetrics: ReadonlyMap<string, number>): Html {
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
<tbody>${gates.map((gate) => gateRow(gate, championMetrics.get(gate.metric)))}</tbody></table></div>
</section>`;
}

function gateRow(gate: GateResult, difference: number | undefined): Html {
  const { passed, interval, value, bound, kind } = gate;
  const decimals = interval ? decimalsFor(interval.low, interval.high) : 4;
  const bounded = isHigherBetter(gate.metric) ? 'at least ' : 'at most ';
  const shown = value === null ? '–' : formatFixed(value, Math.max(decimals, 3), kind === 'vsChampion');
  const measured =
    value !== null && kind === 'vsChampion' ? html`<span class="quiet">${bounded}</span>${shown}` : html`${shown}`;
  const point = kind === 'vsChampion' ? difference : value;
  const plot =
    interval && typeof point === 'number'
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
