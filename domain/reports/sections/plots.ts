import { importanceMetric } from '#domain/evaluation/importance';
import { formatCount, formatFixed, formatNumber, formatPercent } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import type {
  Evaluation,
  MeasuredCalibration,
  MulticlassEvaluation,
  RegressionEvaluation,
} from '#schemas/records/evaluation';
import { type Html, html } from '../html.ts';
import { calibrationPlot } from '../plots/calibration.ts';
import { classCurvePlot, key } from '../plots/class-curves.ts';
import { confusionPlot } from '../plots/confusion.ts';
import { residualPlot, scorePlot } from '../plots/distributions.ts';
import { shorten } from '../plots/frame.ts';
import { importancePlot, SHOWN_IMPORTANCES } from '../plots/importance.ts';
import { predictedActualPlot } from '../plots/predicted-actual.ts';
import { gainsPlot, precisionRecallPlot, rocPlot } from '../plots/ranking.ts';
import { residualsByPrediction } from '../plots/residuals-by-prediction.ts';
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
        figure(
          'Calibration',
          calibrationPlot(evaluation.curves.calibration, {
            champion: drawn.champion?.curves.calibration,
            before: evaluation.calibration?.before?.bins,
          }),
          evaluation.calibration && calibrationNote(evaluation.calibration),
        ),
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
        ...classFigures(evaluation),
      ];
    case 'regression':
      return [
        figure('Predicted against actual', predictedActualPlot(evaluation.curves.predictedVsActual)),
        ...residualFigures(evaluation),
      ];
  }
}

/** The expected calibration error, beside what chance gives, and what a calibration made of it. */
function calibrationNote({ error, method, before }: MeasuredCalibration): string {
  const shown = ({ value, low, high, byChance }: MeasuredCalibration['error']) =>
    `${formatFixed(value, 3)} (${formatFixed(low, 3)}–${formatFixed(high, 3)}; ${formatFixed(byChance, 3)} by chance)`;
  return `expected calibration error ${shown(error)}${method && before ? `, by ${method}; before ${shown(before.error)}` : ''}`;
}

/** Curves of each class against all others. */
function classFigures(evaluation: MulticlassEvaluation): Html[] {
  const { classCurves, champion } = onSameRows(evaluation);
  if (!classCurves) return [];
  const keys = (['candidate', ...(champion?.classCurves ? ['champion'] : [])] as const).map((mark) => ({
    mark,
    text: mark,
  }));
  return (['roc', 'pr'] as const).map(
    (kind) =>
      html`<figure class="wide"><figcaption>${kind === 'roc' ? 'ROC by class' : 'Precision-recall by class'} <span class="quiet">each against all others</span></figcaption>${key(keys)}<div class="plots small">${classCurves.map((own, i) => html`<figure><figcaption>${shorten(own.class, 40)} <span class="quiet">${kind === 'roc' ? `AUC ${formatFixed(own.auc, 3)}` : `${formatPercent(own.share)} of the rows`}</span></figcaption>${classCurvePlot(kind, own, i, champion?.classCurves?.[i])}</figure>`)}</div></figure>`,
  );
}

/** The residuals of both models, and how they change with the prediction. */
function residualFigures(evaluation: RegressionEvaluation): Html[] {
  const { curves, champion } = onSameRows(evaluation);
  const { byPrediction, residuals } = curves;
  const plot = residualPlot(residuals, champion?.curves?.residuals.counts);
  return [
    figure('Residuals', plot, 'tails are counted in the outermost bins'),
    ...(byPrediction
      ? [
          figure(
            'Residuals against prediction',
            residualsByPrediction(byPrediction, champion?.curves?.byPrediction),
            'mean, and where 80 % of the rows are',
          ),
        ]
      : []),
  ];
}

/** Curves of both models are drawn together only where they are of the same rows. */
function onSameRows<Own extends Evaluation>(evaluation: Own): Own {
  const { champion: _, ...alone } = evaluation;
  return evaluation.comparison?.candidate === undefined ? evaluation : (alone as Own);
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
