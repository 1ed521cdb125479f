/**
 * Tails of the distributions that drift tests compare with. Each is checked against SciPy on a fixed table.
 */

/** Enough steps for every series and fraction below: they end sooner at the precision of a float64. */
const maximumSteps = 10_000;
const precision = 1e-16;

/** Logarithm of the gamma function (Lanczos' approximation with g = 7 and nine terms, Godfrey 2001). @param x above 0 */
export function logGamma(x: number): number {
  const terms = [
    676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
    -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
  ];
  const t = x + 6.5;
  const sum = terms.reduce((total, term, i) => total + term / (x + i), 0.9999999999998099);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

/**
 * Probability that a chi-square variable is above `x`: the regularized upper incomplete gamma function Q(degrees / 2, x / 2), by its series
 * below the mean and by Lentz's continued fraction above it (Press et al., "Numerical Recipes", 6.2).
 *
 * @param degrees of freedom, above 0
 */
export function chiSquareTail(x: number, degrees: number): number {
  if (x <= 0) return 1;
  const [a, half] = [degrees / 2, x / 2];
  const scale = Math.exp(a * Math.log(half) - half - logGamma(a));
  return half < a + 1 ? 1 - scale * lowerSeries(a, half) : scale * upperFraction(a, half);
}

function lowerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let i = 1; i < maximumSteps && term > sum * precision; i++) {
    term *= x / (a + i);
    sum += term;
  }
  return sum;
}

function upperFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = Number.MAX_VALUE;
  let d = 1 / b;
  let fraction = d;
  for (let i = 1; i < maximumSteps; i++) {
    const numerator = -i * (i - a);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    fraction *= c * d;
    if (Math.abs(c * d - 1) < precision) break;
  }
  return fraction;
}

/** Probability that the supremum of a Brownian bridge is above `x`: the limit of Kolmogorov's and Smirnov's statistics. */
export function kolmogorovTail(x: number): number {
  // the series alternates too slowly here, and the tail is 1 to twelve digits
  if (x < 0.2) return 1;
  let sum = 0;
  for (let k = 1; k < maximumSteps; k++) {
    const term = Math.exp(-2 * (k * x) ** 2);
    sum += k % 2 === 1 ? term : -term;
    if (term <= sum * precision) break;
  }
  return Math.min(1, 2 * sum);
}

/**
 * Probability of `found` or more marked rows among `drawn` rows that are drawn without replacement: the tail of Fisher's exact test.
 *
 * @param marked rows among all
 */
export function hypergeometricTail(found: number, marked: number, drawn: number, all: number): number {
  const least = Math.max(0, marked + drawn - all);
  const most = Math.min(marked, drawn);
  if (found <= least) return 1;
  if (found > most) return 0;
  const choose = (n: number, k: number): number => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
  const mean = (marked / all) * drawn;
  let term = Math.exp(choose(marked, found) + choose(all - marked, drawn - found) - choose(all, drawn));
  let sum = term;
  for (let x = found; x < most; x++) {
    term *= ((marked - x) * (drawn - x)) / ((x + 1) * (all - marked - drawn + x + 1));
    sum += term;
    if (x > mean && term <= sum * precision) break;
  }
  return Math.min(1, sum);
}

/**
 * Fisher's exact test of two shares, two-sided as twice the smaller tail.
 *
 * @param before marked rows of `n`
 * @param now marked rows of `m`
 */
export function fisherExact(before: number, n: number, now: number, m: number): number {
  const marked = before + now;
  const more = hypergeometricTail(now, marked, m, n + m);
  const fewer = hypergeometricTail(before, marked, n, n + m);
  return Math.min(1, 2 * Math.min(more, fewer));
}
