import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { emptyHistogram } from '#domain/drift/clean-bins';
import type { CleanColumnView } from '#domain/drift/clean-column-view';
import { compareWindow } from '#domain/drift/compare';
import { thresholdsOf } from '#domain/drift/registry';
import { driftSchema } from '#domain/drift/settings';
import { text } from '#domain/sql/literals';
import { countCleanRows } from '#functions/shards/clean-counts';
import { type OpenEngine, openEngine } from '#functions/shards/duckdb';
import type { Histogram } from '#schemas/records/baseline';
import { pythonWithOtherTools } from './other-tools.ts';

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '3000000' },
    window: { type: 'string', default: '300000' },
    columns: { type: 'string', default: '50' },
    /** The rows of Evidently's baselines, with a tenth as the window; empty: without Evidently. */
    evidently: { type: 'string', default: '3000,30000,300000,3000000' },
    minutes: { type: 'string', default: '5' },
    python: { type: 'string' },
  },
});
const [rows, window, columns] = [Number(options.rows), Number(options.window), Number(options.columns)];
/** Every fifth column has categories, and every tenth row lacks a value in every third column. */
const views = Array.from({ length: columns }, (_, i): CleanColumnView => {
  const name = `x${i}`;
  const kind = i % 5 === 4 ? 'category' : 'number';
  return { column: name, source: name, sql: name, kind, bins: 'values' };
});

async function generate(engine: OpenEngine, path: string, count: number, seed: number): Promise<void> {
  const fields = views.map(({ column, kind }, i) => {
    const draw = `hash(${seed * 1000 + i}, i) / 18446744073709551615.0`;
    const value = kind === 'number' ? `${draw} * ${i + 1}` : `'c' || CAST(floor(30 * pow(${draw}, 3)) AS INTEGER)`;
    return i % 3 === 0 ? `CASE WHEN i % 10 <> 0 THEN ${value} END AS ${column}` : `${value} AS ${column}`;
  });
  const sql = `SELECT ${fields.join(', ')} FROM range(${count}) t(i)`;
  await engine.query('generate', `COPY (${sql}) TO ${text(path)} (FORMAT parquet)`);
}

/** The bins by a sample of 20,000 rows, as fitting makes them. */
async function fitBins(engine: OpenEngine, relation: string): Promise<Histogram[]> {
  const sampled = await engine.query('sample', `SELECT * FROM ${relation} USING SAMPLE 20000 ROWS (reservoir, 1)`);
  return views.map((view) => {
    const values = sampled.map((row) => row[view.column]);
    return emptyHistogram(view, {
      numbers: Float64Array.from(values, (value) => (typeof value === 'number' ? value : Number.NaN)),
      categories: values.map((value) => (typeof value === 'string' ? value : null)),
    });
  });
}

/** The same comparison by Evidently, of more and more rows, until one takes too long or the memory ends. */
function compareByEvidently(files: readonly [string, string]): void {
  const sizes = options.evidently.split(',').filter(Boolean).map(Number);
  if (sizes.length === 0) return;
  const python = pythonWithOtherTools(options.python);
  const script = fileURLToPath(new URL('drift-evidently.py', import.meta.url));
  for (const size of sizes) {
    const tenth = Math.min(window, Math.ceil(size / 10));
    const { status, stdout, stderr } = spawnSync(
      python,
      [script, ...files, String(Math.min(size, rows)), String(tenth)],
      {
        timeout: Number(options.minutes) * 60_000,
        killSignal: 'SIGKILL',
        encoding: 'utf8',
      },
    );
    const last = stderr.trim().split('\n').at(-1);
    const why = last ? `: ${last}` : '';
    console.log(
      `Evidently      ${size} and ${tenth} rows: ${status === 0 ? stdout.trim() : `not within ${options.minutes} minutes${why}`}`,
    );
    if (status !== 0) break;
  }
}

const folder = mkdtempSync(join(tmpdir(), 'drift-'));
const engine = await openEngine({ memoryMb: 3008, temporaryDirectory: join(folder, 'spill') });
try {
  const files = [join(folder, 'baseline.parquet'), join(folder, 'window.parquet')] as const;
  await generate(engine, files[0], rows, 1);
  await generate(engine, files[1], window, 2);
  const [before, now] = files.map((file) => `read_parquet(${text(file)})`) as [string, string];
  const started = performance.now();
  const used = process.cpuUsage();
  /** Time since the start, and what the processor worked meanwhile: the same on a busy machine. */
  const seconds = (): string => {
    const { user, system } = process.cpuUsage(used);
    return `${((performance.now() - started) / 1000).toFixed(2)} s, ${((user + system) / 1e6).toFixed(2)} s of processor time`;
  };
  const bins = await fitBins(engine, before);
  console.log(`bins           ${seconds()}`);
  const baseline = await countCleanRows(engine, bins, views, before);
  console.log(`baseline       ${seconds()}: ${baseline.rows} rows of ${columns} columns`);
  const counted = await countCleanRows(engine, bins, views, now);
  console.log(`window         ${seconds()}: ${counted.rows} rows`);
  const report = compareWindow({
    baseline: { version: 1, ...baseline },
    window: counted,
    thresholds: thresholdsOf(driftSchema.parse({ schedule: 'rate(1 day)' })),
    minRows: 1,
  });
  console.log(`compared       ${seconds()}: ${report.driftedColumns.length} columns drifted`);
  compareByEvidently(files);
} finally {
  engine.close();
  rmSync(folder, { recursive: true, force: true });
}
