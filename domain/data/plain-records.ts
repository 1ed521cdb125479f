import type { CsvDialect } from '#domain/data/csv-dialect';
import { CR, LF, none } from '#domain/data/line-bytes';

/** What a byte ends, and a byte that needs the rules of quotes, escapes and line breaks. */
const [endOfField, endOfLine, unusual] = [1, 2, 3];

/** Reads records of a single line without quotes and escapes, which nearly all are, in a loop of its own. */
export interface PlainRecords {
  /** @returns the position of the record's line feed; -1 when it is no such record */
  endOf(bytes: Uint8Array, from: number): number;
  /** The number of fields of the last such record. */
  fields(): number;
}

export function plainRecords({
  delimiter = none,
  quote = none,
  escape: escapeByte = none,
  comment = none,
}: CsvDialect): PlainRecords {
  // what a byte may mean: nothing, the end of a field, the end of a record, or more than such a record has
  const meaning = new Uint8Array(256);
  for (const byte of [quote, escapeByte, CR]) if (byte !== none) meaning[byte] = unusual;
  if (delimiter !== none) meaning[delimiter] = endOfField;
  meaning[LF] = endOfLine;
  let fields = 0;
  return {
    endOf(bytes, from) {
      if (bytes[from] === comment) return -1;
      const { length } = bytes;
      let found = 1;
      for (let i = from; i < length; i++) {
        const means = meaning[bytes[i] as number];
        if (means === 0) continue;
        if (means === endOfField) found++;
        else if (means === endOfLine) {
          fields = found;
          return i;
        } else return -1;
      }
      return -1;
    },
    fields: () => fields,
  };
}
