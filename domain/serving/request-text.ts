import { type RawRow, valuesOf } from '#domain/data/online';
import type { DataSettings } from '#domain/data/settings';
import { columnReading } from '#domain/data/value-settings';
import { blanks } from '#domain/values/blanks';
import { canonicalOf, numberText } from '#domain/values/canonical';

const scalarText = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'number' && Number.isFinite(value) ? numberText(value) : undefined;
};

/** A text without blanks at both ends. */
function trimmed(text: string): string {
  const characters = [...text];
  const first = characters.findIndex((c) => !blanks.includes(c));
  const last = characters.findLastIndex((c) => !blanks.includes(c));
  return first < 0 ? '' : characters.slice(first, last + 1).join('');
}

/**
 * The text that each row of a request has in a column, in the form that a drop's clean rows have; undefined for a row without one.
 */
export function requestTextsOf(
  { dataset }: Pick<DataSettings, 'dataset'>,
  column: string,
  rows: readonly RawRow[],
): (string | undefined)[] {
  const { trim, nulls } = columnReading(column, dataset);
  return rows.map((row) => {
    const given = scalarText(valuesOf(row, dataset, column)[0]);
    if (given === undefined) return undefined;
    const composed = given.normalize('NFC');
    const text = trim ? trimmed(composed) : composed;
    const isNull = nulls.some((own) => (typeof own === 'number' ? text !== '' && Number(text) === own : own === text));
    return isNull || text === '' ? undefined : canonicalOf(text);
  });
}
