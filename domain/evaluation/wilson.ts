/**
 * Wilson's 95 % score interval of a share (Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference").
 * It is no point even for a share of 0 or 1.
 *
 * @param hits at most `count`; with sample weights both may be fractions
 */
export function wilsonInterval(hits: number, count: number): { low: number; high: number } {
  const z = 1.959963984540054;
  const share = hits / count;
  const centre = (share + (z * z) / (2 * count)) / (1 + (z * z) / count);
  const half = (z / (1 + (z * z) / count)) * Math.sqrt((share * (1 - share)) / count + (z * z) / (4 * count * count));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
