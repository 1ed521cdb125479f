import type { PerformanceReference } from '#schemas/records/performance-estimate';
import type { LabelComparison, LabelledSample } from './label-check.ts';

/** The rows that a run kept of its holdout, as one side of a comparison. */
export function holdoutSample({ rows, labels, scores, values, slices = [] }: PerformanceReference): LabelledSample {
  return {
    rows,
    labels: Float64Array.from(labels),
    scores: Float64Array.from(scores),
    inputs: Float64Array.from(values, (value) => value ?? Number.NaN),
    groups: new Map(slices.map(({ column, groups }) => [column, Int32Array.from(groups)])),
  };
}

/** What a comparison takes from the record of the holdout. */
export const comparedBy = (
  reference: PerformanceReference,
): Pick<LabelComparison, 'task' | 'classes' | 'threshold' | 'holdout' | 'inputs' | 'slices'> => ({
  task: reference.task,
  classes: reference.classes,
  threshold: reference.threshold,
  holdout: holdoutSample(reference),
  inputs: reference.inputs.map(({ column }) => column),
  slices: (reference.slices ?? []).map(({ column, values }) => ({ column, groups: values.length })),
});
