/** Smallest and largest probability that log-loss sees: float64's machine epsilon, as in scikit-learn ≥ 1.5. */
export const clipProbability = (p: number): number => Math.min(Math.max(p, Number.EPSILON), 1 - Number.EPSILON);

/** The most probable class of each row of an n × k probability matrix; the first of equals (`numpy.argmax`). */
export function predictClasses(scores: Float64Array, classes: number): Uint16Array {
  const predicted = new Uint16Array(scores.length / classes);
  for (let row = 0; row < predicted.length; row++) {
    let best = 0;
    for (let index = 1; index < classes; index++) {
      if ((scores[row * classes + index] as number) > (scores[row * classes + best] as number)) best = index;
    }
    predicted[row] = best;
  }
  return predicted;
}
