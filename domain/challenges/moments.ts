/** Mean and spread of numbers that are added one by one (Welford 1962). */
export interface Moments {
  readonly count: number;
  readonly mean: number;
  /** The sum of squared distances from the mean. */
  readonly squares: number;
}

export const noMoments: Moments = { count: 0, mean: 0, squares: 0 };

/** Adds a number. */
export function addNumber({ count, mean, squares }: Moments, value: number): Moments {
  const distance = value - mean;
  const next = mean + distance / (count + 1);
  return { count: count + 1, mean: next, squares: squares + distance * (value - next) };
}

/** The standard deviation of the numbers themselves (divided by their number); 0 for none. */
export const deviationOf = ({ count, squares }: Moments): number => (count === 0 ? 0 : Math.sqrt(squares / count));
