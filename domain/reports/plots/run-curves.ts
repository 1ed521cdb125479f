import type { BinaryEvaluation } from '#schemas/records/evaluation';
import { type Html, html } from '../html.ts';
import { frame, linePath } from './frame.ts';

/** The curves of a run that is compared. */
export interface RunCurves {
  readonly runId: string;
  /** Its place among the compared runs: its colour. */
  readonly place: number;
  readonly curves: BinaryEvaluation['curves'];
}

const unit = (label: string) => ({ label, low: 0, high: 1 });

const legendOf = (runs: readonly RunCurves[]) =>
  runs.map(({ runId, place }) => ({ mark: `r${place}`, shape: 'line', text: runId }) as const);

const named = (runs: readonly RunCurves[]): string => runs.map(({ runId }) => runId).join(', ');

/** The ROC curves of several runs, each on its own holdout. */
export const runRocPlot = (runs: readonly RunCurves[]): Html =>
  frame({
    id: 'roc',
    title: 'ROC curves',
    description: `The ROC curves of ${named(runs)}.`,
    x: unit('false-positive rate'),
    y: unit('true-positive rate'),
    draw: (scales) => html`<path class="line chance" d="M${scales.x(0)} ${scales.y(0)}L${scales.x(1)} ${scales.y(1)}"/>
${runs.map(({ curves, place }) => html`<path class="line r${place}" d="${linePath(curves.roc, scales)}"/>`)}`,
    legend: legendOf(runs),
  });

/** The precision-recall curves of several runs, each on its own holdout. */
export const runPrecisionRecallPlot = (runs: readonly RunCurves[]): Html =>
  frame({
    id: 'pr',
    title: 'Precision-recall curves',
    description: `The precision-recall curves of ${named(runs)}.`,
    x: unit('recall'),
    y: unit('precision'),
    draw: (scales) =>
      html`${runs.map(({ curves, place }) => html`<path class="line r${place}" d="${linePath(curves.pr, scales)}"/>`)}`,
    legend: legendOf(runs),
  });
