import { EvaluationError } from '#domain/errors';
import { createRandom } from '#domain/random';
import { counted } from '#domain/text/numbers';
import { rankRows, type ScoredRows, thresholdOfCut } from '#domain/thresholds/cuts';
import { kindOfThreshold, THRESHOLDS, type Thresholds } from '#domain/thresholds/registry';
import type { ThresholdChoice } from '#schemas/records/operating-point';
import { affordableResamples, type BootstrapOptions, drawCounts } from './bootstrap.ts';
import { quantile } from './quantile.ts';

/** With fewer positive rows than this, the record says that the choice rests on few. */
const FEW_POSITIVES = 30;

/**
 * Chooses the threshold of a binary model on rows that it was neither trained nor judged on. Resamples of the rows choose again, and the
 * interval has 95 % of their thresholds: a wide one means that other rows would have chosen otherwise. Deterministic by seed.
 *
 * @param rule of one of the kinds
 * @param rows validation rows with the scores that requests would get
 * @throws EvaluationError when no row is positive
 */
export function chooseThreshold(
  rule: object,
  rows: ScoredRows,
  { resamples, seed }: BootstrapOptions,
  kinds: Thresholds = THRESHOLDS,
): { readonly threshold: number; readonly choice: ThresholdChoice } {
  const kind = kindOfThreshold(rule, kinds);
  const ranked = rankRows(rows);
  const cuts = ranked.count();
  const { positives } = cuts;
  if (positives === 0) {
    throw new EvaluationError(
      'evaluation.threshold: no validation row is positive, so no threshold can be chosen. Raise split.validation, drop more rows, or set a number.',
    );
  }
  const { cut, problem } = kind.choose(rule, cuts);
  const random = createRandom(seed);
  const counts = new Uint16Array(rows.scores.length);
  const chosen: number[] = [];
  for (let left = affordableResamples(resamples, counts.length, 1); left > 0; left--) {
    drawCounts(random, counts);
    const again = ranked.count(counts);
    if (again.positives > 0) chosen.push(thresholdOfCut(ranked.scores, kind.choose(rule, again).cut));
  }
  const threshold = thresholdOfCut(ranked.scores, cut);
  const sorted = (chosen.length > 0 ? chosen : [threshold]).toSorted((a, b) => a - b);
  const few = `it rests on ${counted(positives, 'positive row')}`;
  const problems = [...(problem ? [problem] : []), ...(positives < FEW_POSITIVES ? [few] : [])];
  return {
    threshold,
    choice: {
      rule: kind.describe(rule),
      rows: counts.length,
      positives,
      low: Math.min(quantile(sorted, 0.025), threshold),
      high: Math.max(quantile(sorted, 0.975), threshold),
      ...(problems.length > 0 ? { problem: problems.join('; ') } : {}),
    },
  };
}
