import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { planShards, type Shard } from '#domain/runs/drop';
import { artifactKeys, rawKeys } from '#domain/runs/layout';
import { text } from '#domain/sql/literals';
import { openEngine } from '#functions/shards/duckdb';
import { desensitizeShard } from '#functions/use-cases/desensitize-shard';
import { divideRows } from '#functions/use-cases/divide-rows';
import { locateRows } from '#functions/use-cases/locate-rows';
import { parsePipeline } from '#schemas/load-pipeline';
import type { DropRecord } from '#schemas/records/run';
import { folderStore } from './folder-store.ts';
import { type Measured, measure, printMeasured } from './measure.ts';

/** Memory of the functions that clean and divide rows, in MB (resources/functions.yml). */
const memoryMb = 3008;
const run = { pipeline: 'loan-default', runId: 'bench' };
type Format = 'csv' | 'parquet';
const keyOf = (format: Format): string => `loan-default/bench/loans.${format}`;

/** Loans of random values, about 200 bytes each in CSV; one name in a hundred has a line break. */
const loansSql = (rows: number): string => `
  SELECT 'L' || i AS loan_id, TIMESTAMP '2026-01-01' + to_seconds(i % 7776000) AS issued_at,
    CASE WHEN i % 100 = 0 THEN 'Nobody' || chr(10) || i ELSE 'Nobody ' || i END AS full_name,
    'nobody' || i || '@example.com' AS email, '555-01' || (10 + i % 90) AS phone, 'N-' || hash(i) AS national_id,
    (i % 900) || ' Example Street' AS street, lpad((hash(i + 1) % 100000)::VARCHAR, 5, '0') AS zip,
    DATE '1950-01-01' + (hash(i + 2) % 18000)::INTEGER AS birth_date, CASE WHEN hash(i + 3) % 2 = 0 THEN 'F' ELSE 'M' END AS sex,
    CASE WHEN i % 20 > 0 THEN (hash(i + 4) % 200000)::INTEGER END AS income, (hash(i + 5) % 40000)::INTEGER AS amount,
    12 * (1 + (hash(i + 6) % 5))::INTEGER AS term, ['car', 'house', 'school'][1 + (hash(i + 7) % 3)::INTEGER] AS purpose,
    ['rent', 'own'][1 + (hash(i + 8) % 2)::INTEGER] AS home, (hash(i + 9) % 40)::INTEGER AS employment_years,
    round((hash(i + 10) % 100000) / 1000, 3) AS dti, (hash(i + 11) % 6)::INTEGER AS inquiries,
    (hash(i + 12) % 3)::INTEGER AS prior_defaults, round((hash(i + 13) % 100000) / 100000, 5) AS utilisation,
    CASE WHEN hash(i + 14) % 10 = 0 THEN 1 ELSE 0 END AS "default"
  FROM range(${rows}) AS r(i)`;
const bytesOfLoan: Record<Format, number> = { csv: 206, parquet: 82 };

async function generate(root: string, format: Format, gigabytes: number): Promise<number> {
  const rows = Math.round((gigabytes * 1e9) / bytesOfLoan[format]);
  const path = join(root, 'raw', keyOf(format));
  await mkdir(dirname(path), { recursive: true });
  const engine = await openEngine({ memoryMb, temporaryDirectory: join(root, 'spill') });
  await engine.query(
    'generate',
    `COPY (${loansSql(rows)}) TO ${text(path)} ${format === 'csv' ? '(HEADER)' : '(FORMAT parquet)'}`,
  );
  engine.close();
  return rows;
}

const ports = (root: string) => ({
  raw: folderStore(join(root, 'raw')),
  clean: folderStore(join(root, 'clean')),
  artifacts: folderStore(join(root, 'artifacts')),
  tokenKeys: { current: new TextEncoder().encode('benchmark key, not used anywhere else') },
  memoryMb,
  stage: 'bench',
  imageOf: () => 'no training',
});

/** The measured steps; each runs in a process of its own. */
const steps: Record<string, (root: string, shard: Shard) => Promise<unknown>> = {
  locate: (root, { first, part }) => {
    if (part === undefined) throw new Error('the file has one part');
    return locateRows(ports(root), { run, shard: { first, part } });
  },
  desensitize: (root, shard) => desensitizeShard(ports(root), { run, shard }),
  divide: (root, { index }) => divideRows(ports(root), { run, shards: index + 1 }),
};

/** Runs a step on a shard in a process of its own. */
const measureShard = (step: string, root: string, shard: Shard): Promise<Measured> =>
  measure(fileURLToPath(import.meta.url), step, root, '--shard', JSON.stringify(shard));

function print(what: string, measured: readonly Measured[]): void {
  const seconds = measured.map((m) => m.seconds).toSorted((a, b) => a - b);
  const middle = seconds[Math.floor(seconds.length / 2)] ?? 0;
  const peak = Math.max(...measured.map((m) => m.peakMb));
  console.log(
    `  ${what.padEnd(28)} median ${middle.toFixed(1)} s, longest ${(seconds.at(-1) ?? 0).toFixed(1)} s, peak ${Math.round(peak)} MB`,
  );
}

async function prepare(root: string, format: Format, size: number): Promise<Shard[]> {
  const file = new URL('../pipelines/loan-default.yml', import.meta.url);
  const pipeline = parsePipeline(await readFile(file, 'utf8'), 'pipelines/loan-default.yml');
  const { artifacts, raw } = ports(root);
  const drop: DropRecord = {
    bucket: 'raw',
    prefix: 'loan-default/bench/',
    datasetVersion: 'bench',
    objects: [{ id: 'bench', size, etag: 'bench' }],
    bytes: size,
    configHash: 'bench',
    gitCommit: 'bench',
    reason: 'drop',
    startedAt: new Date().toISOString(),
    executionArn: 'bench',
  };
  await artifacts.writeJson(artifactKeys(run).config, { ...pipeline, dataset: { ...pipeline.dataset, format } });
  await artifacts.writeJson(artifactKeys(run).drop, drop);
  await raw.writeJson(rawKeys(run).files, [{ key: keyOf(format) }]);
  return planShards([{ key: keyOf(format), size, etag: 'bench' }]);
}

async function benchmark(format: Format, gigabytes: number): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'tidegate-bench-'));
  try {
    const rows = await generate(root, format, gigabytes);
    const { size } = await stat(join(root, 'raw', keyOf(format)));
    const shards = await prepare(root, format, size);
    console.log(
      `${format}: ${rows.toLocaleString('en-US')} loans, ${(size / 1e9).toFixed(2)} GB in ${shards.length} parts`,
    );
    const [first] = shards;
    if (format === 'csv' && first?.part !== undefined) print('locate', [await measureShard('locate', root, first)]);
    const cleaned: Measured[] = [];
    for (const shard of shards) cleaned.push(await measureShard('desensitize', root, shard));
    print('desensitize, each part', cleaned);
    const last = shards.at(-1);
    if (last) print('divide', [await measureShard('divide', root, last)]);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

const { values } = parseArgs({
  options: {
    gigabytes: { type: 'string', default: '1' },
    format: { type: 'string' },
    step: { type: 'string' },
    root: { type: 'string' },
    shard: { type: 'string' },
  },
});
if (values.step !== undefined && values.root !== undefined && values.shard !== undefined) {
  const [step, root, shard] = [values.step, values.root, JSON.parse(values.shard)];
  await printMeasured(async () => steps[step]?.(root, shard));
} else {
  console.log(`${availableParallelism()} cores (${cpus()[0]?.model}), node ${process.version}`);
  for (const format of ['csv', 'parquet'] as const) {
    if (values.format === undefined || values.format === format) await benchmark(format, Number(values.gigabytes));
  }
}
