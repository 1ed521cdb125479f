import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelInput, ModelOutput } from '#domain/algorithms/algorithm';
import { cleanRowsSql, csvFields, csvOutput } from '#domain/data/transform';
import { buildWindow, mergeWindows, type ScoreValues } from '#domain/drift/baseline';
import { captureHours, readCaptures } from '#domain/drift/captures';
import { cleanView } from '#domain/drift/clean-columns';
import { driftColumns } from '#domain/drift/columns';
import type { WindowRows } from '#domain/drift/performance/estimate';
import { sampleRows } from '#domain/drift/performance/sample';
import { scoresPerRow } from '#domain/evaluation/predictions';
import { parseFeatures } from '#domain/evaluation/score-text';
import { artifactKeys, capturePrefix, type RunPointer, runPrefix } from '#domain/runs/layout';
import type { Probes } from '#domain/serving/probes';
import { text as sqlText } from '#domain/sql/literals';
import type { ObjectStore } from '#functions/ports/object-store';
import { countCleanRows } from '#functions/shards/clean-counts';
import { openEngine } from '#functions/shards/duckdb';
import { withScratch } from '#functions/shards/scratch';
import { pipelineSchema } from '#schemas/pipeline';
import type { Baseline, CleanBaseline, Window } from '#schemas/records/baseline';
import type { FittedTransform } from '#schemas/records/fitted-transform';

/** A window's histograms over the baseline's bins, and counts of what could not be read. */
export interface MeasuredWindow {
  readonly window: Window;
  readonly skipped: number;
  /** A sample of the rows with the model's answers; absent where nothing answered them. */
  readonly answered?: WindowRows;
}

const scoresOf = (fitted: FittedTransform, values: Float64Array): ScoreValues =>
  fitted.task === 'multiclass'
    ? { task: 'multiclass', values, classes: fitted.label.classes }
    : { task: fitted.task, values };

const emptyWindow = (baseline: Baseline, fitted: FittedTransform): Window => {
  const none = new Float64Array(0);
  const matrix = { rows: 0, width: fitted.features.length, values: none };
  return buildWindow(baseline, { rows: 0, columns: driftColumns(fitted, matrix), scores: scoresOf(fitted, none) });
};

/** Reads an endpoint's captured requests and responses between two instants (ISO 8601). */
export async function measureCaptures(
  clean: ObjectStore,
  { pipeline, endpoint, from, to }: { pipeline: string; endpoint: string; from: string; to: string },
  fitted: FittedTransform,
  { output, probes }: { readonly output: ModelOutput; readonly probes: Probes },
  baseline: Baseline,
): Promise<MeasuredWindow> {
  const perRow = scoresPerRow(fitted);
  const width = fitted.features.length;
  const hours = new Set(captureHours(from, to));
  const base = `${capturePrefix(pipeline)}/${endpoint}/`;
  let window = emptyWindow(baseline, fitted);
  const sample = sampleRows(width, perRow);
  let skipped = 0;
  for (const { key } of await clean.list(base)) {
    const hour = /(\d{4}\/\d{2}\/\d{2}\/\d{2})\/[^/]+\.jsonl$/.exec(key)?.[1];
    if (hour === undefined || !hours.has(hour)) continue;
    const captured = readCaptures(await clean.readText(key), { width, perRow, probes, from, to }, output);
    skipped += captured.skipped;
    if (captured.rows === 0) continue;
    const inputs = { rows: captured.rows, width, values: captured.values };
    sample.add({ inputs, scores: captured.scores });
    const columns = driftColumns(fitted, inputs);
    window = mergeWindows(
      window,
      buildWindow(baseline, { rows: captured.rows, columns, scores: scoresOf(fitted, captured.scores) }),
    );
  }
  return { window, skipped, answered: sample.rows() };
}

/** Counts the clean rows of another run's drop in the bins of the champion's clean columns. */
export async function measureCleanDrop(
  { clean, artifacts }: { readonly clean: ObjectStore; readonly artifacts: ObjectStore },
  run: RunPointer,
  memoryMb: number,
  { columns }: CleanBaseline,
): Promise<MeasuredWindow> {
  const { watched } = cleanView(await artifacts.readJson(artifactKeys(run).config, pipelineSchema));
  const empty = columns.map((own) => ({ ...own, counts: own.counts.map(() => 0), missing: 0 }));
  let window: Window = { rows: 0, columns: empty };
  const shards = (await clean.list(`${runPrefix(run)}clean/`)).filter(({ key }) => key.endsWith('.parquet'));
  for (const { key } of shards) {
    const part = await withScratch(async (directory) => {
      const rows = join(directory, 'clean.parquet');
      await clean.download(key, rows);
      const engine = await openEngine({ memoryMb, temporaryDirectory: join(directory, 'spill') });
      try {
        return await countCleanRows(engine, empty, watched, cleanRowsSql(rows));
      } finally {
        engine.close();
      }
    });
    window = mergeWindows(window, part);
  }
  return { window, skipped: 0 };
}

/** Encodes the rows of another run's drop with this transform: the model's inputs if the rows came as requests. */
export async function measureDrop(
  clean: ObjectStore,
  run: RunPointer,
  memoryMb: number,
  fitted: FittedTransform,
  input: ModelInput,
  baseline: Baseline,
): Promise<MeasuredWindow> {
  const width = fitted.features.length;
  const { score: _, ...unscored } = baseline;
  let window: Window = { ...emptyWindow(unscored, fitted) };
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
        const select = csvFields(fitted, input, available).join(', ');
        await engine.query(
          'encode the drop',
          `COPY (SELECT ${select} FROM ${cleanRowsSql(rows)}) TO ${sqlText(csv)} ${csvOutput(input)}`,
        );
      } finally {
        engine.close();
      }
      return parseFeatures(await readFile(csv, 'utf8'), width, 'encoded drop');
    });
    window = mergeWindows(window, buildWindow(unscored, { rows: part.rows, columns: driftColumns(fitted, part) }));
  }
  return { window, skipped: 0 };
}
