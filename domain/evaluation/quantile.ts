/**
 * The `q`-quantile of ascending `sorted` values, linear between neighbours: definition 7 of Hyndman and Fan (1996),
 * the default of `numpy.quantile`.
 *
 * @throws RangeError when there are no values
 */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  if (sorted.length === 0) throw new RangeError('a quantile needs at least one value');
  const position = q * (sorted.length - 1);
  const lower = Math.min(Math.max(Math.floor(position), 0), sorted.length - 1);
  const upper = Math.min(lower + 1, sorted.length - 1);
  const low = sorted[lower] as number;
  return low + (position - lower) * ((sorted[upper] as number) - low);
}
