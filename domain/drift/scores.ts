import type { FittedTransform } from '#schemas/records/fitted-transform';
import type { ScoreValues } from './baseline.ts';

/** The scores of a model as they are counted. @param values row-major: one per class for multiclass, else one */
export const scoreValues = (
  { task, label }: Pick<FittedTransform, 'task' | 'label'>,
  values: Float64Array,
): ScoreValues => (task === 'multiclass' ? { task: 'multiclass', values, classes: label.classes } : { task, values });
