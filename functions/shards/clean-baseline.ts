import type { SqlEngine } from '#domain/data/engine';
import { cleanView } from '#domain/drift/clean-columns';
import type { RowSample } from '#domain/drift/windows/row-sample';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import type { ObjectStore } from '#functions/ports/object-store';
import { ifThere } from '#functions/runtime/if-there';
import { countCleanRows } from '#functions/shards/clean-counts';
import { packWindow, readWindows, sampleInputs } from '#functions/shards/sampled-inputs';
import type { Pipeline } from '#schemas/pipeline';
import { type CleanBaseline, cleanBaselineSchema } from '#schemas/records/baseline';
import type { FittedTransform } from '#schemas/records/fitted-transform';

/** The bins that fitting wrote; undefined for a run that an earlier version of Tidegate fitted. */
const readBins = (artifacts: ObjectStore, run: RunPointer): Promise<CleanBaseline | undefined> =>
  ifThere(artifacts.readJson(artifactKeys(run).bins, cleanBaselineSchema));

/** Counts the training rows of a shard in the bins of the clean columns, and keeps a sample of them as model inputs. */
export async function writeShardBaseline(
  engine: SqlEngine,
  artifacts: ObjectStore,
  { run, shard, pipeline, rows }: { run: RunPointer; shard: number; pipeline: Pipeline; rows: string },
  fitted: FittedTransform,
): Promise<void> {
  const bins = await readBins(artifacts, run);
  if (bins === undefined) return;
  const train = `(SELECT * FROM ${rows} WHERE _side = 'train')`;
  const window = await countCleanRows(engine, bins.columns, cleanView(pipeline).watched, train);
  const sample = await sampleInputs(engine, train, shard, fitted);
  await artifacts.writeJson(artifactKeys(run).shardBaseline(shard), packWindow(window, sample));
}

/** The clean columns of all training rows, and a sample of the rows; undefined for a run that an earlier version of Tidegate fitted. */
export async function mergeCleanBaseline(
  artifacts: ObjectStore,
  run: RunPointer,
  shards: number,
  fitted: FittedTransform,
): Promise<{ readonly clean: CleanBaseline; readonly sample?: RowSample } | undefined> {
  const bins = await readBins(artifacts, run);
  if (bins === undefined) return undefined;
  const { window, sample } = await readWindows(artifacts, shards, artifactKeys(run).shardBaseline, fitted);
  const clean = { rows: window.rows, columns: window.columns, notWatched: bins.notWatched };
  return { clean, ...(sample ? { sample } : {}) };
}
