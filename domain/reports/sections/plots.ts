import { importanceMetric } from '#domain/evaluation/importance';
import { formatCount, formatNumber } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import type { BinaryEvaluation, Evaluation } from '#schemas/records/evaluation';
import { type Html, html } from '../html.ts';
import { calibrationPlot } from '../plots/calibration.ts';
import { confusionPlot } from '../plots/confusion.ts';
import { residualPlot, scorePlot } from '../plots/distributions.ts';
import { importancePlot, SHOWN_IMPORTANCES } from '../plots/importance.ts';
import { predictedActualPlot } from '../plots/predicted-actual.ts';
import { gainsPlot, precisionRecallPlot, rocPlot } from '../plots/ranking.ts';
import { classTable } from './metrics.ts';

const figure = (caption: string, plot: Html, note = ''): Html =>
  html`<figure><figcaption>${caption}${note === '' ? undefined : html` <span class="quiet">${note}</span>`}</figcaption>${plot}</figure>`;

/** The plots of the task. */
export function plotsSection(evaluation: Evaluation): Html {
  return html`<section aria-labelledby="plots"><h2 id="plots">Performance</h2><div class="plots">${taskFigures(evaluation)}</div></section>`;
}

function taskFigures(evaluation: Evaluation): Html[] {
  switch (evaluation.task) {
    case 'binary': {
      const drawn = onSameRows(evaluation);
      return [
        figure('ROC', rocPlot(drawn)),
        figure('Precision-recall', precisionRecallPlot(drawn)),
        figure('Calibration', calibrationPlot(evaluation.curves.calibration)),
        figure('Scores by class', scorePlot(evaluation)),
        figure(
          'Confusion matrix',
          confusionPlot(evaluation.confusion),
          `at threshold ${formatNumber(evaluation.threshold)}`,
        ),
        figure('Cumulative gains', gainsPlot(drawn)),
      ];
    }
    case 'multiclass':
      return [
        figure('Confusion matrix', confusionPlot(evaluation.confusion), 'most probable class'),
        figure('Classes', classTable(evaluation.perClass)),
      ];
    case 'regression':
      return [
        figure('Predicted against actual', predictedActualPlot(evaluation.curves.predictedVsActual)),
        figure('Residuals', residualPlot(evaluation.curves.residuals), 'tails are counted in the outermost bins'),
      ];
  }
}

/** Curves of both models are drawn together only where they are of the same rows. */
function onSameRows(evaluation: BinaryEvaluation): BinaryEvaluation {
  const { champion: _, ...alone } = evaluation;
  return evaluation.comparison?.candidate === undefined ? evaluation : alone;
}

/** Feature importance, if it was measured. */
export function importanceSection({ importances, importanceNotMeasured = 0, task }: Evaluation): Html | undefined {
  if (importances.length === 0) return undefined;
  const shown = Math.min(importances.length, SHOWN_IMPORTANCES);
  const all = importances.length;
  const notes = [
    ...(shown < all ? [`the ${shown} most important of ${formatCount(all)} columns`] : []),
    ...(importanceNotMeasured > 0
      ? [
          `not measured: ${counted(importanceNotMeasured, 'column')} that ${importanceNotMeasured === 1 ? 'says' : 'say'} less alone`,
        ]
      : []),
  ];
  return html`<section aria-labelledby="importance"><h2 id="importance">Feature importance</h2>${figure('Permutation importance', importancePlot(importances, importanceMetric[task].label), notes.join('; '))}</section>`;
}
