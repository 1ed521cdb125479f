import type { Algorithm, ModelFormat, ModelOutput } from '#domain/algorithms/algorithm';
import type { FittedTransform } from '#schemas/records/fitted-transform';

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

/** Turns the scores of a run's model into probabilities among all rows; undefined where they are that already. */
export function recalibrationOf({
  balance,
}: Pick<FittedTransform, 'balance'>): ((score: number) => number) | undefined {
  return balance?.kind === 'undersampled' ? (score) => recalibrate(score, balance) : undefined;
}

function recalibrated(output: ModelOutput, fitted: Pick<FittedTransform, 'balance'>): ModelOutput {
  const turn = recalibrationOf(fitted);
  if (turn === undefined) return output;
  return { ...output, readScores: (text, perRow, source) => output.readScores(text, perRow, source).map(turn) };
}

/** How rows are sent to a run's model, and how its answers become scores. Whoever reads scores reads them by this. */
export const modelFormat = ({ input, output }: Algorithm, fitted: Pick<FittedTransform, 'balance'>): ModelFormat => ({
  input,
  output: recalibrated(output, fitted),
});

/** The text of an answer with its scores recalibrated; what is no number stays as it is. */
export const recalibrateText = (body: string, turn: (score: number) => number): string =>
  body.replace(/[^\s,[\]]+/g, (token) => (Number.isNaN(Number(token)) ? token : String(turn(Number(token)))));
