import type { Imbalance } from '#domain/imbalance/settings';
import { text } from '#domain/sql/literals';
import { formatCount, formatNumber, formatPercent } from '#domain/text/format-number';
import { unreachable } from '#domain/unreachable';
import type { Balance, FittedTransform } from '#schemas/records/fitted-transform';

/** Weights have so many digits: enough, and the CSV stays short. */
const digits = 6;

/**
 * How the training rows of a run are balanced; undefined where they are taken as they are.
 *
 * @param counts training rows by class; empty for regression
 */
export function fitBalance(imbalance: Imbalance, counts: readonly number[]): Balance | undefined {
  if (imbalance === 'auto' || imbalance === 'none') return undefined;
  if ('weights' in imbalance) {
    const rows = counts.reduce((sum, count) => sum + count, 0);
    // rows / (classes · rows of the class), as class_weight="balanced" of scikit-learn: the mean weight of a row is 1
    const weights = counts.map((count) => Number((rows / (counts.length * Math.max(1, count))).toPrecision(digits)));
    return { kind: 'weights', weights };
  }
  // a binary task: its rules refuse any other
  const [negatives, positives] = counts as [number, number];
  const majority = positives > negatives ? 1 : 0;
  const keptShare = (imbalance.undersample * Math.min(negatives, positives)) / Math.max(negatives, positives);
  return keptShare < 1 ? { kind: 'undersampled', majority, keptShare } : undefined;
}

/** Hexadecimal digits of a hash that are compared with a share. */
const hashDigits = 12;

/**
 * SQL of the condition by which a training row of a shard is used; undefined where all are. A row is kept by a hash of its place in the
 * drop: a retry keeps the same rows.
 *
 * @param seed of the pipeline's split
 */
export function keptRowsSql(
  balance: FittedTransform['balance'],
  { shard, seed }: { readonly shard: number; readonly seed: string },
): string | undefined {
  if (balance?.kind !== 'undersampled') return undefined;
  const limit = Math.round(balance.keptShare * 16 ** hashDigits);
  const hash = `CAST('0x' || left(md5(${text(`${seed}:undersample:${shard}:`)} || _row), ${hashDigits}) AS BIGINT)`;
  return `(_label <> ${balance.majority} OR ${hash} < ${limit})`;
}

/** SQL of a training row's weight; undefined where all rows count the same. */
export function weightSql(balance: FittedTransform['balance']): string | undefined {
  if (balance?.kind !== 'weights') return undefined;
  const cases = balance.weights.map((weight, i) => `WHEN ${i} THEN '${weight}'`).join(' ');
  return `CASE CAST(_label AS INTEGER) ${cases} END`;
}

/**
 * What was done about classes of unequal size, for people; undefined where there are no classes, or nothing was done.
 *
 * @param hyperparameters that the model was trained with
 * @param calibration of the scores afterwards, as `evaluation.calibration` names it
 */
export function describeBalance(
  { balance, label: { classes, classCounts } }: Pick<FittedTransform, 'balance' | 'label'>,
  hyperparameters: Readonly<Record<string, string>>,
  calibration = 'none',
): string | undefined {
  const isCalibrated = calibration !== 'none';
  const so = isCalibrated
    ? `and scores are calibrated by ${calibration}`
    : 'so scores rank rows and are not probabilities';
  if (balance === undefined) {
    const weight = Number(hyperparameters['scale_pos_weight'] ?? 1);
    if (weight === 1) return undefined;
    return `rows of class ${classes[1] ?? 1} count ${formatNumber(weight)} times (scale_pos_weight), ${so}${isCalibrated ? '' : '; with imbalance: none or undersample, or with evaluation.calibration, they are'}`;
  }
  switch (balance.kind) {
    case 'weights': {
      const each = balance.weights.map((weight, i) => `${classes[i] ?? i} ${weight}`).join(', ');
      return `training rows are weighted by class (${each}), ${so}`;
    }
    case 'undersampled': {
      const { majority, keptShare } = balance;
      const kept = Math.round((classCounts[majority] ?? 0) * keptShare);
      return `training used ${formatPercent(keptShare)} of the rows of class ${classes[majority] ?? majority}, about ${formatCount(kept)}; scores are recalibrated to all rows`;
    }
    default:
      return unreachable(balance, 'kind of balance');
  }
}
