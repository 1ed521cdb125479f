import { featureColumns, withoutLabel } from '#domain/data/columns';
import type { DataSettings } from '#domain/data/settings';
import { formatOfName } from '#domain/runs/drop';
import type { BatchFormat } from '#schemas/records/batch';

/**
 * The format of files to score, by the endings of their names: that of the pipeline where one of them has it, so that a mixture is refused
 * as in a drop.
 */
export function formatOfFiles(keys: readonly string[], own: BatchFormat): BatchFormat {
  const formats = keys.flatMap((key) => formatOfName(key) ?? []);
  return formats.includes(own) ? own : (formats[0] ?? own);
}

/**
 * A pipeline that reads files to score: the model inputs, what their privacy actions depend on, and the id. The label, the time and every
 * other column may be there or not, and are not read.
 *
 * @param format of the files, which need not be that of the pipeline's drops
 */
export function batchForm<P extends DataSettings>(pipeline: P, format: BatchFormat): P {
  const { id, time: _time, from = {}, columns, ...dataset } = pipeline.dataset;
  const { groupBy: _groupBy, gap: _gap, ...split } = pipeline.split;
  const inputs = featureColumns(pipeline);
  const read = new Set(inputs.flatMap(({ name, subject }) => [name, subject?.column ?? name]));
  const source = id === undefined ? undefined : from[id];
  return withoutLabel({
    ...pipeline,
    dataset: {
      ...dataset,
      format,
      ...(id === undefined ? {} : { id }),
      ...(id === undefined || source === undefined ? {} : { from: { [id]: source } }),
      columns: Object.fromEntries(Object.entries(columns).filter(([name]) => read.has(name))),
    },
    // the rows are not divided
    split: { ...split, strategy: 'stratified' },
  });
}
