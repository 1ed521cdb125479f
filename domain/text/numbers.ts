const group = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

const odd = (n: number): string | undefined => {
  if (Number.isNaN(n)) return 'n/a';
  if (n === Number.POSITIVE_INFINITY) return '∞';
  return n === Number.NEGATIVE_INFINITY ? '-∞' : undefined;
};

/** A count: `2,000,000`. */
export const count = (n: number): string => odd(n) ?? group.format(n);

/** A noun in the plural: `rows`, `replies`. */
const plural = (noun: string): string => (/[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`);

/** A count with its noun: `1 object`, `3 objects`, `2 replies`. */
export const counted = (n: number, noun: string): string => `${count(n)} ${n === 1 ? noun : plural(noun)}`;

/** A metric or a bound: four decimals below 1, four digits above, no trailing zeros: `0.8123`, `12.34`, `48,210`. */
export function decimal(n: number): string {
  const special = odd(n);
  if (special !== undefined) return special;
  const size = Math.abs(n);
  if (size >= 1000) return group.format(n);
  if (size > 0 && size < 0.0001) return n.toExponential(1);
  return String(Number(size < 1 ? n.toFixed(4) : n.toPrecision(4)));
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** A size in powers of 1000: `196 MB`, `1.5 GB`. */
export function bytes(n: number): string {
  const special = odd(n);
  if (special !== undefined) return special;
  let value = n;
  let unit = 0;
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 10 && unit > 0 ? Number(value.toFixed(1)) : Math.round(value)} ${byteUnits[unit]}`;
}

/** A duration: `840 ms`, `5.2 s`, `4 min 12 s`, `2 h 5 min`. */
export function duration(milliseconds: number): string {
  const special = odd(milliseconds);
  if (special !== undefined) return special;
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 10) return `${Number((milliseconds / 1000).toFixed(1))} s`;
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const rest = minutes % 60;
  return rest === 0 ? `${count(Math.floor(minutes / 60))} h` : `${count(Math.floor(minutes / 60))} h ${rest} min`;
}
