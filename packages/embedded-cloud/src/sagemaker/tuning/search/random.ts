import type { Strategy } from '#src/sagemaker/tuning/search/search';
import { drawValues, keyOf } from '#src/sagemaker/tuning/search/space';
import { uniformSequence } from '#src/sagemaker/tuning/search/uniform';

/** Draws that may hit what was tried before, until a repetition is taken: a small space may be used up. */
const MAX_REPEATS = 50;

/** Random search: each combination is drawn by itself, on the parameters' scales. */
export const proposeRandom: Strategy = ({ space, seed, index, evaluated, pending }) => {
  const next = uniformSequence(`${seed}/random/${index}`);
  const tried = new Set([...evaluated.map(({ values }) => values), ...pending].map((values) => keyOf(space, values)));
  let values = drawValues(space, next);
  for (let repeat = 0; repeat < MAX_REPEATS && tried.has(keyOf(space, values)); repeat += 1) {
    values = drawValues(space, next);
  }
  return values;
};
