import { describe, expect, it } from 'vitest';
import type { Html } from '#domain/reports/html';
import { calibrationPlot } from '#domain/reports/plots/calibration';
import { confusionPlot } from '#domain/reports/plots/confusion';
import { residualPlot, scorePlot } from '#domain/reports/plots/distributions';
import { shorten } from '#domain/reports/plots/frame';
import { importancePlot, SHOWN_IMPORTANCES } from '#domain/reports/plots/importance';
import { intervalPlot } from '#domain/reports/plots/interval';
import { predictedActualPlot } from '#domain/reports/plots/predicted-actual';
import { gainsPlot, precisionRecallPlot, rocPlot } from '#domain/reports/plots/ranking';
import { residualsByPrediction } from '#domain/reports/plots/residuals-by-prediction';
import { trialsPlot } from '#domain/reports/plots/trials';
import { renderReport } from '#domain/reports/render';
import type { BinaryEvaluation, MulticlassEvaluation, RegressionEvaluation } from '#schemas/records/evaluation';
import { sampleReport } from './sample.ts';

const estimate = (value: number) => ({ value, low: value - 0.05, high: value + 0.04 });
const roc = { x: [0, 0.1, 0.5, 1], y: [0, 0.6, 0.9, 1] };
const binary = {
  task: 'binary',
  n: 1000,
  positives: 200,
  threshold: 0.45,
  metrics: { auc: estimate(0.81), pr_auc: estimate(0.62), recall: estimate(0.7), precision: estimate(0.56) },
  champion: {
    metrics: { auc: estimate(0.78), pr_auc: estimate(0.6) },
    curves: { roc: { x: [0, 0.2, 1], y: [0, 0.6, 1] }, pr: { x: [0, 1], y: [0.9, 0.2] } },
  },
  confusion: {
    labels: ['paid <on time>', 'default'],
    matrix: [
      [690, 110],
      [60, 140],
    ],
  },
  curves: {
    roc,
    pr: { x: [0, 0.5, 1], y: [1, 0.7, 0.2] },
    calibration: [
      { meanScore: 0.05, positiveRate: 0.04, low: 0.02, high: 0.07 },
      { meanScore: 0.4, positiveRate: 0.55, low: 0.45, high: 0.65 },
    ],
    scores: { edges: [0, 0.25, 0.5, 0.75, 1], negatives: [500, 200, 80, 20], positives: [20, 50, 70, 60] },
  },
} as unknown as BinaryEvaluation;
const { champion: _, ...alone } = binary;
const labels = (k: number) => Array.from({ length: k }, (_v, i) => `class number ${i}`);
const diagonal = (k: number) =>
  Array.from({ length: k }, (_r, i) => Array.from({ length: k }, (_c, j) => (i === j ? 9 : i > j ? 1 : 0)));
const tuning = {
  tuningJob: 't',
  strategy: 'Random',
  metric: 'validation:auc',
  direction: 'Maximize' as const,
  best: 'j4',
  trials: [0.7, null, 0.6, 0.9].map((objective, i) => ({
    trainingJob: `j${i + 1}`,
    status: 'Completed',
    hyperparameters: {},
    objective,
  })),
};

describe('residuals by prediction', () => {
  const bin = { predicted: 5, mean: 0, low: 0, high: 0, count: 3 };
  it('need no spread', () => {
    const drawn = residualsByPrediction([bin], undefined).markup;
    expect(drawn).not.toMatch(/NaN|Infinity/);
    expect(drawn).toContain('In 1 bin of the prediction');
    expect(residualsByPrediction([{ ...bin, predicted: 0 }], [bin]).markup).toContain('line champion');
  });
});

describe('records of earlier versions', () => {
  const page = (evaluation: object) => renderReport({ ...sampleReport('multiclass'), evaluation: evaluation as never });
  it('have no curves by class, or none of the champion', () => {
    const { classCurves: _, ...former } = sampleReport('multiclass').evaluation as MulticlassEvaluation;
    expect(page(former)).not.toContain('ROC by class');
    const { classCurves: __, ...champion } =
      (sampleReport('multiclass').evaluation as MulticlassEvaluation).champion ?? {};
    const own = page({ ...sampleReport('multiclass').evaluation, champion });
    expect(own).toContain('ROC by class');
    expect(own.slice(own.indexOf('ROC by class')).split('</section>')[0]).not.toContain('line champion');
  });

  it('have no residuals by prediction, or none of the champion', () => {
    const { evaluation } = sampleReport('regression');
    const { curves, champion } = evaluation as RegressionEvaluation;
    const { byPrediction: _, ...former } = curves;
    expect(page({ ...evaluation, curves: former })).not.toContain('Residuals against prediction');
    const { curves: __, ...older } = champion ?? {};
    const own = page({ ...evaluation, champion: older });
    expect(own.slice(own.indexOf('<figcaption>Residuals')).split('</section>')[0]).not.toContain('line champion');
  });
});

/** The files are drawings: open one in a browser. After a change that is meant: `npx vitest run test/domain/reports -u`. */
describe('a drawing stays as it is', () => {
  it.each<[string, () => Html]>([
    ['roc', () => rocPlot(binary)],
    ['roc-alone', () => rocPlot(alone as BinaryEvaluation)],
    ['precision-recall', () => precisionRecallPlot(binary)],
    ['precision-recall-alone', () => precisionRecallPlot(alone as BinaryEvaluation)],
    ['gains', () => gainsPlot(binary)],
    ['gains-alone', () => gainsPlot(alone as BinaryEvaluation)],
    ['scores', () => scorePlot(binary)],
    ['calibration', () => calibrationPlot(binary.curves.calibration)],
    ['residuals', () => residualPlot({ edges: [-3, -1, 1, 3], counts: [4, 10, 2] })],
    [
      'predicted-actual',
      () =>
        predictedActualPlot({
          xEdges: [0, 1, 2],
          yEdges: [0, 2, 4],
          counts: [
            [3, 0],
            [1, 4],
          ],
        }),
    ],
    ['confusion-2', () => confusionPlot(binary.confusion)],
    ['confusion-6', () => confusionPlot({ labels: labels(6), matrix: diagonal(6) })],
    [
      'importance',
      () =>
        importancePlot(
          [
            { column: 'income', mean: 0.12, std: 0.02 },
            { column: 'a column with a rather long name', mean: 0.03, std: 0.01 },
            { column: 'noise', mean: -0.005, std: 0.01 },
          ],
          'ROC AUC',
        ),
    ],
    [
      'interval',
      () =>
        intervalPlot({ low: 0.7, high: 0.8, value: 0.76, reference: 0.72, tone: 'good', title: '0.76 and its bound' }),
    ],
    [
      'interval-below',
      () => intervalPlot({ low: 0.6, high: 0.7, value: 0.65, reference: 0.9, tone: 'bad', title: 'below its bound' }),
    ],
    [
      'interval-point',
      () => intervalPlot({ low: 1, high: 1, value: 1, reference: 1, tone: 'neutral', title: 'a point' }),
    ],
    ['trials', () => trialsPlot(tuning)],
    ['trials-down', () => trialsPlot({ ...tuning, direction: 'Minimize', best: 'j3' })],
    ['trials-equal', () => trialsPlot({ ...tuning, trials: tuning.trials.slice(0, 1) })],
  ])('%s', async (name, draw) => {
    const { markup } = draw();
    const standing = markup.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ').replaceAll('><', '>\n<');
    await expect(`${standing}\n`).toMatchFileSnapshot(`drawings/${name}.svg`);
  });
});

describe('a plot', () => {
  const described = ({ markup }: Html) => /<desc[^>]*>(.*?)<\/desc>/.exec(markup)?.[1];

  it('says of residuals how many lie on either side, the middle bin being none', () => {
    expect(described(residualPlot({ edges: [-3, -1, 1, 3], counts: [4, 10, 2] }))).toBe(
      '12.5 % of the predictions lie above the actual value, 25 % below, the rest within half a bin of it.',
    );
    expect(described(residualPlot({ edges: [-2, 0, 2], counts: [3, 1] }))).toContain(
      '25 % of the predictions lie above',
    );
  });

  it('reads the gains at a fifth of the rows between two points of the curve', () => {
    expect(described(gainsPlot(binary))).toContain('holds 60 % of the positives');
    const steep = { ...binary, curves: { ...binary.curves, roc: { x: [0, 0, 1], y: [0, 1, 1] } } };
    expect(described(gainsPlot(steep))).toContain('holds 100 % of the positives');
  });

  it('has room for numbers in the cells of twelve classes and none in those of thirteen', () => {
    const numbers = (k: number) =>
      [...confusionPlot({ labels: labels(k), matrix: diagonal(k) }).markup.matchAll(/class="cell-text/g)].length;
    expect([numbers(12), numbers(13)]).toEqual([144, 0]);
  });

  it('shows at most twenty importances', () => {
    const importances = Array.from({ length: SHOWN_IMPORTANCES + 1 }, (_v, i) => ({
      column: `c${i}`,
      mean: 1,
      std: 0,
    }));
    const { markup } = importancePlot(importances, 'AUC');
    expect(markup).toContain('>c19<');
    expect(markup).not.toContain('>c20<');
  });

  it('shortens a text only when it is longer than its room', () => {
    expect([shorten('abcd', 4), shorten('abcde', 4)]).toEqual(['abcd', 'abc…']);
  });
});
