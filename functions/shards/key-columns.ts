import type { Suspicion } from '#domain/detectors/examine-column';
import type { SearchedColumn } from '#functions/shards/search-columns';
import type { Pipeline } from '#schemas/pipeline';

/**
 * The time and the label of a regression, which leave the raw bucket as they are, whatever else their columns are declared. An id leaves
 * as a token, and of the label of a class its number alone.
 */
export function keyColumns({ dataset, evaluation }: Pipeline): SearchedColumn[] {
  const { time, label } = dataset;
  return [
    ...(time === undefined ? [] : [{ name: time, source: '_time', kind: 'datetime' as const }]),
    ...(evaluation.task === 'regression' ? [{ name: label.column, source: '_label', kind: 'number' as const }] : []),
  ];
}

/** A time that spans decades is a history: unlike other dates, it does not hint at dates of birth. */
export const isHistory = ({ dataset }: Pipeline, { column, by }: Suspicion): boolean =>
  by === 'range' && column === dataset.time;
