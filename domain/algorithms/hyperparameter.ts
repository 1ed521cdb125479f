import * as z from 'zod';

/** A hyperparameter's value in the YAML. The container receives it as text. */
export type Scalar = string | number | boolean;

/** The allowed range. `above` and `below` exclude the bound. */
export interface Bounds {
  readonly from?: number;
  readonly above?: number;
  readonly to?: number;
  readonly below?: number;
}

/** The range that a tuning may search. */
export interface SearchSpace {
  readonly type: 'integer' | 'continuous';
  readonly bounds: Bounds;
}

/** One hyperparameter of an algorithm: its allowed fixed values and its tuning range. */
export interface Hyperparameter {
  readonly schema: z.ZodType<Scalar>;
  /** Absent where the algorithm's guide does not list it as tunable. */
  readonly search?: SearchSpace;
}

/** The range of `bounds` in words: `above 0 to 1`. */
export function boundsText({ from, above, to, below }: Bounds): string {
  const end = to === undefined ? (below === undefined ? '' : ` to below ${below}`) : ` to ${to}`;
  if (above !== undefined) return `above ${above}${end}`;
  if (from === undefined) return end === '' ? 'any number' : `any number${end}`;
  return end === '' ? `at least ${from}` : `from ${from}${end}`;
}

/** Whether a number is within `bounds`. */
export const isWithin = (n: number, { from, above, to, below }: Bounds): boolean =>
  (from === undefined || n >= from) &&
  (above === undefined || n > above) &&
  (to === undefined || n <= to) &&
  (below === undefined || n < below);

/** All bounds in one check: each method of zod copies the schema, and a cold start makes the schemas of all hyperparameters. */
const bounded = (number: z.ZodNumber, { from, above, to, below }: Bounds): z.ZodNumber =>
  number.check(
    ...(from === undefined ? [] : [z.gte(from)]),
    ...(above === undefined ? [] : [z.gt(above)]),
    ...(to === undefined ? [] : [z.lte(to)]),
    ...(below === undefined ? [] : [z.lt(below)]),
  );

/** Reads `"0.1"` as 0.1: containers treat both the same. */
const asNumber = (value: unknown): unknown =>
  typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value;
const asBoolean = (value: unknown): unknown => (value === 'true' ? true : value === 'false' ? false : value);
const asText = (value: unknown): unknown =>
  typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;

/** What a hyperparameter does, in words, and a value that shows it. */
const shown = (description: string, example: Scalar) => ({ description, examples: [example] });

/** A number with a fraction. */
export const real = (description: string, bounds: Bounds, example: number): Hyperparameter => ({
  schema: z.preprocess(asNumber, bounded(z.number(), bounds)).meta(shown(description, example)),
});

/** A whole number. */
export const integer = (description: string, bounds: Bounds, example: number): Hyperparameter => ({
  schema: z.preprocess(asNumber, bounded(z.int(), bounds)).meta(shown(description, example)),
});

/** A number with a fraction that a tuning may search, within the same bounds. */
export const tunableReal = (description: string, bounds: Bounds, example: number): Hyperparameter => ({
  ...real(description, bounds, example),
  search: { type: 'continuous', bounds },
});

/** A whole number that a tuning may search, within the same bounds. */
export const tunableInteger = (description: string, bounds: Bounds, example: number): Hyperparameter => ({
  ...integer(description, bounds, example),
  search: { type: 'integer', bounds },
});

type Words = readonly [string, ...string[]];

/** One of some words; `example` is one of them, else the first is shown. */
export const choice = (description: string, words: Words, example: string = words[0]): Hyperparameter => ({
  schema: z.enum(words).meta(shown(description, example)),
});

/** true or false. */
export const flag = (description: string): Hyperparameter => ({
  schema: z.preprocess(asBoolean, z.boolean()).meta(shown(description, true)),
});

/** A text that the container alone understands. */
export const text = (description: string, example: string): Hyperparameter => ({
  schema: z.preprocess(asText, z.string().min(1)).meta(shown(description, example)),
});

/**
 * Comma-separated words.
 *
 * @param problem returns the problem of a word, or undefined
 */
export const words = (
  description: string,
  problem: (word: string) => string | undefined,
  example: string,
): Hyperparameter => ({
  schema: z
    .string()
    .superRefine((list, ctx) => {
      for (const word of list.replace(/^\[|\]$/g, '').split(',')) {
        const message = word.trim() === '' ? undefined : problem(word.trim());
        if (message !== undefined) ctx.addIssue({ code: 'custom', message });
      }
    })
    .meta(shown(description, example)),
});
