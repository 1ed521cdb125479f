import { describeTruth } from '#domain/outcomes/truth';
import { formatCount, formatNumber } from '#domain/text/format-number';
import type { LabelledModel, LabelMeasure, LabelWindow } from '#schemas/records/label-window';
import { type Html, html } from '../html.ts';
import { calibrationPlot } from '../plots/calibration.ts';

/** Windows that are listed at most, and of which the calibration is drawn: the newest. */
const mostWindows = 12;
const mostPlots = 4;
/** Measures of a finding that are listed at most. */
const mostMeasures = 12;

interface Labelled {
  readonly window: LabelWindow;
  readonly model: LabelledModel;
}

const span = ({ from, to }: LabelWindow): string => `${from} – ${to}`;
const marked = (severity: string): Html =>
  severity === 'warning' || severity === 'critical'
    ? html`<span class="mark bad">✕ ${severity}</span>`
    : html`<span class="mark good">✓ ${severity}</span>`;

const row = ({ window, model }: Labelled): Html[] => {
  const head = html`<th scope="row" class="when">${span(window)}</th><td class="number">${model.modelPackageVersion}</td><td class="number">${formatCount(model.rows)}</td>`;
  if (!model.judged) return [html`<tr>${head}<td class="when">–</td><td>not judged: ${model.reason}</td></tr>`];
  const truth = model.truth && describeTruth(model.truth, undefined);
  return [
    ...model.findings.map(
      ({ check, severity, reason }) =>
        html`<tr>${head}<td class="when">${check} ${marked(severity)}</td><td>${reason}</td></tr>`,
    ),
    ...(truth === undefined ? [] : [html`<tr>${head}<td class="when">estimate</td><td>${truth}</td></tr>`]),
  ];
};

const nameOf = ({ name, group }: LabelMeasure): string =>
  group ? `${name}, ${group.column} group ${group.group + 1}` : name;

function measures({ model }: Labelled): Html | undefined {
  const all = model.findings.flatMap(({ measures: own }) => own.slice(0, mostMeasures));
  if (all.length === 0) return undefined;
  return html`<div class="scroll"><table>
<thead><tr><th scope="col">Measure</th><th scope="col" class="number">By labels</th><th scope="col">95 % interval</th><th scope="col" class="number">Holdout</th><th scope="col"></th></tr></thead>
<tbody>${all.map((own) => html`<tr><th scope="row" class="when">${nameOf(own)}</th><td class="number">${formatNumber(own.value)}</td><td class="when">${own.low === undefined || own.high === undefined ? '–' : `${formatNumber(own.low)} to ${formatNumber(own.high)}`}</td><td class="number">${own.holdout === undefined ? '–' : formatNumber(own.holdout)}</td><td class="when">${own.changed ? html`<span class="mark bad">✕ changed</span>` : ''}</td></tr>`)}</tbody></table></div>`;
}

function plots(all: readonly Labelled[]): Html | undefined {
  const drawn = all.flatMap(({ window, model }) => {
    const bins = model.findings.find(({ bins: own }) => own !== undefined)?.bins;
    return bins === undefined ? [] : [{ window, model, bins }];
  });
  if (drawn.length === 0) return undefined;
  return html`<h3>Calibration by window</h3><div class="plots small">${drawn
    .slice(0, mostPlots)
    .map(
      ({ window, model, bins }, i) =>
        html`<figure><figcaption>${span(window)}, version ${model.modelPackageVersion}</figcaption>${calibrationPlot(bins, { id: `calibration-${i}` })}</figure>`,
    )}</div>`;
}

/** What labels say of the models by window, with the measures of the newest one and the calibration of the last. Undefined without labels. */
export function labelsSection(windows: readonly LabelWindow[]): Html | undefined {
  const all = windows.slice(0, mostWindows).flatMap((window) => window.models.map((model) => ({ window, model })));
  const newest = all.find(({ model }) => model.judged);
  if (all.length === 0) return undefined;
  return html`<section aria-labelledby="labels"><h2 id="labels">What labels say</h2>
<div class="scroll"><table><thead><tr><th scope="col">Predictions</th><th scope="col" class="number">Version</th><th scope="col" class="number">Labels</th><th scope="col">Check</th><th scope="col">Finding</th></tr></thead>
<tbody>${all.flatMap(row)}</tbody></table></div>
${newest && measures(newest)}${plots(all)}</section>`;
}
