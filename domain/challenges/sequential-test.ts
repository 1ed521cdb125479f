import { type LossSums, meanLoss, varianceOfMean } from './mean-loss.ts';

/** How two models are compared while outcomes come in. */
export interface SequentialTest {
  /** The chance, over the whole comparison, that the interval ever misses the true improvement. In (0, 1). */
  readonly alpha: number;
  /** The number of rows of both models at which the interval is narrowest for its kind. The choice changes no error rate. */
  readonly tunedFor: number;
}

/** An interval for the improvement that holds at every look, however many looks there are. */
export interface Improvement {
  /** Mean loss of the champion minus that of the challenger: above zero, the challenger is better. */
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** Each model needs this many requests: the interval is asymptotic and rests on the variance of what was seen. */
export const leastRequests = 50;

/**
 * The half-width, in standard errors, of the asymptotic confidence sequence with Robbins' normal mixture boundary after `time` units:
 * √( 2(tρ² + 1)/(tρ²) · ln( √(tρ² + 1)/α ) ) (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory and
 * asymptotic confidence sequences", Annals of Statistics 52(6), 2024, arXiv:2103.06476, theorem 2.2), and ρ² = (-2 ln α + ln(-2 ln α) + 1)/t*
 * (its appendix on the choice of ρ), which makes it about as narrow as it can be at t*. After a fixed sample, 1.96 stands in its
 * place: that is the price of looking at any time.
 */
export function standardErrors(time: number, { alpha, tunedFor }: SequentialTest): number {
  const twice = -2 * Math.log(alpha);
  const scaled = (time * (twice + Math.log(twice) + 1)) / tunedFor;
  return Math.sqrt(((2 * (scaled + 1)) / scaled) * Math.log(Math.sqrt(scaled + 1) / alpha));
}

/**
 * Compares the mean losses of two models whose requests were divided at random. The result may be looked at after every request: the
 * chance that any look ever misses the true improvement is `alpha`, so a decision at the first interval without zero is wrong at most
 * that often when there is no difference. The clock is the number of rows of both models, to which the precision is proportional.
 * Undefined while either model has fewer than {@link leastRequests} requests, or its losses do not vary.
 */
export function compareLosses(
  { champion, challenger }: { readonly champion: LossSums; readonly challenger: LossSums },
  test: SequentialTest,
): Improvement | undefined {
  if (Math.min(champion.requests, challenger.requests) < leastRequests) return undefined;
  const variances = [varianceOfMean(champion), varianceOfMean(challenger)];
  if (!variances.every((variance) => variance > 0)) return undefined;
  const estimate = meanLoss(champion) - meanLoss(challenger);
  const error = Math.sqrt(variances.reduce((sum, variance) => sum + variance));
  const half = error * standardErrors(champion.rows + challenger.rows, test);
  return { estimate, low: estimate - half, high: estimate + half };
}
