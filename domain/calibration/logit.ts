/** The log-odds of a score, which is cut to [1e-6, 1 - 1e-6]. */
export const logit = (score: number): number => {
  const p = Math.min(Math.max(score, 1e-6), 1 - 1e-6);
  return Math.log(p / (1 - p));
};
