/** Tick positions of an axis and their labels, with as many decimals as the step needs. */
export interface Ticks {
  readonly values: readonly number[];
  readonly labels: readonly string[];
}

/**
 * Round numbers within [low, high], about `count` of them: the step is 1, 2, 2.5 or 5 times a power of ten (after
 * Heckbert, "Nice Numbers for Graph Labels", Graphics Gems 1990).
 */
export function niceTicks(low: number, high: number, count = 5): Ticks {
  const rough = (high - low) / count;
  if (!(rough > 0)) return { values: [low], labels: [label(low, 0)] };
  const exponent = Math.floor(Math.log10(rough));
  const factor = [1, 2, 2.5, 5].find((candidate) => candidate * 10 ** exponent >= rough * 0.999) ?? 10;
  const step = factor * 10 ** exponent;
  const decimals = Math.max(0, (factor === 2.5 ? 1 : factor === 10 ? -1 : 0) - exponent);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  // whole multiples, so that no rounding error adds up and zero is zero
  const values = Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  return { values, labels: values.map((value) => label(value, decimals)) };
}

const suffixes: readonly (readonly [number, string])[] = [
  [1e9, 'G'],
  [1e6, 'M'],
  [1e4, 'k'],
];

function label(value: number, decimals: number): string {
  const magnitude = Math.abs(value);
  const sign = value < 0 ? '−' : '';
  const [limit, suffix] = suffixes.find(([from]) => magnitude >= from) ?? [1, ''];
  const unit = suffix === 'k' ? 1e3 : limit;
  const text = (magnitude / unit).toLocaleString('en-US', {
    minimumFractionDigits: suffix === '' ? decimals : 0,
    maximumFractionDigits: suffix === '' ? decimals : 3,
  });
  return `${sign}${text}${suffix}`;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const timeSteps = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[1, 2, 5, 7, 14, 30, 91, 182].map((n) => n * day),
];

/**
 * Round instants within [low, high], milliseconds since 1970, at most `count` of them: times of the day (UTC) for short spans, else dates.
 */
export function timeTicks(low: number, high: number, count = 6): Ticks {
  const enough = (step: number): boolean => Math.floor(high / step) - Math.ceil(low / step) < count;
  const step = timeSteps.find(enough) ?? Math.ceil((high - low) / count / day) * day;
  const first = Math.ceil(low / step);
  const values = Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step);
  const text = (at: number): string => new Date(at).toISOString();
  return { values, labels: values.map((at) => (step < day ? text(at).slice(11, 16) : text(at).slice(0, 10))) };
}
