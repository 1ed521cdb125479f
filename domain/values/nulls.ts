import * as z from 'zod';
import { double, text, texts } from '#domain/sql/literals';
import { blanks } from './blanks.ts';

/** Values that mean "missing": texts as written, numbers by value. */
export type NullValues = readonly (string | number)[];

const nullValue = z.union([z.string(), z.number()]);
/** `dataset.nullValues`. */
export const nullValuesSchema = z.array(nullValue);

/** Values that mean "missing" in one column. */
export const columnNullValues = z
  .array(nullValue)
  .optional()
  .meta({
    description:
      'Values that mean "missing" in this column, in place of `dataset.nullValues`. A text is compared as written, a number by its value.',
    examples: [['', 'unknown', -999]],
  });

/** SQL of a text without blanks at both ends. */
export const trimmed = (value: string): string => `trim(${value}, ${text(blanks)})`;

/**
 * SQL of a raw text with NULL in place of a null value.
 *
 * @param numberOf SQL of the number in a text, NULL when it is none
 */
export function withoutNulls(value: string, nulls: NullValues, numberOf: (value: string) => string): string {
  const words = nulls.filter((own) => typeof own === 'string');
  const numbers = nulls.filter((own) => typeof own === 'number');
  // a chain names the text once, which keeps statements over thousands of columns short
  const few = words.length <= 4 ? words : [];
  const chained = few.reduce((sql, word) => `nullif(${sql}, ${text(word)})`, value);
  const conditions = [
    ...(words.length > few.length ? [`${value} IN (${texts(words)})`] : []),
    ...(numbers.length > 0 ? [`${numberOf(value)} IN (${numbers.map(double).join(', ')})`] : []),
  ];
  return conditions.length === 0 ? chained : `CASE WHEN ${conditions.join(' OR ')} THEN NULL ELSE ${chained} END`;
}
