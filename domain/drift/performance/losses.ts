import type { FeatureMatrix } from '../columns.ts';
import { toBlocks, varianceBetween } from './blocks.ts';
import { trainTrees } from './boosted-trees.ts';
import type { RawEstimate } from './classes.ts';

/** Rows of a regression model: inputs and answers. */
export interface AnsweredRows {
  readonly inputs: FeatureMatrix;
  readonly predicted: Float64Array;
}

/** Parts of the reference, each as long as one block or two. */
const FOLDS = 5;

interface LossEstimate {
  readonly reference: number;
  readonly value: number;
  readonly variance: number;
  readonly between: number;
}

/**
 * Direct loss estimation (NannyML documentation, "Direct Loss Estimation (DLE)"): trees learn the absolute and the squared error of
 * the model from its inputs and its answer, and predict them for the window. Each block of the reference is judged by trees that did
 * not learn from it. R² is not estimated: it needs the spread of the targets.
 *
 * @param actual the targets of the reference rows
 */
export function estimateLosses(reference: AnsweredRows, actual: Float64Array, window: AnsweredRows): RawEstimate[] {
  const errors = actual.map((target, row) => target - (reference.predicted[row] as number));
  const [known, met] = [withAnswer(reference), withAnswer(window)];
  const absolute = estimateLoss(known, errors.map(Math.abs), met);
  const squared = estimateLoss(
    known,
    errors.map((error) => error * error),
    met,
  );
  const root = Math.sqrt(squared.value);
  // the delta method: the derivative of the root is 1 / (2 root)
  const slope = root > 0 ? 1 / (4 * squared.value) : 0;
  return [
    { metric: 'mae', ...absolute },
    { metric: 'mse', ...squared },
    {
      metric: 'rmse',
      reference: Math.sqrt(squared.reference),
      value: root,
      variance: squared.variance * slope,
      between: squared.between * slope,
    },
  ];
}

/** The inputs with the answer as one more column. */
function withAnswer({ inputs: { rows, width, values }, predicted }: AnsweredRows): FeatureMatrix {
  const joined = new Float64Array(rows * (width + 1));
  for (let row = 0; row < rows; row++) {
    joined.set(values.subarray(row * width, (row + 1) * width), row * (width + 1));
    joined[row * (width + 1) + width] = predicted[row] as number;
  }
  return { rows, width: width + 1, values: joined };
}

function estimateLoss(known: FeatureMatrix, losses: Float64Array, window: FeatureMatrix): LossEstimate {
  const rows = Array.from(losses.keys());
  const mean = average(losses);
  const predicted = trainTrees(known, losses, 'squared-error', rows)(window);
  const value = Math.max(average(predicted), 0);
  const unseen = predictUnseen(known, losses);
  const apart = toBlocks(losses.length).map(({ from, to }) => {
    const residuals = losses.slice(from, to).map((loss, i) => loss - (unseen[from + i] as number));
    const residual = average(residuals);
    return { residual, spread: average(residuals.map((one) => (one - residual) ** 2)), rows: to - from };
  });
  const spread = apart.reduce((sum, block) => sum + block.spread * block.rows, 0) / losses.length;
  const between = varianceBetween(
    apart.map((block) => ({ error: block.residual, variance: block.spread / block.rows })),
  );
  // larger losses vary more
  const scale = mean > 0 ? Math.max((value / mean) ** 2, 1) : 1;
  const variance = spread * scale * (1 / Math.max(window.rows, 1) + 1 / losses.length);
  return { reference: mean, value, variance, between: between * scale };
}

/** The predicted loss of each row, by trees that learnt from none of its neighbours. */
function predictUnseen(known: FeatureMatrix, losses: Float64Array): Float64Array {
  const { rows, width, values } = known;
  const predicted = new Float64Array(rows);
  for (let fold = 0; fold < FOLDS; fold++) {
    const [from, to] = [Math.floor((fold * rows) / FOLDS), Math.floor(((fold + 1) * rows) / FOLDS)];
    const others = Array.from(losses.keys()).filter((row) => row < from || row >= to);
    const part = { rows: to - from, width, values: values.subarray(from * width, to * width) };
    predicted.set(trainTrees(known, losses, 'squared-error', others)(part), from);
  }
  return predicted;
}

const average = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
