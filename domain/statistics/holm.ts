/**
 * Which of several hypotheses are rejected so that the chance of any false rejection is at most `rate`, however they depend on each other
 * (Holm 1979, "A Simple Sequentially Rejective Multiple Test Procedure").
 */
export function holm(probabilities: readonly number[], rate: number): boolean[] {
  const order = [...probabilities.keys()].toSorted(
    (a, b) => (probabilities[a] as number) - (probabilities[b] as number),
  );
  const first = order.findIndex((at, i) => (probabilities[at] as number) > rate / (order.length - i));
  const rejected = new Set(first < 0 ? order : order.slice(0, first));
  return probabilities.map((_, at) => rejected.has(at));
}
