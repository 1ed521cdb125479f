import { namedLabels } from '#domain/data/label-settings';
import type { DatasetSettings } from '#domain/data/settings';

type Dataset = DatasetSettings;

/** Why a record that swallowed other rows is malformed. */
export const swallowed = 'a quote that takes in the rows after it';

const escaped = (text: string): string =>
  text.replace(/[\\^$.|?*+()[\]{}\n\r\t]/g, (c) => `\\x{${c.charCodeAt(0).toString(16)}}`);

/** A regular expression for labels. */
function labelPattern({ label }: Dataset, anything: string): string {
  const { negative, classes, map } = label;
  const number = '[ ]*[-+]?[0-9]*[.]?[0-9]+(?:[eE][-+]?[0-9]+)?[ ]*';
  const named = namedLabels(label);
  const closed = classes !== undefined || negative !== undefined || map !== undefined;
  const open = !closed && named.some((v) => typeof v === 'string');
  return open ? anything : `(?:${[number, ...named.map((v) => escaped(String(v)))].join('|')})`;
}

/**
 * A regular expression that finds a whole row of the file on one line within a value: a row's number of delimiters, and a label
 * in the label's position. An unclosed quote swallows such lines. An ordinary text with line breaks has none.
 */
export function rowWithin(columns: readonly string[], dataset: Dataset): string {
  const delimiter = escaped(dataset.csv.delimiter);
  const field = `[^${delimiter}\\r\\n]*`;
  const at = columns.indexOf(dataset.label.column);
  // the regex engine allows at most 1,000 repetitions
  const times = (n: number) => (n <= 500 ? `{${n}}` : '{500,}');
  const before = `(?:${field}${delimiter})${times(at)}`;
  const after = `(?:${delimiter}${field})${times(columns.length - 1 - at)}`;
  return `[\\r\\n]${before}${labelPattern(dataset, field)}${after}(?:[\\r\\n]|$)`;
}

/** SQL of a record's number of non-blank lines, over its raw fields. */
export function linesOfRecord(fields: readonly string[]): string {
  const within = (f: string) =>
    `CASE WHEN contains(${f}, chr(10)) OR contains(${f}, chr(13)) THEN ` +
    `1 + len(list_filter(string_split_regex(${f}, '\\r\\n|\\r|\\n')[2:-2], lambda part: part <> '')) ELSE 0 END`;
  return `1 + ${fields.map((f) => `coalesce(${within(f)}, 0)`).join(' + ')}`;
}
