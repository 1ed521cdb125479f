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
