import * as z from 'zod';
import { formatNumber, formatPercent } from '#domain/text/format-number';
import type { FeatureMatrix } from '../columns.ts';
import { chiSquareTail } from '../distributions.ts';
import { whiten } from '../embeddings/whiten.ts';
import { tellApart } from './classifier.ts';
import type { JointTest } from './joint-test.ts';

/** A change of the share of missing embeddings that is named. */
const LEAST_MISSING = 0.05;

/** The mean of one coordinate. */
function meanOf({ rows, width, values }: FeatureMatrix, at: number): number {
  let sum = 0;
  for (let row = 0; row < rows; row++) sum += values[row * width + at] as number;
  return sum / rows;
}

/** The probability that a normal variable is above the mean of another by so many of their standard deviations, less one half. */
const advantageOf = (squared: number): number => (squared > 0 ? (1 - chiSquareTail(squared / 2, 1)) / 2 : 0);

/**
 * What moved, in words: missing rows; else the centre, where its move explains half of the AUC or more (a move of d standard deviations gives
 * one of Φ(d / √2)); else the rest.
 */
function describeMove(before: FeatureMatrix, now: FeatureMatrix, auc: number): string {
  const last = before.width - 1;
  const [missing, missingNow] = [meanOf(before, last), meanOf(now, last)];
  if (Math.abs(missingNow - missing) >= LEAST_MISSING) {
    return `missing embeddings went from ${formatPercent(missing)} to ${formatPercent(missingNow)}`;
  }
  // less what chance adds
  let squared = -last * (1 / before.rows + 1 / now.rows);
  for (let at = 0; at < last; at++) squared += (meanOf(now, at) - meanOf(before, at)) ** 2;
  return 2 * advantageOf(squared) >= auc - 0.5
    ? `its centre moved by ${formatNumber(Math.sqrt(Math.max(squared, 0)))} standard deviations`
    : 'its spread and the relations of its numbers, not its centre';
}

/** Whether the rows of the window can be told from those of the baseline by an embedding as a whole. */
export const embeddingClassifier = {
  name: 'embeddingClassifier',
  label: 'Embedding AUC',
  compares: 'embedding',
  summary:
    'How well a classifier tells the rows of the window from those of the baseline by random projections of an embedding: 0.5 is not at all, 1 is always.',
  source:
    'Random projections (Achlioptas 2003, "Database-friendly random projections"), whitened, and told apart by the classifier of all columns together',
  threshold: z
    .union([z.number('a number above 0.5 and at most 1, or false').gt(0.5).max(1), z.literal(false)])
    .default(0.55)
    .meta({
      description:
        'An embedding (`dataset.embeddings`) has drifted when a classifier tells the rows of the window from those of the baseline by it with an area under the ROC curve above this. `false` turns the test off.',
      examples: [0.7, false],
    }),
  example: { embeddingClassifier: 0.7 },
  measure(before, now) {
    const [earlier, later] = whiten(before, now);
    const { auc, deviation } = tellApart(earlier, later);
    const z = (auc - 0.5) / deviation;
    const beyond = chiSquareTail(z * z, 1) / 2;
    return { statistic: auc, p: z > 0 ? beyond : 1 - beyond, causes: [], moved: describeMove(earlier, later, auc) };
  },
} as const satisfies JointTest;
