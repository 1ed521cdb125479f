import * as z from 'zod';
import { text } from '#domain/sql/literals';
import { trimmed } from './nulls.ts';

const ownNegatives = ['parentheses', 'trailing'] as const;

/** `dataset.numbers` and `numbers` of a column. */
export const numbersSchema = z
  .strictObject({
    decimal: z
      .enum(['.', ','])
      .default('.')
      .meta({ description: 'The character before the digits of a fraction.', examples: [','] }),
    thousands: z
      .enum([',', '.', ' ', "'"])
      .optional()
      .meta({
        description:
          'The character between groups of three digits. `" "` also stands for the no-break and thin spaces, `"\'"` for the typographic apostrophe. Numbers without groups are read too; wrong groups are malformed.',
        examples: ['.', ' '],
      }),
    currency: z
      .union([z.boolean(), z.array(z.string().min(1)).min(1)])
      .default(false)
      .meta({
        description:
          'Whether a currency may stand before or after the number: a sign (`€`) or a code of three capital letters (`EUR`), or only those of a list. It is removed, and amounts are not converted.',
        examples: [true, ['€', 'EUR', 'Fr.']],
      }),
    percent: z
      .boolean()
      .default(false)
      .meta({
        description:
          'Whether a percent sign may follow: `12 %` is 0.12. A value without the sign is the number itself: `12` is 12.',
        examples: [true],
      }),
    negatives: z
      .array(z.enum(ownNegatives))
      .default([])
      .meta({
        description: 'Other ways to write a negative number: `(12)` or `12-`.',
        examples: [['parentheses']],
      }),
  })
  .refine(({ decimal, thousands }) => decimal !== thousands, {
    path: ['thousands'],
    message: 'the same character as decimal: set the other one too',
  });
/** How numbers are written. */
export type Numbers = Readonly<z.output<typeof numbersSchema>>;

/** Plain numbers: `-1234.5`, `1e5`. */
export const plainNumbers: Numbers = { decimal: '.', currency: false, percent: false, negatives: [] };

const isPlain = ({ decimal, thousands, currency, percent, negatives }: Numbers): boolean =>
  decimal === '.' && thousands === undefined && currency === false && !percent && negatives.length === 0;

/**
 * SQL of a plain number; adding zero makes a negative zero zero. DuckDB's cast takes what no number has: `1_000`, `+-5`. The rest of what it takes is written in
 * docs/values.md and checked by a property: `5.`, `.5`, `+5`, `1e5` and ASCII blanks around a number are read; hex digits, other
 * scripts' digits and suffixes are not.
 */
const plainSql = (value: string): string =>
  `CASE WHEN contains(${value}, '_') OR contains(${value}, '+-') THEN NULL ELSE TRY_CAST(${value} AS DOUBLE) + 0.0::DOUBLE END`;

const groupCharacters = {
  ',': ',',
  '.': '[.]',
  ' ': '[ \\x{a0}\\x{2007}\\x{2009}\\x{202f}]',
  "'": "['\\x{2019}]",
} as const;

/** A text as a regular expression that finds only it. */
const literal = (words: string): string =>
  words.replace(/[^A-Za-z0-9 \u0080-\uffff]/g, (c) => `\\x{${c.charCodeAt(0).toString(16)}}`);

/** The regular expressions of a declared notation: the whole text, and what is removed to leave the digits. */
function notation({ decimal, thousands, currency, percent, negatives }: Numbers) {
  const group = thousands === undefined ? undefined : groupCharacters[thousands];
  const point = decimal === ',' ? ',' : '[.]';
  const whole = group === undefined ? '[0-9]+' : `(?:[0-9]{1,3}(?:${group}[0-9]{3})+|[0-9]+)`;
  const digits = `(?:${whole}(?:${point}[0-9]*)?|${point}[0-9]+)(?:[eE][-+]?[0-9]+)?`;
  const space = '[ \\x{a0}\\x{2009}\\x{202f}]?';
  const signs = Array.isArray(currency) ? currency.map(literal).join('|') : '[A-Z]{0,3}\\p{Sc}|[A-Z]{3}';
  const money = currency === false ? undefined : `(?:${signs})`;
  const minus = '[-+\\x{2212}]?';
  const unsigned = [
    digits,
    ...(money === undefined ? [] : [`${money}${space}${digits}`, `${digits}${space}${money}`]),
    ...(percent ? [`${digits}${space}%`] : []),
  ].join('|');
  const forms = [
    `${minus}(?:${unsigned})`,
    ...(money === undefined ? [] : [`${money}${space}${minus}${digits}`]),
    ...(negatives.includes('parentheses') ? [`\\((?:${unsigned})\\)`] : []),
    ...(negatives.includes('trailing') ? [`(?:${unsigned})[-\\x{2212}]`] : []),
  ];
  return { form: forms.join('|'), group, money };
}

/** SQL of the number in a text, written as declared; NULL when it is none. */
export function numberSql(value: string, numbers: Numbers = plainNumbers): string {
  if (isPlain(numbers)) return plainSql(value);
  const { form, group, money } = notation(numbers);
  const whole = trimmed(value);
  const remove = (from: string, pattern: string) => `regexp_replace(${from}, ${text(pattern)}, '', 'g')`;
  const withoutMoney = money === undefined ? whole : remove(whole, money);
  const withoutGroups = group === undefined ? withoutMoney : remove(withoutMoney, group);
  const bare = remove(withoutGroups, '[^-0-9.,eE+]');
  const dotted = numbers.decimal === ',' ? `replace(${bare}, ',', '.')` : bare;
  const amount = `(TRY_CAST(rtrim(${dotted}, '-') AS DOUBLE) + 0.0::DOUBLE)`;
  const signed = `CASE WHEN regexp_matches(${whole}, '^[^0-9]*[-\\x{2212}(]|[-\\x{2212}]$') THEN 0.0::DOUBLE - abs(${amount}) ELSE ${amount} END`;
  const scaled = numbers.percent ? `CASE WHEN contains(${whole}, '%') THEN ${signed} / 100 ELSE ${signed} END` : signed;
  return `CASE WHEN regexp_full_match(${whole}, ${text(form)}) THEN ${scaled} END`;
}

/** A number that JSON or Parquet holds as one, as the declared notation writes it: its point is no group of thousands. */
export const nativeNumberText = (plain: string, { decimal }: Numbers): string =>
  decimal === ',' ? plain.replace('.', ',') : plain;

/** SQL of `nativeNumberText`. */
export const nativeNumberSql = (plain: string, { decimal }: Numbers): string =>
  decimal === ',' ? `replace(${plain}, '.', ',')` : plain;

/** What a setting of `numbers` declares: groups, a decimal comma, a percent sign, parentheses, the signs of common currencies. */
const declarable = `.,'\u2019 \u00a0\u2007\u2009\u202f%()+\u2212$\u20ac\u00a3\u00a5`;

/**
 * SQL condition for a text that is no number, and is one without the signs that a setting of `numbers` declares. It has no regular
 * expression: there is one such condition for each column of numbers.
 */
export const hasOtherNotation = (value: string, typed: string): string =>
  `${typed} IS NULL AND TRY_CAST(rtrim(translate(${value}, ${text(declarable)}, ''), '-') AS HUGEINT) IS NOT NULL`;
