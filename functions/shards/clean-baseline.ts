import type { SqlEngine } from '#domain/data/engine';
import { mergeWindows } from '#domain/drift/baseline';
import { cleanView } from '#domain/drift/clean-columns';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import type { ObjectStore } from '#functions/ports/object-store';
import { ifThere } from '#functions/runtime/if-there';
import { countCleanRows } from '#functions/shards/clean-counts';
import { readAll } from '#functions/shards/read-all';
import type { Pipeline } from '#schemas/pipeline';
import { type CleanBaseline, cleanBaselineSchema, windowSchema } from '#schemas/records/baseline';

/** The bins that fitting wrote; undefined for a run that an earlier version of Tidegate fitted. */
const readBins = (artifacts: ObjectStore, run: RunPointer): Promise<CleanBaseline | undefined> =>
  ifThere(artifacts.readJson(artifactKeys(run).bins, cleanBaselineSchema));

/** Counts the training rows of a shard in the bins of the clean columns. */
export async function writeShardBaseline(
  engine: SqlEngine,
  artifacts: ObjectStore,
  { run, shard, pipeline, rows }: { run: RunPointer; shard: number; pipeline: Pipeline; rows: string },
): Promise<void> {
  const bins = await readBins(artifacts, run);
  if (bins === undefined) return;
  const train = `(SELECT * FROM ${rows} WHERE _side = 'train')`;
  const window = await countCleanRows(engine, bins.columns, cleanView(pipeline).watched, train);
  await artifacts.writeJson(artifactKeys(run).shardBaseline(shard), window);
}

/** The clean columns of all training rows; undefined for a run that an earlier version of Tidegate fitted. */
export async function mergeCleanBaseline(
  artifacts: ObjectStore,
  run: RunPointer,
  shards: number,
): Promise<CleanBaseline | undefined> {
  const bins = await readBins(artifacts, run);
  if (bins === undefined) return undefined;
  const windows = await readAll(shards, (i) => artifacts.readJson(artifactKeys(run).shardBaseline(i), windowSchema));
  const { rows, columns } = windows.reduce(mergeWindows);
  return { rows, columns, notWatched: bins.notWatched };
}
