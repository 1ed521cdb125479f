import type { SqlEngine } from '#domain/data/engine';
import { mergeWindows } from '#domain/drift/baseline';
import { cleanView } from '#domain/drift/clean-columns';
import { compareBy } from '#domain/drift/compare';
import { coverageOfDrop } from '#domain/drift/coverage';
import { driftSchema } from '#domain/drift/settings';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import type { ObjectStore } from '#functions/ports/object-store';
import { ifThere } from '#functions/runtime/if-there';
import { countCleanRows } from '#functions/shards/clean-counts';
import { readAll } from '#functions/shards/read-all';
import type { Pipeline } from '#schemas/pipeline';
import {
  type Baseline,
  baselineSchema,
  type CleanBaseline,
  type DropDrift,
  dropDriftSchema,
  windowSchema,
} from '#schemas/records/baseline';

/** A clean baseline as windows are compared with it. */
export const asBaseline = ({ rows, columns }: CleanBaseline): Baseline => ({ version: 1, rows, columns });

/** The clean columns that a champion was trained on; undefined for one that was trained before they were kept. */
const readCleanBaseline = async (artifacts: ObjectStore, champion: RunPointer): Promise<CleanBaseline | undefined> =>
  (await ifThere(artifacts.readJson(artifactKeys(champion).baseline, baselineSchema)))?.clean;

/** Counts the rows of a shard in the champion's bins. Writes nothing without such a champion. */
export async function writeShardWindow(
  engine: SqlEngine,
  artifacts: ObjectStore,
  of: { readonly run: RunPointer; readonly shard: number; readonly pipeline: Pipeline; readonly rows: string },
  champion: RunPointer | null | undefined,
): Promise<void> {
  const clean = champion ? await readCleanBaseline(artifacts, champion) : undefined;
  if (clean === undefined) return;
  const window = await countCleanRows(engine, clean.columns, cleanView(of.pipeline).watched, of.rows);
  await artifacts.writeJson(artifactKeys(of.run).shardWindow(of.shard), window);
}

/** How a run's drop differs from the champion's; undefined where it was not compared. */
export const readDropDrift = (artifacts: ObjectStore, run: RunPointer): Promise<DropDrift | undefined> =>
  ifThere(artifacts.readJson(artifactKeys(run).dropDrift, dropDriftSchema));

/** Compares a drop with the data that the champion was trained on, and writes the result; undefined without such a champion. */
export async function writeDropDrift(
  artifacts: ObjectStore,
  { run, shards, pipeline }: { readonly run: RunPointer; readonly shards: number; readonly pipeline: Pipeline },
  champion: RunPointer | null | undefined,
): Promise<DropDrift | undefined> {
  const clean = champion ? await readCleanBaseline(artifacts, champion) : undefined;
  if (!champion || clean === undefined) return undefined;
  const keys = artifactKeys(run);
  const windows = await readAll(shards, (i) => artifacts.readJson(keys.shardWindow(i), windowSchema));
  const settings = pipeline.drift ?? driftSchema.parse({ schedule: 'rate(1 day)' });
  const report = compareBy(settings, { baseline: asBaseline(clean), window: windows.reduce(mergeWindows) }, 1);
  const drift = { ...report, champion: champion.runId, coverage: coverageOfDrop(clean) };
  await artifacts.writeJson(keys.dropDrift, drift);
  return drift;
}
