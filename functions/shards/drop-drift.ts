import type { SqlEngine } from '#domain/data/engine';
import { cleanView } from '#domain/drift/clean-columns';
import { compareBy } from '#domain/drift/compare';
import { coverageOfDrop } from '#domain/drift/coverage';
import { type JointRows, jointRows } from '#domain/drift/joint/rows';
import { driftSchema } from '#domain/drift/settings';
import { type RowSample, toWindowRows } from '#domain/drift/windows/row-sample';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import type { ObjectStore } from '#functions/ports/object-store';
import { ifThere } from '#functions/runtime/if-there';
import { countCleanRows } from '#functions/shards/clean-counts';
import { packWindow, readWindows, sampleInputs } from '#functions/shards/sampled-inputs';
import type { Pipeline } from '#schemas/pipeline';
import {
  type Baseline,
  baselineSchema,
  type CleanBaseline,
  type DropDrift,
  dropDriftSchema,
} from '#schemas/records/baseline';
import { type FittedTransform, fittedTransformSchema } from '#schemas/records/fitted-transform';
import { trainingRowsSchema } from '#schemas/records/training-rows';

/** A clean baseline as windows are compared with it. */
export const asBaseline = ({ rows, columns }: CleanBaseline): Baseline => ({ version: 1, rows, columns });

/** The clean columns that a champion was trained on; undefined for one that was trained before they were kept. */
const readCleanBaseline = async (artifacts: ObjectStore, champion: RunPointer): Promise<CleanBaseline | undefined> =>
  (await ifThere(artifacts.readJson(artifactKeys(champion).baseline, baselineSchema)))?.clean;

const readInputs = (artifacts: ObjectStore, champion: RunPointer): Promise<FittedTransform> =>
  artifacts.readJson(artifactKeys(champion).transform, fittedTransformSchema);

/**
 * The rows of a drop beside the rows that a model was trained on.
 *
 * @param sample of the drop, as inputs of that model
 * @returns why they cannot be compared, as a text
 */
export async function besideTraining(
  artifacts: ObjectStore,
  champion: RunPointer,
  { trainingRows }: CleanBaseline,
  { features }: Pick<FittedTransform, 'features'>,
  sample: RowSample | undefined,
): Promise<JointRows | string> {
  if (trainingRows !== true) return 'the model was trained before Tidegate kept training rows';
  if (sample === undefined) return 'the drop was counted before Tidegate kept a sample of its rows';
  const known = await artifacts.readJson(artifactKeys(champion).trainingRows, trainingRowsSchema);
  return jointRows(known, toWindowRows(sample, features.length, 0).inputs);
}

/** Counts the rows of a shard in the champion's bins, with a sample of them as its inputs. Writes nothing without such a champion. */
export async function writeShardWindow(
  engine: SqlEngine,
  artifacts: ObjectStore,
  of: { readonly run: RunPointer; readonly shard: number; readonly pipeline: Pipeline; readonly rows: string },
  champion: RunPointer | null | undefined,
): Promise<void> {
  const clean = champion ? await readCleanBaseline(artifacts, champion) : undefined;
  if (!champion || clean === undefined) return;
  const { watched, parts } = cleanView(of.pipeline);
  const window = await countCleanRows(engine, clean.columns, [...watched, ...parts], of.rows);
  const sample = await sampleInputs(engine, of.rows, of.shard, await readInputs(artifacts, champion));
  await artifacts.writeJson(artifactKeys(of.run).shardWindow(of.shard), packWindow(window, sample));
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
  const fitted = await readInputs(artifacts, champion);
  const { window, sample } = await readWindows(artifacts, shards, keys.shardWindow, fitted);
  const together = await besideTraining(artifacts, champion, clean, fitted, sample);
  const settings = pipeline.drift ?? driftSchema.parse({ schedule: 'rate(1 day)' });
  const report = compareBy(settings, { baseline: asBaseline(clean), window, together }, 1);
  const drift = { ...report, champion: champion.runId, coverage: coverageOfDrop(clean) };
  await artifacts.writeJson(keys.dropDrift, drift);
  return drift;
}
