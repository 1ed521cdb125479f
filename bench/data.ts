/**
 * What cleaning and encoding a drop costs, beside what it cannot cost less than: DuckDB copying the same CSV, and DuckDB making the tokens
 * alone; and beside pandas doing the same work. Everything in one run on the same file, so that the ratios hold on any machine.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { run as runCommand } from '#cli/python/command';
import { tokenSql } from '#domain/privacy/tokenize';
import { text } from '#domain/sql/literals';
import { writeLoanBook } from '#examples/loans/generate';
import { openEngine } from '#functions/shards/duckdb';
import { parsePipeline } from '#schemas/load-pipeline';
import { dataPlot, type SizeMeasured } from './data-plot.ts';
import { freeTexts, redactWithEngine } from './free-texts.ts';
import { type Measured, measure, printMeasured } from './measure.ts';
import { prepareSteps, type Step, writeRunRecords } from './prepare-steps.ts';

/** Memory limit of each step in MB, as for a Lambda function of this size. */
const memoryMb = 1000;
const redactedTexts = 300_000;
const run = { pipeline: 'loan-default', runId: 'bench' };
const key = 'loan-default/bench/loans-00000.csv';
const script = fileURLToPath(import.meta.url);
const tokenKeys = { current: new TextEncoder().encode('benchmark key, not used anywhere else') };

const readCsv = (root: string): string =>
  `read_csv(${text(join(root, 'raw', key))}, header = true, all_varchar = true)`;
const prepare = prepareSteps(run, key, memoryMb);
const ours = Object.keys(prepare);

/** The measured steps; each runs in a process of its own. */
const steps: Record<string, Step> = {
  async copy(root) {
    const engine = await openEngine({ memoryMb, temporaryDirectory: join(root, 'spill') });
    await engine.query('copy', `COPY (SELECT * FROM ${readCsv(root)}) TO ${text(join(root, 'copy.csv'))} (HEADER)`);
    engine.close();
  },
  async tokens(root) {
    const engine = await openEngine({ memoryMb, temporaryDirectory: join(root, 'spill'), tokenKeys });
    const tokens = ['loan_id', 'email'].map((column) => `max(${tokenSql(column)})`).join(', ');
    await engine.query('hash', `SELECT ${tokens} FROM ${readCsv(root)}`);
    engine.close();
  },
  ...prepare,
  redact: () => redactWithEngine(freeTexts(redactedTexts), memoryMb),
};

const names: Readonly<Record<string, string>> = {
  copy: 'DuckDB copies the CSV',
  tokens: 'DuckDB makes the tokens alone',
  pandas: 'pandas does the same work',
  redact: `redact ${redactedTexts.toLocaleString('en-US')} free texts`,
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** A Python with pandas in a virtual environment of its own, which is made once. */
async function ensurePandas(): Promise<string> {
  const requirements = fileURLToPath(new URL('data-pandas.txt', import.meta.url));
  const venv = fileURLToPath(new URL('../.tidegate/bench-pandas', import.meta.url));
  const python = join(venv, 'bin', 'python');
  if (existsSync(python) && spawnSync(python, ['-c', 'import pandas, pyarrow']).status === 0) return python;
  await mkdir(dirname(venv), { recursive: true });
  for (const [command, args] of [
    ['python3', ['-m', 'venv', venv]],
    [python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]],
  ] as const) {
    const { code, output } = await runCommand(command, args);
    if (code !== 0) throw new Error(`No Python with pandas (leave it out with --no-pandas): ${output.slice(-500)}`);
  }
  return python;
}

async function measurePandas(python: string, root: string): Promise<Measured> {
  const folder = join(root, 'pandas');
  await mkdir(folder, { recursive: true });
  const own = fileURLToPath(new URL('data-pandas.py', import.meta.url));
  const { code, output } = await runCommand(python, [own, join(root, 'raw', key), folder]);
  if (code !== 0) throw new Error(`pandas ended with ${code}: ${output.slice(-2000)}`);
  return JSON.parse(output.trim().split('\n').at(-1) ?? '');
}

/** Generates a loan book and measures every step on it. @returns medians by step */
async function benchmark(rows: number, repeats: number, python: string | undefined): Promise<SizeMeasured> {
  const root = await mkdtemp(join(tmpdir(), 'tidegate-bench-'));
  try {
    await writeLoanBook(join(root, 'raw', dirname(key)), rows);
    const megabytes = (await stat(join(root, 'raw', key))).size / 1e6;
    const file = new URL('../pipelines/loan-default.yml', import.meta.url);
    await writeRunRecords(root, run, key, parsePipeline(await readFile(file, 'utf8'), 'pipelines/loan-default.yml'));
    const all = [...Object.keys(steps), ...(python === undefined ? [] : ['pandas'])];
    const measured = new Map<string, Measured[]>(all.map((name) => [name, []]));
    for (let i = 0; i < repeats; i++) {
      for (const name of all) {
        const own = name === 'pandas' ? await measurePandas(python ?? '', root) : await measure(script, name, root);
        measured.get(name)?.push(own);
      }
    }
    const medians = Object.fromEntries(
      [...measured].map(([name, each]) => [
        name,
        {
          seconds: median(each.map((m) => m.seconds)),
          cpuSeconds: median(each.map((m) => m.cpuSeconds ?? Number.NaN)),
          peakMb: Math.max(...each.map((m) => m.peakMb)),
        },
      ]),
    );
    return { rows, megabytes, steps: medians };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Adds up some steps; the peak is the largest. */
const together = ({ steps: each }: SizeMeasured, some: readonly string[]) => {
  const own = some.flatMap((name) => each[name] ?? []);
  const sum = (field: 'seconds' | 'cpuSeconds') => own.reduce((all, m) => all + m[field], 0);
  return { seconds: sum('seconds'), cpuSeconds: sum('cpuSeconds'), peakMb: Math.max(...own.map((m) => m.peakMb)) };
};

function show(size: SizeMeasured): void {
  const { rows, megabytes, steps: each } = size;
  console.log(`\n${rows.toLocaleString('en-US')} loans, ${megabytes.toFixed(0)} MB of CSV\n`);
  console.log('| step | seconds | CPU seconds | rows/s | peak |\n|---|---|---|---|---|');
  const line = (name: string, m: NonNullable<(typeof each)[string]>, done = rows) =>
    console.log(
      `| ${name} | ${m.seconds.toFixed(2)} | ${m.cpuSeconds.toFixed(2)} | ${Math.round(done / m.seconds).toLocaleString('en-US')} | ${Math.round(m.peakMb)} MB |`,
    );
  for (const [name, m] of Object.entries(each)) line(names[name] ?? name, m, name === 'redact' ? redactedTexts : rows);
  const [work, whole] = [together(size, ['desensitize', 'transform']), together(size, ours)];
  line('**desensitize and transform**', work);
  line('**all five steps**', whole);
  const { copy, tokens, pandas } = each;
  if (!copy || !tokens) return;
  const ratio = (what: string, of: (field: 'seconds' | 'cpuSeconds') => number) =>
    console.log(`${what}: ${of('seconds').toFixed(1)} by the clock, ${of('cpuSeconds').toFixed(1)} of CPU time`);
  console.log('');
  ratio('(desensitize and transform, less the tokens) / copy', (field) => (work[field] - tokens[field]) / copy[field]);
  if (pandas) {
    ratio('pandas / (desensitize and transform)', (field) => pandas[field] / work[field]);
    ratio('pandas / all five steps', (field) => pandas[field] / whole[field]);
  }
}

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '2000000' },
    repeats: { type: 'string', default: '3' },
    pandas: { type: 'boolean', default: true },
    plot: { type: 'string' },
    step: { type: 'string' },
    root: { type: 'string' },
  },
  allowNegative: true,
});
const { step, root } = values;
if (step !== undefined && root !== undefined) await printMeasured(async () => steps[step]?.(root));
else {
  const python = values.pandas ? await ensurePandas() : undefined;
  console.log(
    `${availableParallelism()} cores (${cpus()[0]?.model}), node ${process.version}; each step has ${memoryMb} MB; median of ${values.repeats}`,
  );
  const sizes: SizeMeasured[] = [];
  for (const rows of values.rows.split(',')) {
    sizes.push(await benchmark(Number(rows), Number(values.repeats), python));
    show(sizes.at(-1) as SizeMeasured);
  }
  console.log(`\nload of the machine: ${loadavg()[0]?.toFixed(1)}`);
  if (values.plot !== undefined) await writeFile(values.plot, dataPlot(sizes, ours));
}
