import type { LeakageFinding } from '#schemas/records/fitted-transform';
import { alone } from './alone.ts';
import { equalsLabel } from './equals-label.ts';
import { exactValues } from './exact-values.ts';
import { idLike } from './id-like.ts';
import { laterDate } from './later-date.ts';
import type { LeakageCheck, MeasuredColumn } from './leakage-check.ts';
import { fitLinear } from './linear.ts';
import { partsOfLabel } from './parts-of-label.ts';
import { measureAlone, type SampledColumn, skillOf, targetsOf } from './skill.ts';

/** Every check for leakage. A column is reported by the first that suspects it. */
export const LEAKAGE_CHECKS = [equalsLabel, partsOfLabel, exactValues, alone, idLike, laterDate] as const;

/** With fewer rows, or fewer of a class, chance looks like skill. */
const leastRows = 100;
const leastOfClass = 10;
/** The other columns that are taken together: the ones that say most. */
const together = 30;

export interface LeakageSample {
  readonly columns: readonly (SampledColumn & Pick<MeasuredColumn, 'kind'>)[];
  readonly labels: Float64Array;
  /** Number of classes; 0 for regression. */
  readonly classes: number;
  readonly rows: number;
  readonly times?: readonly (number | null)[] | undefined;
}

/** What the checks found, and what each column alone says about the label. */
export interface LeakageResult {
  readonly findings: LeakageFinding[];
  /** Area under the ROC curve, or R², by column; empty where the rows are too few to tell. */
  readonly skills: ReadonlyMap<string, number>;
  /** What the best columns say together by a linear model, without those that were found, in the same unit; undefined where the rows are too few to tell. */
  readonly together?: number;
}

/** Looks for columns that give the label away, in a sample of the training rows in random order. */
export const findLeakage = (sample: LeakageSample, checks?: readonly LeakageCheck[]): LeakageFinding[] =>
  examineLeakage(sample, checks).findings;

/** The same, with the skill of every column. */
export function examineLeakage(
  { columns, labels, classes, rows, times }: LeakageSample,
  checks: readonly LeakageCheck[] = LEAKAGE_CHECKS,
): LeakageResult {
  const regression = classes === 0;
  const nothing = { findings: [], skills: new Map() };
  if (labels.length < leastRows) return nothing;
  const counts = Array.from({ length: classes }, (_, c) => labels.filter((label) => label === c).length);
  // classes that are too rare to measure are left out of the average
  const targets = targetsOf(labels, classes).filter((_, c) => classes <= 2 || (counts[c] ?? 0) >= leastOfClass);
  if (!regression && (targets.length === 0 || (classes <= 2 && Math.min(...counts) < leastOfClass))) return nothing;
  const measured = columns.map((column) => {
    const { byRange, byValue } = measureAlone(column, targets, regression);
    return { ...column, byRange, byValue };
  });
  const best = measured.toSorted((a, b) => b.byValue - a.byValue).slice(0, together + 1);
  const fitted = new Map<string, readonly Float64Array[]>();
  const predict = (column: SampledColumn) => {
    const known = fitted.get(column.name) ?? measureAlone(column, targets, regression).fitted;
    fitted.set(column.name, known);
    return known;
  };
  const togetherWithout = (...names: string[]): number => {
    const others = best.filter((column) => !names.includes(column.name)).slice(0, together);
    const predicted = targets.map((target, i) =>
      fitLinear(
        others.map((column) => predict(column)[i] ?? new Float64Array(target.length)),
        target,
      ),
    );
    return skillOf(targets, predicted, regression);
  };
  const found = new Map<string, LeakageFinding>();
  for (const check of checks) {
    for (const { column, reason } of check.find({
      columns: measured,
      labels,
      regression,
      rows,
      times,
      togetherWithout,
    })) {
      if (!found.has(column)) found.set(column, { column, check: check.name, reason });
    }
  }
  return {
    findings: [...found.values()],
    skills: new Map(measured.map(({ name, byValue }) => [name, byValue])),
    together: togetherWithout(...found.keys()),
  };
}
