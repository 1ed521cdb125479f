import * as z from 'zod';
import { formatNumber } from '#domain/text/format-number';

/** A share from 0 to 1 in a pipeline's file. */
export const shareSchema = z.number().min(0).max(1);

/** `tolerate`: the share of the values that may break a constraint. */
export const tolerateSchema = shareSchema.default(0).meta({
  description: 'The share of the values that may break it. Rows without a value are not counted.',
  examples: [0.001],
});

/** A share as a percentage. It never reads as the bound that it is compared with. */
export const percent = (share: number, apartFrom?: number): string =>
  `${formatNumber(share * 100, apartFrom === undefined ? {} : { apartFrom: apartFrom * 100 })} %`;

/** A share of some rows; 0 of none. */
export const shareOf = (part: number, rows: number): number => (rows === 0 ? 0 : part / rows);

/** ` (0.1 % tolerated)` for a title; nothing where nothing is tolerated. */
export const toleranceText = (tolerate: number): string => (tolerate === 0 ? '' : ` (${percent(tolerate)} tolerated)`);

/** `at most 0.1 %`, or `none`. */
export const toleratedText = (tolerate: number): string => (tolerate === 0 ? 'none' : `at most ${percent(tolerate)}`);

/** Three standard errors of a share of n rows; for a share of 0, the bound of the "rule of three" (Hanley & Lippman-Hand 1983). */
export const slackOf = (share: number, rows: number): number =>
  rows === 0 ? 1 : Math.max(3 * Math.sqrt((share * (1 - share)) / rows), 3 / rows);

/** A number rounded up, or down, to two significant digits. */
export function roundedOut(value: number, direction: 'up' | 'down'): number {
  if (value === 0) return 0;
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 1);
  const steps = direction === 'up' ? Math.ceil(value / unit) : Math.floor(value / unit);
  // toPrecision removes what floating point adds: 3 * 0.1 is 0.30000000000000004
  const rounded = Number((steps * unit).toPrecision(2));
  const isOutside = direction === 'up' ? rounded >= value : rounded <= value;
  return isOutside ? rounded : Number(((steps + (direction === 'up' ? 1 : -1)) * unit).toPrecision(2));
}

/** A suggested maximum of a share: what was measured and some slack, rounded up. */
export const suggestedMax = (share: number, rows: number): number =>
  Math.min(1, Math.max(0.001, roundedOut(share + slackOf(share, rows), 'up')));
