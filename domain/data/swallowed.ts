import { csvSigns, parseRecord } from '#domain/data/csv-fields';
import type { LocatedColumns } from '#domain/data/header';
import { namedLabels } from '#domain/data/label-settings';
import type { DatasetSettings } from '#domain/data/settings';
import type { Problem } from '#domain/data/typing';
import { columnReading } from '#domain/data/value-settings';
import { canonicalOf } from '#domain/values/canonical';
import { plainNumbers } from '#domain/values/numbers';

type Dataset = DatasetSettings;

/** Why a record that swallowed other rows is malformed. */
export const swallowed = 'a quote that takes in the rows after it';

const number = /^ *[-+]?[0-9]*[.]?[0-9]+(?:[eE][-+]?[0-9]+)? *$/;
/** A number with the signs that `numbers` may declare: one too many is found rather than one too few. */
const writtenNumber = /^[\s\p{Sc}A-Z(+\u2212-]{0,8}[.,]?\d[\d\s.,'\u2019eE+-]*[\s\p{Sc}A-Z%)\u2212-]{0,8}$/u;

/** Whether a text may be a label, as labels are compared: numbers by value, true and false by their spellings, others in canonical form. */
function labelTest(dataset: Dataset): (text: string) => boolean {
  const { column, negative, classes, map, others } = dataset.label;
  const named = namedLabels(dataset.label);
  const isClosed = classes !== undefined || negative !== undefined || map !== undefined;
  // rows whose label is in no class may be rows all the same
  const isOpen =
    (!isClosed && named.some((v) => typeof v === 'string')) || (others !== undefined && others !== 'malformed');
  const texts = new Set(named.map((value) => canonicalOf(String(value))));
  const { trim, numbers, booleans } = columnReading(column, dataset);
  const isNumber = numbers === plainNumbers ? number : writtenNumber;
  const words = named.some((v) => typeof v === 'boolean') ? new Set([...booleans.true, ...booleans.false]) : undefined;
  return (text) => {
    if (isOpen || isNumber.test(text)) return true;
    const value = canonicalOf(trim ? text.trim() : text);
    return texts.has(value) || words?.has(value.toLowerCase()) === true;
  };
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
