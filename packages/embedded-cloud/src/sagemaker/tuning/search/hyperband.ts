/** One in so many configurations survives a rung (Li et al. 2018, "Hyperband", recommend 3 or 4). */
export const REDUCTION = 3;

/** A way to spend epochs: many configurations with an early first cut, or few with a late one. */
export interface Bracket {
  /** Configurations that start in one turn of the bracket. */
  readonly configurations: number;
  /** Epochs after which the worse are stopped, ascending; the last is the most a job may use. */
  readonly rungs: readonly number[];
}

/**
 * The brackets of Hyperband (Li et al. 2018, algorithm 1), the most aggressive first: bracket s starts
 * ⌈(s_max + 1) / (s + 1) · η^s⌉ configurations and cuts after R·η^-s, R·η^-(s-1), … epochs.
 *
 * @param min fewest epochs a job gets
 * @param max most epochs a job gets, at least `min`
 */
export const brackets = (min: number, max: number): readonly Bracket[] => {
  // A power that is whole but for rounding must count.
  const deepest = Math.floor(Math.log(max / min) / Math.log(REDUCTION) + 1e-9);
  return Array.from({ length: deepest + 1 }, (_, at) => {
    const s = deepest - at;
    const rungs = Array.from({ length: s + 1 }, (_rung, k) => Math.max(min, Math.round(max / REDUCTION ** (s - k))));
    return { configurations: Math.ceil(((deepest + 1) / (s + 1)) * REDUCTION ** s), rungs };
  });
};

/** The bracket of a configuration by the order in which it started: one bracket after the other, over and over. */
export const bracketOf = (index: number, all: readonly Bracket[]): number => {
  const turn = all.reduce((sum, { configurations }) => sum + configurations, 0);
  let rest = index % turn;
  for (const [at, { configurations }] of all.entries()) {
    if (rest < configurations) return at;
    rest -= configurations;
  }
  return 0;
};

/**
 * Whether a job continues past a rung: asynchronous successive halving, where no job waits for a rung to fill (Li et al.
 * 2020, "A System for Massively Parallel Hyperparameter Tuning"). A job that is among the best third of those that came
 * so far continues, and so does any job before there are enough to compare.
 *
 * @param cost the job's objective at the rung, less is better
 * @param reached costs at that rung of the bracket's other jobs
 */
export const survives = (cost: number, reached: readonly number[]): boolean => {
  const count = reached.length + 1;
  if (count < REDUCTION) return true;
  const better = reached.filter((other) => other < cost).length;
  return better < Math.floor(count / REDUCTION);
};
