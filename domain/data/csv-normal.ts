import { canonicalQuote } from '#domain/data/csv-dialect';
import { type CsvSigns, parseRecord, writeRecord } from '#domain/data/csv-fields';
import type { CsvRow } from '#domain/data/csv-records';

/**
 * Gives the bytes of a row as RFC 4180 writes it. Nearly all rows are in that form already.
 *
 * @returns the bytes of the row itself, or new ones
 */
export function normalRow(csv: CsvSigns): (row: Pick<CsvRow, 'bytes' | 'irregular'>) => Uint8Array {
  const quote = canonicalQuote(csv);
  const quoteByte = quote.charCodeAt(0);
  return ({ bytes, irregular }) => {
    if (!irregular && !(csv.quote === 'none' && bytes.includes(quoteByte))) return bytes;
    const { fields } = parseRecord(Buffer.from(bytes).toString(), csv);
    return Buffer.from(writeRecord(fields, csv.delimiter, quote));
  };
}
