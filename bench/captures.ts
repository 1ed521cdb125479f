import { parseArgs } from 'node:util';
import { buildBaseline } from '#domain/drift/baseline';
import { hourOf, startOfHour } from '#domain/drift/windows/hours';
import { createRandom } from '#domain/random';
import { artifactKeys } from '#domain/runs/layout';
import { counted } from '#domain/text/numbers';
import type { ObjectStore } from '#functions/ports/object-store';
import { measureDrift } from '#functions/use-cases/measure-drift';
import { driftCheckSchema } from '#schemas/records/drift-check';
import { captureLine } from '../test/fakes/capture-line.ts';
import { type MemoryObjects, memoryObjects } from '../test/fakes/memory-objects.ts';
import { memoryState } from '../test/fakes/memory-state.ts';
import { countAll } from '../test/functions/support/count-captures.ts';

/** What a drift check costs as captures add up: processor time and requests to S3, without the network. */
const { values: options } = parseArgs({
  options: {
    objects: { type: 'string', default: '10000' },
    requests: { type: 'string', default: '20' },
    columns: { type: 'string', default: '20' },
  },
});
const [objects, requests, columns] = [Number(options.objects), Number(options.requests), Number(options.columns)];
const run = { pipeline: 'loan', runId: 'r1' };
const names = Array.from({ length: columns }, (_, i) => `x${i}`);
const random = createRandom(7);
const row = (): number[] => names.map(() => random.normal());
const days = 7;
const end = Date.parse('2026-01-08T00:00:00Z');

const drift = { schedule: 'rate(1 day)', window: `${days}d`, performance: { decides: false } };
const features = names.map((name) => ({ kind: 'number', name, source: name, fill: null }));
const rows = Array.from({ length: 4000 }, row);
const keys = artifactKeys(run);
const sides = { rows: 4000, classes: [2000, 2000] };
const artifacts = memoryObjects('artifacts', {
  [keys.config]: {
    name: 'loan',
    dataset: {
      format: 'csv',
      label: { column: 'y', positive: 1 },
      columns: Object.fromEntries(names.map((name) => [name, { role: 'feature', type: 'number' }])),
    },
    evaluation: { task: 'binary', gates: [{ metric: 'auc', min: 0.7 }] },
    drift,
  },
  [keys.transform]: {
    version: 1,
    ...run,
    task: 'binary',
    label: { column: 'y', classes: ['0', '1'], classCounts: [2000, 2000] },
    features,
    dropped: [],
    slices: [],
    sides: { train: sides, validation: sides, test: sides },
    parts: { train: [1], validation: [1] },
  },
  [keys.baseline]: buildBaseline({
    rows: rows.length,
    columns: names.map((column, i) => ({
      column,
      kind: 'number',
      values: Float64Array.from(rows, (own) => own[i] as number),
    })),
    scores: { task: 'binary', values: Float64Array.from(rows, () => random.float()) },
  }),
  [keys.golden]: { valuesPerRow: 1, cases: [{ body: rows[0]?.join(','), predictions: [0.5] }] },
});
const clean = memoryObjects('clean');
const store = memoryState();
await store.put('loan', 'champion', {
  runId: 'r1',
  modelPackageArn: 'arn',
  modelPackageVersion: 1,
  modelName: 'm',
  endpointName: 'e',
  endpointConfigName: 'c',
  promotedAt: '2025-12-01T00:00:00.000Z',
});

/** Captures objects of so many requests of one row each, spread evenly between two times. */
async function capture(count: number, from: number, to: number, name: string): Promise<void> {
  for (let i = 0; i < count; i++) {
    const time = new Date(from + ((to - from) * i) / count).toISOString();
    const lines = Array.from({ length: requests }, () => captureLine(row().join(','), String(random.float()), time));
    const key = `loan/captures/e/AllTraffic/${hourOf(time)}/${name}-${String(i).padStart(6, '0')}.jsonl`;
    await clean.writeText(key, lines.join('\n'), 'application/jsonl');
  }
}

const used = { list: 0, get: 0, put: 0 };
/** A bucket that counts its requests; a listing takes one for each thousand objects that it shows (ListObjectsV2). */
const counting = ({ list, readText, readJson, writeJson, ...rest }: MemoryObjects): ObjectStore => ({
  ...rest,
  list: async (prefix, after) => {
    const found = await list(prefix, after);
    used.list += Math.max(1, Math.ceil(found.length / 1000));
    return found;
  },
  readText: (key) => {
    used.get += 1;
    return readText(key);
  },
  readJson: (key, schema) => {
    used.get += 1;
    return readJson(key, schema);
  },
  writeJson: (key, value) => {
    used.put += 1;
    return writeJson(key, value);
  },
});
const ports = { clean: counting(clean), artifacts: counting(artifacts), store, memoryMb: 1024 };

/** Does a step and prints what it took. */
async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
  Object.assign(used, { list: 0, get: 0, put: 0 });
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  const time = `${((user + system) / 1e6).toFixed(2)} s of processor time`;
  console.log(`${what.padEnd(44)} ${time}; ${used.list} LIST, ${used.get} GET, ${used.put} PUT`);
  return result;
}
/** One check: counts what is new and measures the window. */
async function check(what: string, at: number): Promise<void> {
  const checkedAt = new Date(at).toISOString();
  const done = await step(`${what}: count`, () => countAll(ports, checkedAt));
  const event = { pipeline: 'loan', checkedAt, counted: done };
  const measured = await step(`${what}: measure`, async () => driftCheckSchema.parse(await measureDrift(ports, event)));
  console.log(`  ${measured.window.rows} rows in the window`);
}

const hour = 3_600_000;
console.log(`${objects} objects of ${requests} requests, ${columns} columns, a window of ${days} days`);
await capture(objects, end - days * 24 * hour, end, 'a');
await check('first check', end);
await check('nothing new', end + 60_000);
for (const [i, more] of [1, 100, 1000].entries()) {
  const from = Date.parse(startOfHour(hourOf(new Date(end + i * hour).toISOString())));
  await capture(more, from, from + hour, 'b');
  await check(`${counted(more, 'object')} more`, from + hour);
}
