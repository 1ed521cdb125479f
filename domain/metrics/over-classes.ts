import type { ClassTally, MulticlassTally } from '#domain/tallies/multiclass';
import { ratio } from './metric.ts';

export function sumOverClasses({ classes }: MulticlassTally, value: (own: ClassTally) => number): number {
  let sum = 0;
  for (const own of classes) sum += value(own);
  return sum;
}

/** Plain mean over classes: scikit-learn's `average='macro'` with all classes as labels. */
export const macroMean = (tally: MulticlassTally, value: (own: ClassTally) => number): number =>
  sumOverClasses(tally, (own) => value(own) / tally.classes.length);

/** Mean over classes by the weight of their rows: scikit-learn's `average='weighted'`. */
export const weightedMean = (tally: MulticlassTally, value: (own: ClassTally) => number): number =>
  sumOverClasses(tally, (own) => value(own) * (own.support / tally.total));

/** Precision, recall and F1 of one class against the rest; `zero_division=0`. */
export const classPrecision = ({ hits, claimed }: ClassTally): number => ratio(hits, claimed);
export const classRecall = ({ hits, support }: ClassTally): number => ratio(hits, support);
export const classF1 = ({ hits, claimed, support }: ClassTally): number => ratio(2 * hits, claimed + support);
