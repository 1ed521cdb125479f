import type { LabelComparison, LabelledSample } from '#domain/drift/labels/label-check';
import { labelSettingsSchema } from '#domain/drift/labels/settings';
import { createRandom } from '#domain/random';

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** How the rows of a sample come about. */
export interface Book {
  readonly seed: number;
  readonly rows?: number;
  /** The log-odds that come true, from those of the score and the group of the row. */
  readonly truth?: (odds: number, group: number) => number;
  /** How the two inputs weigh for the label: they are what the odds are made of. */
  readonly weights?: readonly [number, number];
}

/** Rows of a model that knows the odds but for what the book changes: two inputs, a third without use, and a group of each row. */
export function drawSample({ seed, rows = 800, truth = (odds) => odds, weights = [1.5, 0.5] }: Book): LabelledSample {
  const random = createRandom(seed);
  const labels = new Float64Array(rows);
  const scores = new Float64Array(rows);
  const inputs = new Float64Array(rows * 3);
  const groups = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const [x, y, noise] = [random.normal(), random.normal(), random.normal()];
    inputs.set([x, y, noise], row * 3);
    groups[row] = random.below(2);
    scores[row] = sigmoid(1.5 * x + 0.5 * y);
    labels[row] = random.float() < sigmoid(truth(weights[0] * x + weights[1] * y, groups[row] as number)) ? 1 : 0;
  }
  return { rows, labels, scores, inputs, groups: new Map([['region', groups]]) };
}

/** A comparison of a window with a calibrated holdout. */
export const comparisonOf = (window: LabelledSample, own: Partial<LabelComparison> = {}): LabelComparison => ({
  task: 'binary',
  classes: 2,
  threshold: 0.5,
  holdout: drawSample({ seed: 1, rows: 1500 }),
  window,
  inputs: ['x', 'y', 'noise'],
  slices: [{ column: 'region', groups: 2 }],
  metric: 'auc',
  maxDrop: 0.05,
  settings: labelSettingsSchema.parse({}),
  falseAlarmRate: 0.01,
  bootstrap: { resamples: 100, seed: 7 },
  ...own,
});
