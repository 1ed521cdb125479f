import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { text } from '#domain/sql/literals';
import { writeLoanBook } from '#examples/loans/generate';
import { openEngine } from '#functions/shards/duckdb';
import { parsePipeline } from '#schemas/load-pipeline';
import { type Measured, measure, printMeasured } from './measure.ts';
import { prepareSteps, type Step, writeRunRecords } from './prepare-steps.ts';

/** Memory limit of each step in MB, as for a Lambda function of this size. */
const memoryMb = 1000;
const run = { pipeline: 'loan-default', runId: 'bench' };
const key = 'loan-default/bench/loans-00000.csv';
const script = fileURLToPath(import.meta.url);

/** The measured steps; each runs in a process of its own. */
const steps: Record<string, Step> = {
  async copy(root) {
    const engine = await openEngine({ memoryMb, temporaryDirectory: join(root, 'spill') });
    const source = text(join(root, 'raw', key));
    const columns = `SELECT * FROM read_csv(${source}, header = true, all_varchar = true)`;
    await engine.query('copy', `COPY (${columns}) TO ${text(join(root, 'copy.csv'))} (HEADER)`);
    engine.close();
  },
  ...prepareSteps(run, key, memoryMb),
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

async function benchmark(rows: number, repeats: number): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'tidegate-bench-'));
  try {
    const generated = performance.now();
    await writeLoanBook(join(root, 'raw', dirname(key)), rows);
    const generation = (performance.now() - generated) / 1000;
    const megabytes = (await stat(join(root, 'raw', key))).size / 1e6;
    const file = new URL('../pipelines/loan-default.yml', import.meta.url);
    const pipeline = parsePipeline(await readFile(file, 'utf8'), 'pipelines/loan-default.yml');
    await writeRunRecords(root, run, key, pipeline);

    const names = Object.keys(steps);
    const measured = new Map<string, Measured[]>(names.map((name) => [name, []]));
    for (let i = 0; i < repeats; i++) {
      for (const name of names) measured.get(name)?.push(await measure(script, name, root));
    }
    const seconds = (name: string) => median(measured.get(name)?.map((m) => m.seconds) ?? []);
    const peak = (name: string) => Math.max(...(measured.get(name)?.map((m) => m.peakMb) ?? []));
    console.log(
      `${rows.toLocaleString('en-US')} loans, ${megabytes.toFixed(0)} MB of CSV; ${availableParallelism()} cores (${cpus()[0]?.model}), ` +
        `node ${process.version}; median of ${repeats}; generated in ${generation.toFixed(1)} s (${Math.round(rows / generation / 1000)}k rows/s)`,
    );
    const line = (label: string, s: number, mb: number) =>
      console.log(
        `${label.padEnd(34)}${s.toFixed(2).padStart(7)} s ${Math.round(rows / s / 1000)
          .toString()
          .padStart(6)}k rows/s ${Math.round(megabytes / s)
          .toString()
          .padStart(5)} MB/s  peak ${Math.round(mb)} MB`,
      );
    for (const name of names) line(name === 'copy' ? 'copy CSV to CSV (the limit)' : name, seconds(name), peak(name));
    const work = seconds('desensitize') + seconds('transform');
    line('desensitize + transform', work, Math.max(peak('desensitize'), peak('transform')));
    console.log(`ratio to the copy: ${(work / seconds('copy')).toFixed(2)}`);
  } finally {
    if (existsSync(root)) await rm(root, { recursive: true });
  }
}

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '2000000' },
    repeats: { type: 'string', default: '3' },
    step: { type: 'string' },
    root: { type: 'string' },
  },
});
const { step, root } = values;
if (step !== undefined && root !== undefined) await printMeasured(async () => steps[step]?.(root));
else await benchmark(Number(values.rows), Number(values.repeats));
