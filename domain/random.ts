/**
 * A seeded pseudo-random generator: xoshiro128** 1.1 by Blackman and Vigna (https://prng.di.unimi.it/xoshiro128starstar.c),
 * seeded by SplitMix32. Statistically sound, period 2^128 - 1, and the same on every machine.
 * Not for secrets.
 */
export interface Random {
  /** A whole number in [0, 2^32). */
  uint32(): number;
  /** A float in [0, 1) with 53 random bits. */
  float(): number;
  /** A whole number in [0, bound), without modulo bias. @throws RangeError unless bound is a whole number in [1, 2^32] */
  below(bound: number): number;
  /** A standard normal deviate (Marsaglia's polar method). */
  normal(): number;
}

const TWO_32 = 2 ** 32;
/** Up to here `uint32 * bound` is exact in a double. */
const EXACT_BOUND = 2 ** 21;

/** A deterministic generator from `seed`, any finite number (fractions are truncated). */
export function createRandom(seed: number): Random {
  if (!Number.isFinite(seed)) throw new RangeError(`a seed must be a finite number, found ${seed}`);
  const state = seededState(Math.trunc(seed));

  const uint32 = (): number => {
    const s0 = state[0] as number;
    const s1 = state[1] as number;
    const s2 = (state[2] as number) ^ s0;
    const s3 = (state[3] as number) ^ s1;
    const scaled = Math.imul(s1, 5);
    const result = Math.imul((scaled << 7) | (scaled >>> 25), 9);
    state[0] = s0 ^ s3;
    state[1] = s1 ^ s2;
    state[2] = s2 ^ (s1 << 9);
    state[3] = (s3 << 11) | (s3 >>> 21);
    return result >>> 0;
  };
  const float = (): number => ((uint32() >>> 5) * 0x4000000 + (uint32() >>> 6)) / 0x20000000000000;

  const below = (bound: number): number => {
    if (!Number.isInteger(bound) || bound < 1 || bound > TWO_32) {
      throw new RangeError(`a bound must be a whole number from 1 to 2^32, found ${bound}`);
    }
    // 53 bits over at most 2^32 values: a bias below 2^-21 of a count, and no rejection loop
    if (bound > EXACT_BOUND) return Math.floor(float() * bound);
    // Lemire 2019, "Fast Random Integer Generation in an Interval"
    let product = uint32() * bound;
    let high = Math.floor(product / TWO_32);
    if (product - high * TWO_32 < bound) {
      const rejectBelow = TWO_32 % bound;
      while (product - high * TWO_32 < rejectBelow) {
        product = uint32() * bound;
        high = Math.floor(product / TWO_32);
      }
    }
    return high;
  };

  const normal = (): number => {
    for (;;) {
      const u = 2 * float() - 1;
      const v = 2 * float() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
    }
  };
  return { uint32, float, below, normal };
}

/** SplitMix32 over the seed's low and high words; never all zero, which xoshiro cannot leave. */
function seededState(seed: number): Int32Array {
  let word = (seed ^ Math.imul(Math.floor(seed / TWO_32), 0x85ebca6b)) | 0;
  const next = (): number => {
    word = (word + 0x9e3779b9) | 0;
    let mixed = word ^ (word >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  };
  return Int32Array.of(next(), next(), next(), next() | 1);
}
