import * as z from 'zod';
import { chiSquareTail } from '../distributions.ts';
import { tellApart } from './classifier.ts';
import type { JointTest } from './joint-test.ts';

/** Whether the rows of the window can be told from those of the baseline, by all columns together. */
export const domainClassifier = {
  name: 'domainClassifier',
  label: 'Classifier AUC',
  compares: 'all columns',
  summary:
    'How well a classifier tells the rows of the window from those of the baseline, by the columns and the relations of each two: 0.5 is not at all, 1 is always.',
  source:
    'Area under the ROC curve of a cross-fitted linear discriminant with shrunken differences (Tibshirani et al. 2002, "Diagnosis of multiple cancer types by shrunken centroids"); significance by Mann & Whitney 1947',
  threshold: z
    .union([z.number('a number above 0.5 and at most 1, or false').gt(0.5).max(1), z.literal(false)])
    .default(0.6)
    .meta({
      description:
        'All columns together have drifted when a classifier tells the rows of the window from those of the baseline with an area under the ROC curve above this. `false` turns the test off.',
      examples: [0.7, false],
    }),
  example: { domainClassifier: 0.7 },
  measure(before, now) {
    const { auc, deviation, causes } = tellApart(before, now);
    const z = (auc - 0.5) / deviation;
    const beyond = chiSquareTail(z * z, 1) / 2;
    return { statistic: auc, p: z > 0 ? beyond : 1 - beyond, causes };
  },
} as const satisfies JointTest;
