/**
 * A scale on which a measurement is nearly normal, so that its standard error means the same to both sides: the logit of a number between
 * 0 and 1, the logarithm of a number above 0, the logarithm of the distance from 1 of a number below 1.
 */
export interface Scale {
  to(value: number): number;
  from(scaled: number): number;
  /** Change on the scale for a small change of the value at `value`: the delta method (Casella & Berger 2002, 5.5.4). */
  slope(value: number): number;
}

const logit = (rows: number): Scale => {
  // a value of 0 or 1 would have no logit: half a row away from it there is one
  const inside = (value: number): number => Math.min(Math.max(value, 0.5 / rows), 1 - 0.5 / rows);
  return {
    to: (value) => Math.log(inside(value) / (1 - inside(value))),
    from: (scaled) => 1 / (1 + Math.exp(-scaled)),
    slope: (value) => 1 / (inside(value) * (1 - inside(value))),
  };
};
const tiny = 1e-12;
const logarithm: Scale = {
  to: (value) => Math.log(Math.max(value, tiny)),
  from: Math.exp,
  slope: (value) => 1 / Math.max(value, tiny),
};
const shortfall: Scale = {
  to: (value) => -Math.log(Math.max(1 - value, tiny)),
  from: (scaled) => 1 - Math.exp(-scaled),
  slope: (value) => 1 / Math.max(1 - value, tiny),
};
const identity: Scale = { to: (value) => value, from: (scaled) => scaled, slope: () => 1 };

/**
 * The scale of numbers in a range.
 *
 * @param range least and greatest value
 * @param rows how many rows the number is of
 */
export function scaleOf([low, high]: readonly [low: number, high: number], rows: number): Scale {
  if (low === 0 && high === 1) return logit(rows);
  if (low === 0 && high === Number.POSITIVE_INFINITY) return logarithm;
  if (low === Number.NEGATIVE_INFINITY && high === 1) return shortfall;
  return identity;
}
