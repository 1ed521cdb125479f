/** A row that is not data; names its place and no value. */
export class BadRow extends Error {
  override readonly name = 'BadRow';
  readonly kind: 'number' | 'width';
  constructor(kind: 'number' | 'width', message: string) {
    super(message);
    this.kind = kind;
  }
}

/**
 * Rows of numbers; an empty field is 0.
 * @param width fields of a row, where it is known
 * @throws BadRow
 */
export const parseRows = (text: string, width?: number): number[][] =>
  text
    .trim()
    .split('\n')
    .map((line, row) => {
      const fields = line.split(',').map((field, column) => {
        const value = Number(field);
        if (Number.isNaN(value)) throw new BadRow('number', `row ${row + 1}, column ${column + 1} is not a number`);
        return value;
      });
      if (width !== undefined && fields.length !== width) {
        throw new BadRow('width', `row ${row + 1} has ${fields.length} columns, the model takes ${width}`);
      }
      return fields;
    });
