import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { link, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { artifactKeys } from '#domain/runs/layout';
import { text } from '#domain/sql/literals';
import { writeLoanBook } from '#examples/loans/generate';
import type { ObjectRanges } from '#functions/ports/object-ranges';
import type { FileStore } from '#functions/ports/object-store';
import { openEngine } from '#functions/shards/duckdb';
import { desensitizeShard } from '#functions/use-cases/desensitize-shard';
import { divideRows } from '#functions/use-cases/divide-rows';
import { fitTransform } from '#functions/use-cases/fit-transform';
import { profileShard } from '#functions/use-cases/profile-shard';
import { transformShard } from '#functions/use-cases/transform-shard';
import { parsePipeline } from '#schemas/load-pipeline';

/** Memory limit of each step in MB, as for a Lambda function of this size. */
const memoryMb = 1000;
const run = { pipeline: 'loan-default', runId: 'bench' };
const key = 'loan-default/bench/loans-00000.csv';

/** The bucket operations that the steps use, over a folder of links: the benchmark leaves out the network. */
function folder(root: string): FileStore & ObjectRanges {
  const at = (name: string) => join(root, name);
  const unused = () => Promise.reject(new Error('not used by the benchmark'));
  const writeText = async (name: string, content: string) => {
    await mkdir(dirname(at(name)), { recursive: true });
    await writeFile(at(name), content);
  };
  return {
    bucket: root,
    uri: at,
    list: unused,
    readText: (name) => readFile(at(name), 'utf8'),
    readJson: async (name, schema) => schema.parse(JSON.parse(await readFile(at(name), 'utf8'))),
    writeText,
    writeJson: (name, value) => writeText(name, JSON.stringify(value)),
    download: (name, file) => link(at(name), file),
    readRange: () => {
      throw new Error('not used by the benchmark');
    },
    upload: async (file, name) => {
      await mkdir(dirname(at(name)), { recursive: true });
      await rm(at(name), { force: true });
      await link(file, at(name));
    },
  };
}

/** The measured steps; each runs in a process of its own. */
const steps: Record<string, (root: string) => Promise<unknown>> = {
  async copy(root) {
    const engine = await openEngine({ memoryMb, temporaryDirectory: join(root, 'spill') });
    const source = text(join(root, 'raw', key));
    const columns = `SELECT * FROM read_csv(${source}, header = true, all_varchar = true)`;
    await engine.query('copy', `COPY (${columns}) TO ${text(join(root, 'copy.csv'))} (HEADER)`);
    engine.close();
  },
  desensitize: (root) =>
    desensitizeShard(
      {
        raw: folder(join(root, 'raw')),
        clean: folder(join(root, 'clean')),
        artifacts: folder(join(root, 'artifacts')),
        tokenKeys: { current: new TextEncoder().encode('benchmark key, not used anywhere else') },
        memoryMb,
      },
      { run, shard: { index: 0, key, size: 0 } },
    ),
  divide: (root) =>
    divideRows(
      { clean: folder(join(root, 'clean')), artifacts: folder(join(root, 'artifacts')), memoryMb },
      { run, shards: 1 },
    ),
  profile: (root) =>
    profileShard(
      { clean: folder(join(root, 'clean')), artifacts: folder(join(root, 'artifacts')), memoryMb },
      { run, shard: { index: 0 } },
    ),
  fit: (root) =>
    fitTransform(
      { clean: folder(join(root, 'clean')), artifacts: folder(join(root, 'artifacts')), memoryMb },
      { run, shards: 1 },
    ),
  transform: (root) =>
    transformShard(
      { clean: folder(join(root, 'clean')), artifacts: folder(join(root, 'artifacts')), memoryMb },
      { run, shard: { index: 0 } },
    ),
};

interface Measured {
  readonly seconds: number;
  readonly peakMb: number;
}

/** Runs a step in a child process and measures its time (without start-up) and its peak resident memory. */
function measure(step: string, root: string): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), '--step', step, '--root', root], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve(JSON.parse(output)) : reject(new Error(`step ${step} ended with ${code}`)),
    );
  });
}

async function runStep(step: string, root: string): Promise<void> {
  const started = performance.now();
  await steps[step]?.(root);
  const seconds = (performance.now() - started) / 1000;
  // maxRSS is in KiB (Node documentation, process.resourceUsage)
  console.log(JSON.stringify({ seconds, peakMb: process.resourceUsage().maxRSS / 1024 }));
}

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
    await folder(join(root, 'artifacts')).writeJson(artifactKeys(run).config, pipeline);

    const names = Object.keys(steps);
    const measured = new Map<string, Measured[]>(names.map((name) => [name, []]));
    for (let i = 0; i < repeats; i++) {
      for (const name of names) measured.get(name)?.push(await measure(name, root));
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
if (values.step !== undefined && values.root !== undefined) await runStep(values.step, values.root);
else await benchmark(Number(values.rows), Number(values.repeats));
