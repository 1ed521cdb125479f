import { parseRecord } from '#domain/data/csv-fields';
import type { LocatedColumns } from '#domain/data/header';
import type { DatasetSettings } from '#domain/data/settings';
import type { Problem } from '#domain/data/typing';

type Dataset = DatasetSettings;

/** Why a record that swallowed other rows is malformed. */
export const swallowed = 'a quote that takes in the rows after it';

const number = /^ *[-+]?[0-9]*[.]?[0-9]+(?:[eE][-+]?[0-9]+)? *$/;

/** Whether a text may be a label. */
function labelTest({ label, csv }: Dataset): (text: string) => boolean {
  const { positive, negative, classes } = label;
  const named = [positive, negative, classes].flat().filter((v) => v !== undefined && typeof v !== 'object');
  const isOpen = classes === undefined && negative === undefined && named.some((v) => typeof v === 'string');
  const texts = new Set(named.map(String));
  return (text) => isOpen || number.test(text) || texts.has(csv.trim ? text.trim() : text);
}

/**
 * Finds a whole row of the file on one line within a value: a row's number of delimiters, and a label in the label's position.
 * An unclosed quote swallows such lines. An ordinary text with line breaks has none.
 */
export function rowWithin(columns: LocatedColumns, dataset: Dataset): (value: string) => boolean {
  const at = columns.indexOf(dataset.label.column);
  const isLabel = labelTest(dataset);
  return (value) =>
    value
      .split(/\r\n|\r|\n/)
      .slice(1)
      .some((line) => {
        const fields = line.split(dataset.csv.delimiter);
        return fields.length === columns.length && isLabel(fields[at] ?? '');
      });
}

/** The problem of a record over several lines that swallowed rows; undefined when it has a text with line breaks. */
export function swallowedRows(columns: LocatedColumns, dataset: Dataset): (record: Uint8Array) => Problem | undefined {
  const holdsRow = rowWithin(columns, dataset);
  return (record) => {
    const at = parseRecord(Buffer.from(record).toString(), dataset.csv).fields.findIndex(holdsRow);
    return at < 0 ? undefined : { column: columns[at] ?? null, reason: swallowed };
  };
}
