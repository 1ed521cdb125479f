import { sourceName } from '#domain/data/column-source';
import type { ColumnSpec } from '#domain/data/column-spec';
import type { DataSettings } from '#domain/data/settings';

/** The columns of a file with outcomes besides the label and the id. */
export const outcomeColumns = {
  /** The id of a request, as `predict` answered it. */
  inferenceId: 'inferenceId',
  /** The position of a row in its request, from 0. */
  row: 'row',
  /** When the outcome became known. */
  at: 'at',
} as const;

const specs: Readonly<Record<string, ColumnSpec>> = {
  [outcomeColumns.inferenceId]: { role: 'feature', type: 'category' },
  [outcomeColumns.row]: { role: 'feature', type: 'number' },
  [outcomeColumns.at]: { role: 'feature', type: 'datetime' },
};

/** One set of columns that a file with outcomes may have, as the settings that read it. */
export interface OutcomeForm<P extends DataSettings> {
  /** What names the prediction: the request, or the row's id. */
  readonly by: 'inferenceId' | 'key';
  /** As a pipeline whose columns are these: values, label and id are read as in a drop. */
  readonly pipeline: P;
}

/** Where a column is found in files that name their columns; a position in a drop says nothing about outcomes. */
const named = <T>(source: T): { readonly from?: string } => (typeof source === 'string' ? { from: source } : {});

function readAs<P extends DataSettings>(pipeline: P, by: OutcomeForm<P>['by'], columns: readonly string[]): P {
  const { id, time: _time, from = {}, label, csv, ...dataset } = pipeline.dataset;
  const { names: _names, ...dialect } = csv;
  const { from: labelFrom, ...labelSettings } = label;
  const { groupBy: _groupBy, gap: _gap, ...split } = pipeline.split;
  const idFrom = id === undefined ? undefined : from[id];
  return {
    ...pipeline,
    dataset: {
      ...dataset,
      csv: { ...dialect, header: true, skipLines: 0 },
      label: { ...labelSettings, ...named(labelFrom) },
      ...(by === 'key' && id !== undefined
        ? { id, ...(typeof idFrom === 'string' ? { from: { [id]: idFrom } } : {}) }
        : {}),
      columns: Object.fromEntries(columns.map((name) => [name, specs[name]])),
      extraColumns: 'reject',
      // malformed rows are counted and reported, however many there are
      maxMalformedFraction: 1,
    },
    split: { ...split, strategy: 'stratified' },
  };
}

/**
 * The forms of a pipeline's files with outcomes, the fullest first: the label with the request and perhaps the row, or with the row's id,
 * and perhaps the time at which it became known. A column of the pipeline with one of these names keeps its meaning.
 */
export function outcomeForms<P extends DataSettings>(pipeline: P): readonly OutcomeForm<P>[] {
  const { id, label } = pipeline.dataset;
  const { inferenceId, row, at } = outcomeColumns;
  const isFree = (name: string) => name !== label.column && name !== id;
  const form = (by: OutcomeForm<P>['by'], columns: readonly string[]): OutcomeForm<P>[] =>
    columns.every(isFree) ? [{ by, pipeline: readAs(pipeline, by, columns) }] : [];
  return [
    ...[[row, at], [row], [at], []].flatMap((more) => form('inferenceId', [inferenceId, ...more])),
    ...(id === undefined ? [] : [[at], []].flatMap((more) => form('key', more))),
  ];
}

/** The columns that a file with outcomes may have, in words. It quotes names of the pipeline alone. */
export function describeForms({ dataset }: Pick<DataSettings, 'dataset'>): string {
  const { id, label } = dataset;
  const { inferenceId, row, at } = outcomeColumns;
  const nameOf = (column: string) => `"${sourceName(dataset, column)}"`;
  const byKey = id === undefined ? '' : `, or with ${nameOf(id)}`;
  return (
    `Write ${nameOf(label.column)} with "${inferenceId}" (and "${row}", from 0, where a request had several rows)${byKey}. ` +
    `"${at}" may say when the outcome became known. Leave out every other column.`
  );
}
