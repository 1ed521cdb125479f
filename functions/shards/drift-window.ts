import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelInput } from '#domain/algorithms/algorithm';
import { cleanColumns } from '#domain/data/columns';
import { cleanRowsSql, csvOutput, encodeCsv } from '#domain/data/transform';
import { buildWindow, mergeWindows } from '#domain/drift/baseline';
import { cleanView } from '#domain/drift/clean-columns';
import { driftColumns } from '#domain/drift/columns';
import { mergeSamples, noRows, SAMPLE_ROWS } from '#domain/drift/windows/row-sample';
import { parseFeatures } from '#domain/evaluation/score-text';
import { artifactKeys, type RunPointer, runPrefix } from '#domain/runs/layout';
import { text as sqlText } from '#domain/sql/literals';
import type { ObjectStore } from '#functions/ports/object-store';
import { countCleanRows } from '#functions/shards/clean-counts';
import { openEngine } from '#functions/shards/duckdb';
import { readReading } from '#functions/shards/run-reading';
import { type SampledWindow, sampleInputs } from '#functions/shards/sampled-inputs';
import { withScratch } from '#functions/shards/scratch';
import { pipelineSchema } from '#schemas/pipeline';
import type { Baseline, CleanBaseline, Window } from '#schemas/records/baseline';
import type { FittedTransform } from '#schemas/records/fitted-transform';

const emptyWindow = (baseline: Baseline, fitted: FittedTransform): Window => {
  const matrix = { rows: 0, width: fitted.features.length, values: new Float64Array(0) };
  return buildWindow(baseline, { rows: 0, columns: driftColumns(fitted, matrix) });
};

const notRead = 'files to score are read for the model alone; drops are watched for it';

/** The part of a baseline that a run's rows have: all of it for a drop; for a batch, the columns that were read of its files. */
export async function readColumns(
  artifacts: ObjectStore,
  run: RunPointer,
  baseline: CleanBaseline,
): Promise<CleanBaseline> {
  const { pipeline, drop } = await readReading(artifacts, run);
  if (drop.scoring === undefined) return baseline;
  const read = new Set(cleanColumns(pipeline).map(({ name }) => name));
  const { columns, notWatched } = baseline;
  const left = columns.filter(({ column }) => !read.has(column)).map(({ column }) => ({ column, reason: notRead }));
  return {
    ...baseline,
    columns: columns.filter(({ column }) => read.has(column)),
    notWatched: [...notWatched, ...left],
  };
}

/** Counts the clean rows of another run's drop in the bins of the champion's clean columns, with a sample of them as its inputs. */
export async function measureCleanDrop(
  { clean, artifacts }: { readonly clean: ObjectStore; readonly artifacts: ObjectStore },
  run: RunPointer,
  memoryMb: number,
  { columns }: CleanBaseline,
  fitted: FittedTransform,
): Promise<Required<SampledWindow>> {
  const { watched, parts } = cleanView(await artifacts.readJson(artifactKeys(run).config, pipelineSchema));
  const empty = columns.map((own) => ({ ...own, counts: own.counts.map(() => 0), missing: 0 }));
  let window: Window = { rows: 0, columns: empty };
  let sample = noRows;
  const shards = (await clean.list(`${runPrefix(run)}clean/`)).filter(({ key }) => key.endsWith('.parquet'));
  for (const [shard, { key }] of shards.entries()) {
    const part = await withScratch(async (directory) => {
      const rows = join(directory, 'clean.parquet');
      await clean.download(key, rows);
      const engine = await openEngine({ memoryMb, temporaryDirectory: join(directory, 'spill') });
      try {
        const counted = await countCleanRows(engine, empty, [...watched, ...parts], cleanRowsSql(rows));
        return { counted, sampled: await sampleInputs(engine, cleanRowsSql(rows), shard, fitted) };
      } finally {
        engine.close();
      }
    });
    window = mergeWindows(window, part.counted);
    sample = mergeSamples(sample, part.sampled, SAMPLE_ROWS);
  }
  return { window, sample };
}

/** Encodes the rows of another run's drop with this transform: the model's inputs if the rows came as requests. */
export async function measureDrop(
  clean: ObjectStore,
  run: RunPointer,
  memoryMb: number,
  fitted: FittedTransform,
  input: ModelInput,
  baseline: Baseline,
): Promise<Window> {
  const width = fitted.features.length;
  const { score: _, ...unscored } = baseline;
  let window: Window = emptyWindow(unscored, fitted);
  const shards = (await clean.list(`${runPrefix(run)}clean/`)).filter(({ key }) => key.endsWith('.parquet'));
  for (const { key } of shards) {
    const part = await withScratch(async (directory) => {
      const rows = join(directory, 'clean.parquet');
      const csv = join(directory, 'features.csv');
      await clean.download(key, rows);
      const engine = await openEngine({ memoryMb, temporaryDirectory: join(directory, 'spill') });
      try {
        const described = await engine.query('describe the clean rows', `DESCRIBE SELECT * FROM ${cleanRowsSql(rows)}`);
        const available = described.map((r) => String(r['column_name']));
        const { inputs, from } = encodeCsv(fitted, cleanRowsSql(rows), input, { available });
        await engine.query(
          'encode the drop',
          `COPY (SELECT ${inputs.join(', ')} FROM ${from}) TO ${sqlText(csv)} ${csvOutput(input)}`,
        );
      } finally {
        engine.close();
      }
      return parseFeatures(await readFile(csv, 'utf8'), width, 'encoded drop');
    });
    window = mergeWindows(window, buildWindow(unscored, { rows: part.rows, columns: driftColumns(fitted, part) }));
  }
  return window;
}
