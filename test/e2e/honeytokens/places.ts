/** A loan book in memory. */
export interface Book {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Where a drop or a request carries text. */
export const PLACES = [
  'header',
  'value',
  'id',
  'quoted',
  'feature',
  'label',
  'file',
  'folder',
  'key',
  'nested',
  'undeclared',
  'redacted',
  'leaked',
  'request key',
  'request value',
] as const;
export type Place = (typeof PLACES)[number];

/** The honeytoken of a place: letters alone, so that it could be a name. */
export const token = (place: Place): string => `zyq${place.replaceAll(' ', '')}honey`;

/** Columns that hold something personal, and the place that each stands for. */
const personal: Readonly<Record<string, Place>> = {
  loan_id: 'id',
  full_name: 'quoted',
  email: 'value',
  phone: 'value',
  national_id: 'value',
  street: 'value',
};

function planted(column: string, value: string, row: number): string {
  const place = personal[column];
  if (place === undefined) return value;
  if (place === 'quoted') return `"${token(place)}, ""${token(place)}"""`;
  return `${token(place)}${column === 'email' ? '@x.example' : ''}${row}`;
}

/**
 * The first rows of a book with honeytokens in every personal column.
 *
 * @param column one more column, and the text that all of its values become
 */
export const plant = ({ header, rows }: Book, count: number, column?: string, text = ''): string[][] =>
  rows
    .slice(0, count)
    .map((row, i) => row.map((value, j) => (header[j] === column ? text : planted(header[j] ?? '', value, i))));
