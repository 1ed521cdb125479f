import { createHash } from 'node:crypto';

/** On which of a rule's occasions its fault is injected, counted from 1. Without any member: on all. */
export interface When {
  /** These and no others. */
  readonly nth?: readonly number[] | undefined;
  /** Every so many, counted from `from`. */
  readonly every?: number | undefined;
  /** Each by chance, 0 to 1. */
  readonly rate?: number | undefined;
  /** The first and the last occasion that count. */
  readonly from?: number | undefined;
  readonly until?: number | undefined;
  /** How often at most. */
  readonly times?: number | undefined;
}

/** A `When` as text: `every 5th from 3, at most 2 times`. */
export function whenText({ nth, every, rate, from, until, times }: When): string {
  const which =
    nth !== undefined
      ? `occasion ${nth.join(', ')}`
      : every !== undefined
        ? `one in ${every}`
        : rate !== undefined
          ? `${+(rate * 100).toFixed(3)} % by chance`
          : 'always';
  const window =
    from !== undefined && until !== undefined
      ? ` from ${from} until ${until}`
      : from !== undefined
        ? ` from ${from}`
        : until !== undefined
          ? ` until ${until}`
          : '';
  return `${which}${window}${times === undefined ? '' : `, at most ${times}×`}`;
}

/**
 * A number in [0, 1) that follows from the seed, the rule and the occasion alone, so that chance falls the same way in every
 * run however the occasions of other rules come in between.
 */
export function chanceOf(seed: number, rule: string, occasion: number): number {
  const digest = createHash('sha256').update(`${seed}\n${rule}\n${occasion}`).digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}

/**
 * Whether a fault is due on an occasion.
 * @param occasion counted from 1
 * @param fired how often it was injected before
 * @param chance see `chanceOf`
 */
export function isDue(when: When, occasion: number, fired: number, chance: number): boolean {
  const { nth, every, rate, from = 1, until = Number.POSITIVE_INFINITY, times = Number.POSITIVE_INFINITY } = when;
  if (occasion < from || occasion > until || fired >= times) return false;
  if (nth !== undefined) return nth.includes(occasion);
  if (every !== undefined) return (occasion - from + 1) % every === 0;
  return rate === undefined || chance < rate;
}
