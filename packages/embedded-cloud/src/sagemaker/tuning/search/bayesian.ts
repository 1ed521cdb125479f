import { type Belief, fitGaussianProcess } from '#src/sagemaker/tuning/search/gaussian-process';
import { proposeRandom } from '#src/sagemaker/tuning/search/random';
import type { Evaluated, Strategy } from '#src/sagemaker/tuning/search/search';
import {
  drawValues,
  encode,
  keyOf,
  type Space,
  unitsOf,
  type Values,
  valuesAt,
} from '#src/sagemaker/tuning/search/space';
import { uniformSequence } from '#src/sagemaker/tuning/search/uniform';

/** Combinations drawn at random before the Gaussian process is used: one more than there are parameters, within these bounds. */
const FEWEST_INITIAL = 3;
const MOST_INITIAL = 10;
/** Fitting takes the cube of this many steps; of a longer history the best and the newest remain. */
const MOST_OBSERVATIONS = 120;
const RANDOM_CANDIDATES = 600;
const NEAR_CANDIDATES = 400;
/** Steps away from the best combination, in units of a parameter's range. */
const NEAR_STEPS = [0.3, 0.1, 0.03, 0.01];

/** Density of the standard normal distribution. */
const density = (z: number): number => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);

/** Distribution function of the standard normal, to 7.5e-8 (Abramowitz & Stegun 1964, 26.2.17). */
const distribution = (z: number): number => {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail =
    density(z) * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z >= 0 ? 1 - tail : tail;
};

/** How much less than `best` a point's cost is expected to be, counting only when it is less (Jones et al. 1998). */
export const expectedImprovement = ({ mean, deviation }: Belief, best: number): number => {
  if (deviation === 0) return Math.max(0, best - mean);
  const z = (best - mean) / deviation;
  return Math.max(0, (best - mean) * distribution(z) + deviation * density(z));
};

const shorten = (evaluated: readonly Evaluated[]): readonly Evaluated[] => {
  if (evaluated.length <= MOST_OBSERVATIONS) return evaluated;
  const best = evaluated.toSorted((a, b) => a.cost - b.cost).slice(0, MOST_OBSERVATIONS / 2);
  const newest = evaluated.filter((one) => !best.includes(one)).slice(-MOST_OBSERVATIONS / 2);
  return [...best, ...newest];
};

function* candidates(space: Space, best: Values, next: () => number): Generator<Values> {
  for (let i = 0; i < RANDOM_CANDIDATES; i += 1) yield drawValues(space, next);
  const centre = unitsOf(space, best);
  for (let i = 0; i < NEAR_CANDIDATES; i += 1) {
    const step = NEAR_STEPS[i % NEAR_STEPS.length] ?? 0;
    const moved = centre.map((unit) => Math.min(1, Math.max(0, unit + step * (2 * next() - 1))));
    // Now and then a category changes, which no small step does.
    yield valuesAt(
      space,
      moved.map((unit, at) => (space[at]?.kind === 'categorical' && next() < 0.2 ? next() : unit)),
    );
  }
}

/**
 * Bayesian optimisation: after a few random combinations a Gaussian process over all that was seen, and of a thousand
 * candidates the one with the highest expected improvement.
 */
export const proposeBayesian: Strategy = (state) => {
  const { space, seed, index, evaluated, pending } = state;
  const initial = Math.min(MOST_INITIAL, Math.max(FEWEST_INITIAL, space.length + 1));
  const [first, ...others] = evaluated;
  if (first === undefined || evaluated.length < initial) return proposeRandom(state);
  const best = others.reduce((least, one) => (one.cost < least.cost ? one : least), first);
  const kept = shorten(evaluated);
  const process = fitGaussianProcess(
    kept.map(({ values }) => encode(space, values)),
    kept.map(({ cost }) => cost),
    pending.map((values) => encode(space, values)),
  );
  const seen = new Set([...evaluated.map(({ values }) => values), ...pending].map((values) => keyOf(space, values)));
  let proposal: Values | undefined;
  let highest = Number.NEGATIVE_INFINITY;
  for (const values of candidates(space, best.values, uniformSequence(`${seed}/bayesian/${index}`))) {
    const key = keyOf(space, values);
    if (seen.has(key)) continue;
    seen.add(key);
    const improvement = expectedImprovement(process.predict(encode(space, values)), best.cost);
    if (improvement > highest) [highest, proposal] = [improvement, values];
  }
  return proposal ?? proposeRandom(state);
};
