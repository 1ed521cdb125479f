/**
 * Quantile of the standard normal distribution by Wichura's algorithm AS 241 (Applied Statistics 37, 1988, PPND7:
 * about seven digits).
 *
 * @param p in (0, 1)
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (
      (q * horner(r, [3.3871327179, 5.0434271938e1, 1.5929113202e2, 5.910937472e1])) /
      horner(r, [1, 1.7895169469e1, 7.8757757664e1, 6.71875636e1])
    );
  }
  const r = Math.sqrt(-Math.log(Math.min(p, 1 - p)));
  const tail =
    r <= 5
      ? horner(r - 1.6, [1.4234372777, 2.75681539, 1.3067284816, 1.7023821103e-1]) /
        horner(r - 1.6, [1, 7.370016425e-1, 1.2021132975e-1])
      : horner(r - 5, [6.657905115, 3.081226386, 4.2868294337e-1, 1.7337203997e-2]) /
        horner(r - 5, [1, 2.4197894225e-1, 1.2258202635e-2]);
  return q < 0 ? -tail : tail;
}

const horner = (x: number, coefficients: readonly number[]): number =>
  coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);

/**
 * Quantile of the chi-square distribution by the Wilson-Hilferty cube (1931), within 3 % in the upper tail (5 % at one degree).
 *
 * @param p in (0, 1)
 * @param degrees of freedom, at least 1
 */
export function chiSquareQuantile(p: number, degrees: number): number {
  const spread = 2 / (9 * degrees);
  return degrees * (1 - spread + normalQuantile(p) * Math.sqrt(spread)) ** 3;
}
