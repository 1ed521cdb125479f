import type { RawRow } from '#domain/data/online';
import type { DataSettings } from '#domain/data/settings';
import { requestTextsOf } from './request-text.ts';

/**
 * The id of each row of a request in the form whose token a drop's clean rows have; undefined for a row without one, and for all rows where
 * the pipeline names no `dataset.id`. An id is personal: it is hashed at once, and never kept.
 */
export function rowIds(pipeline: Pick<DataSettings, 'dataset'>, rows: readonly RawRow[]): (string | undefined)[] {
  const { id } = pipeline.dataset;
  return id === undefined ? rows.map(() => undefined) : requestTextsOf(pipeline, id, rows);
}
