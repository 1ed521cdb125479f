import * as z from 'zod';
import { texts } from '#domain/sql/literals';
import { canonicalSql } from './canonical.ts';

/** How true and false are spelt. */
export interface Booleans {
  readonly true: readonly string[];
  readonly false: readonly string[];
}

/** The spellings where a column declares none. */
export const defaultBooleans: Booleans = {
  true: ['true', 't', 'yes', 'y', 'on', '1'],
  false: ['false', 'f', 'no', 'n', 'off', '0'],
};

const spellings = z.array(z.union([z.string(), z.number(), z.boolean()]).transform(String)).min(1);
export const booleanSettings = {
  true: spellings.optional().meta({
    description:
      'The texts that mean true, in upper or lower case. Without it: `true`, `t`, `yes`, `y`, `on` and `1`. The word `true` always counts.',
    examples: [['ja', 'j']],
  }),
  false: spellings.optional().meta({
    description:
      'The texts that mean false, in upper or lower case. Without it: `false`, `f`, `no`, `n`, `off` and `0`. The word `false` always counts.',
    examples: [['nein', 'n']],
  }),
};

/** The spellings as they are compared: lower case, `1.0` as `1`. */
const compared = (words: readonly string[]): string[] =>
  words.map((word) =>
    word
      .normalize('NFC')
      .toLowerCase()
      .replace(/^(-?(?:0|[1-9]\d*))\.0+$/, '$1'),
  );

/** The spellings of a column, over the defaults. */
export const booleansOf = (own: {
  readonly true?: readonly string[];
  readonly false?: readonly string[];
}): Booleans => ({
  true: compared(own.true === undefined ? defaultBooleans.true : [...own.true, 'true']),
  false: compared(own.false === undefined ? defaultBooleans.false : [...own.false, 'false']),
});

/** A spelling that means both true and false. */
export const ambiguousSpelling = (booleans: Booleans): string | undefined =>
  booleans.true.find((word) => booleans.false.includes(word));

/** SQL of the BOOLEAN in a composed text; NULL when it is none. */
export function booleanSql(value: string, booleans: Booleans = defaultBooleans): string {
  const word = (spelt: string) =>
    `WHEN ${spelt} IN (${texts(booleans.true)}) THEN true WHEN ${spelt} IN (${texts(booleans.false)}) THEN false`;
  return `CASE ${word(value)} ${word(`lower(${canonicalSql(value)})`)} END`;
}
