import * as z from 'zod';

/** A class in an answer: the value of the label column, or, for a class that is no single value, null and what it is. */
export const classAnswerSchema = z.union([
  z.object({ label: z.string() }).describe('a value of the label column'),
  z.object({ label: z.null(), noneOf: z.array(z.string()) }).describe('any value but these'),
  z.object({ label: z.null(), above: z.number() }).describe('a number above this'),
  z.object({ label: z.null(), atMost: z.number() }).describe('a number up to this'),
]);
export type ClassAnswer = Readonly<z.output<typeof classAnswerSchema>>;
