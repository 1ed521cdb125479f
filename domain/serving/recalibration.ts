import type { Algorithm, ModelFormat } from '#domain/algorithms/algorithm';
import { calibrationOf } from '#domain/calibration/registry';
import type { FittedTransform } from '#schemas/records/fitted-transform';
import type { CalibrationMap } from '#schemas/records/operating-point';

/**
 * The probability of the positive class among all rows, of a model that learnt from rows of which a class was undersampled. With the
 * share b of the negative rows that was kept, p = b·ps / (b·ps - ps + 1) (Dal Pozzolo, Caelen, Johnson & Bontempi 2015, "Calibrating
 * probability with undersampling for unbalanced classification", equation 4): the odds times b. Where positive rows were left out, the
 * odds are divided by it.
 *
 * @param score the model's answer, from 0 to 1; anything else, such as a margin, stays as it is
 */
export function recalibrate(score: number, { majority, keptShare }: { majority: 0 | 1; keptShare: number }): number {
  if (!(score > 0 && score < 1)) return score;
  const odds = (majority === 0 ? keptShare : 1 / keptShare) * score;
  return odds / (odds + 1 - score);
}

/**
 * What becomes of each score of a run's model: the probability among all rows, where training left rows out, and then what the run's
 * calibration makes of it; undefined where scores are taken as they are.
 *
 * @param calibration that the run fitted on its validation rows
 */
export function recalibrationOf(
  { balance }: Pick<FittedTransform, 'balance'>,
  calibration?: CalibrationMap | undefined,
): ((score: number) => number) | undefined {
  const among = balance?.kind === 'undersampled' ? (score: number) => recalibrate(score, balance) : undefined;
  const calibrated = calibration && calibrationOf(calibration);
  if (among && calibrated) return (score) => calibrated(among(score));
  return calibrated ?? among;
}

/** How rows are sent to a run's model, and how its answers become scores. Whoever reads scores reads them by this. */
export function modelFormat(
  { input, output }: Algorithm,
  fitted: Pick<FittedTransform, 'balance'>,
  calibration?: CalibrationMap | undefined,
): ModelFormat {
  const turn = recalibrationOf(fitted, calibration);
  if (turn === undefined) return { input, output };
  return {
    input,
    output: { ...output, readScores: (text, perRow, source) => output.readScores(text, perRow, source).map(turn) },
  };
}

/** The text of an answer with its scores recalibrated; what is no number stays as it is. */
export const recalibrateText = (body: string, turn: (score: number) => number): string =>
  body.replace(/[^\s,[\]]+/g, (token) => (Number.isNaN(Number(token)) ? token : String(turn(Number(token)))));
