import type { EncodedRows, RawRow } from '#domain/data/online';
import type { DataSettings } from '#domain/data/settings';
import { placesOf } from '#domain/evaluation/slice-groups';
import type { SliceGroups } from '#schemas/records/golden';
import { requestTextsOf } from './request-text.ts';

/** A model with more inputs has none in the log: a request of 1,000 rows would take megabytes. */
const MOST_INPUTS = 200;

/** What the log keeps of the rows of a request as a model saw them: checks by labels need it. */
export interface LoggedRows {
  /** Row-major; null is missing. */
  readonly inputs?: (number | null)[];
  /** By slice column: the group of each row, -1 for none. No text of a request is kept. */
  readonly groups?: Record<string, number[]>;
}

/**
 * The model inputs of the rows, and their groups in the slice columns.
 *
 * @param slices the groups of the model's run
 */
export function loggedRows(
  pipeline: Pick<DataSettings, 'dataset'>,
  slices: readonly SliceGroups[],
  rows: readonly RawRow[],
  { features, values }: Pick<EncodedRows, 'features' | 'values'>,
): LoggedRows {
  const groups = slices.flatMap((own) => {
    const places = placesOf(own, requestTextsOf(pipeline, own.column, rows));
    return places.some((place) => place >= 0) ? [[own.column, places] as const] : [];
  });
  return {
    ...(features.length <= MOST_INPUTS
      ? { inputs: Array.from(values, (value) => (Number.isNaN(value) ? null : value)) }
      : {}),
    ...(groups.length > 0 ? { groups: Object.fromEntries(groups) } : {}),
  };
}
