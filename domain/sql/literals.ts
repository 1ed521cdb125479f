/** Stands for the empty name, which SQL does not have. No other column has control characters in its name. */
const noName = '\u0001';

/** A column or table name as an SQL identifier. */
export const ident = (name: string): string => `"${name === '' ? noName : name.replaceAll('"', '""')}"`;

/** A text as an SQL literal. */
export const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/**
 * A number as an SQL DOUBLE, bit for bit: JavaScript prints the shortest text that reads back as the same float64
 * (a negative zero as zero).
 *
 * @throws RangeError when it is not finite.
 */
export function double(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`not a finite number: ${value}`);
  return `CAST('${value}' AS DOUBLE)`;
}

/** A list of SQL texts, as `'a', 'b'`. */
export const texts = (values: readonly string[]): string => values.map(text).join(', ');
