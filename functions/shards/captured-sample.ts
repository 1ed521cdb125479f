import type { RowSample } from '#domain/drift/windows/row-sample';
import { EvaluationError } from '#domain/errors';
import type { CapturedSample } from '#schemas/records/capture-counts';

/** A sample as it is stored: 64-bit floats, little-endian. */
export function packSample({ below, rows }: RowSample): CapturedSample {
  const numbers = rows.flatMap(({ priority, inputs, scores }) => [priority, ...inputs, ...scores]);
  const bytes = Buffer.alloc(8 * numbers.length);
  numbers.forEach((number, i) => {
    bytes.writeDoubleLE(number, 8 * i);
  });
  return { version: 1, below, rows: rows.length, numbers: bytes.toString('base64') };
}

/**
 * @param width model inputs per row
 * @param perRow scores per row
 * @throws EvaluationError when the sample is of another model
 */
export function unpackSample({ below, rows, numbers }: CapturedSample, width: number, perRow: number): RowSample {
  const bytes = Buffer.from(numbers, 'base64');
  const each = 1 + width + perRow;
  if (bytes.length !== 8 * rows * each) {
    throw new EvaluationError(`a sample of ${rows} rows has ${bytes.length} bytes, not ${8 * rows * each}`);
  }
  const read = (from: number, length: number): Float64Array =>
    Float64Array.from({ length }, (_, i) => bytes.readDoubleLE(8 * (from + i)));
  return {
    below,
    rows: Array.from({ length: rows }, (_, row) => ({
      priority: bytes.readDoubleLE(8 * row * each),
      inputs: read(row * each + 1, width),
      scores: read(row * each + 1 + width, perRow),
    })),
  };
}
