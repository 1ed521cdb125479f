const MULTIPLIER = 0x5deece66dn;
const MASK = (1n << 48n) - 1n;
const LONG = 2n ** 63n;

/** A double as Java casts it to a long: saturating. */
const toLong = (value: number): bigint => {
  const whole = BigInt(value);
  return whole >= LONG ? LONG - 1n : whole < -LONG ? -LONG : whole;
};

/**
 * The first `nextDouble()` of Java's `java.util.Random` (its documentation gives the generator), which is what AWS
 * answers to `$random(seed)`: 0.7275636800328681 for 42.
 * @param seed a whole number
 */
export function javaRandom(seed: number): number {
  let state = (toLong(seed) ^ MULTIPLIER) & MASK;
  const next = (bits: bigint): bigint => {
    state = (state * MULTIPLIER + 0xbn) & MASK;
    return state >> (48n - bits);
  };
  return Number((next(26n) << 27n) + next(27n)) * 2 ** -53;
}
