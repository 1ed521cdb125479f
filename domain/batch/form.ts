import { featureColumns, withoutLabel } from '#domain/data/columns';
import type { DataSettings } from '#domain/data/settings';

/**
 * A pipeline that reads files to score: the model inputs, what their privacy actions depend on, and the id. The label, the time and every
 * other column may be there or not, and are not read.
 */
export function batchForm<P extends DataSettings>(pipeline: P): P {
  const { id, time: _time, from = {}, columns, ...dataset } = pipeline.dataset;
  const { groupBy: _groupBy, gap: _gap, ...split } = pipeline.split;
  const inputs = featureColumns(pipeline);
  const read = new Set(inputs.flatMap(({ name, subject }) => [name, subject?.column ?? name]));
  const source = id === undefined ? undefined : from[id];
  return withoutLabel({
    ...pipeline,
    dataset: {
      ...dataset,
      ...(id === undefined ? {} : { id }),
      ...(id === undefined || source === undefined ? {} : { from: { [id]: source } }),
      columns: Object.fromEntries(Object.entries(columns).filter(([name]) => read.has(name))),
    },
    // the rows are not divided
    split: { ...split, strategy: 'stratified' },
  });
}
