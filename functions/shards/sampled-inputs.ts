import { asNumber, type SqlEngine } from '#domain/data/engine';
import { encodeRelation } from '#domain/data/transform';
import { mergeWindows } from '#domain/drift/baseline';
import { mergeSamples, noRows, type RowSample, SAMPLE_ROWS, sketchRows } from '#domain/drift/windows/row-sample';
import type { ObjectStore } from '#functions/ports/object-store';
import { packSample, unpackSample } from '#functions/shards/captured-sample';
import { readAll } from '#functions/shards/read-all';
import type { Window } from '#schemas/records/baseline';
import type { FittedTransform } from '#schemas/records/fitted-transform';
import { type ShardWindow, shardWindowSchema } from '#schemas/records/shard-window';

type Inputs = Pick<FittedTransform, 'features'>;

/** More than the rows of any shard, so that no two rows of a drop have one priority. */
const rowsPerShard = 2 ** 40;

/** Counted rows with a sample of them as model inputs. */
export interface SampledWindow {
  readonly window: Window;
  /** Absent where a shard has none: it was counted by an earlier version of Tidegate. */
  readonly sample?: RowSample;
}

/**
 * A sample of rows as model inputs: those of the least priorities, which follow from the number of the row, so the samples of shards merge.
 *
 * @param rows a relation with `_row` and the clean columns; columns that it lacks are read as missing
 */
export async function sampleInputs(engine: SqlEngine, rows: string, shard: number, fitted: Inputs): Promise<RowSample> {
  const width = fitted.features.length;
  const most = sketchRows(width);
  const described = await engine.query('describe the rows to sample', `DESCRIBE SELECT * FROM ${rows}`);
  const available = described.map((row) => String(row['column_name']));
  const hash = `hash(CAST(${shard * rowsPerShard} AS UBIGINT) + CAST(_row AS UBIGINT))`;
  // the rows are chosen by their numbers alone: the engine makes room for all columns of as many rows as a limit allows
  const least = `SELECT _row, CAST(${hash} AS DOUBLE) / ${2 ** 64} AS _priority FROM ${rows} ORDER BY 2, 1 LIMIT ${most + 1}`;
  const chosen = `(SELECT * FROM ${rows} JOIN (${least}) USING (_row))`;
  const { inputs, from } = encodeRelation(fitted, chosen, { available });
  const fields = inputs.map((sql, i) => `CAST(${sql} AS DOUBLE) AS x${i}`);
  const read = await engine.query(
    'sample the rows',
    `SELECT _priority, ${fields.join(', ')} FROM ${from} ORDER BY _priority, _row`,
  );
  const sampled = read.map((row) => ({
    priority: asNumber(row['_priority']),
    inputs: Float64Array.from({ length: width }, (_, i) => {
      const value = row[`x${i}`];
      return typeof value === 'number' ? value : Number.NaN;
    }),
    scores: new Float64Array(0),
  }));
  return { below: sampled[most]?.priority ?? 1, rows: sampled.slice(0, most) };
}

/** The counts of a shard's rows, with a sample of them. */
export const packWindow = (window: Window, sample: RowSample): ShardWindow => ({
  ...window,
  sample: packSample(sample),
});

/** The counts of all shards added up, and their samples as one of at most 4,000 rows. */
export async function readWindows(
  artifacts: ObjectStore,
  shards: number,
  keyOf: (shard: number) => string,
  fitted: Inputs,
): Promise<SampledWindow> {
  let [merged, lacking] = [noRows, false];
  const windows = await readAll(shards, async (i) => {
    const { sample, ...window } = await artifacts.readJson(keyOf(i), shardWindowSchema);
    // merged at once: the samples of many shards are more than memory holds
    if (sample) merged = mergeSamples(merged, unpackSample(sample, fitted.features.length, 0), SAMPLE_ROWS);
    else lacking = true;
    return window;
  });
  return { window: windows.reduce(mergeWindows), ...(lacking ? {} : { sample: merged }) };
}
