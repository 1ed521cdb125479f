import { csvSigns, parseRecord } from '#domain/data/csv-fields';
import type { LocatedColumns } from '#domain/data/header';
import { namedLabels } from '#domain/data/label-settings';
import type { DatasetSettings } from '#domain/data/settings';
import type { Problem } from '#domain/data/typing';
import { datasetReading } from '#domain/data/value-settings';

type Dataset = DatasetSettings;

/** Why a record that swallowed other rows is malformed. */
export const swallowed = 'a quote that takes in the rows after it';

const number = /^ *[-+]?[0-9]*[.]?[0-9]+(?:[eE][-+]?[0-9]+)? *$/;

/** Whether a text may be a label. */
function labelTest(dataset: Dataset): (text: string) => boolean {
  const { negative, classes, map } = dataset.label;
  const named = namedLabels(dataset.label);
  const isClosed = classes !== undefined || negative !== undefined || map !== undefined;
  const isOpen = !isClosed && named.some((v) => typeof v === 'string');
  const texts = new Set(named.map(String));
  const { trim } = datasetReading(dataset);
  return (text) => isOpen || number.test(text) || texts.has(trim ? text.trim() : text);
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
    const at = parseRecord(Buffer.from(record).toString(), csvSigns(dataset)).fields.findIndex(holdsRow);
    return at < 0 ? undefined : { column: columns[at] ?? null, reason: swallowed };
  };
}
