import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import { artifactKeys, cleanKeys, type RunPointer } from '#domain/runs/layout';
import { modelKey } from '#domain/training/plan';
import type { Pipeline } from '#schemas/pipeline';
import { type DataRun, smallPipeline, startRun } from '../../fakes/data-run.ts';
import type { FakeBuckets } from './buckets.ts';

export type Task = Pipeline['evaluation']['task'];

const labels: Record<Task, { label: object; gate: object; of: (x: number) => string | number }> = {
  binary: {
    label: { column: 'y', positive: 1, negative: 0 },
    gate: { metric: 'auc', min: 0.8 },
    of: (x) => (x > 50 ? 1 : 0),
  },
  multiclass: {
    label: { column: 'y', classes: ['low', 'mid', 'high'] },
    gate: { metric: 'accuracy', min: 0.8 },
    of: (x) => (x < 33 ? 'low' : x < 66 ? 'mid' : 'high'),
  },
  regression: { label: { column: 'y' }, gate: { metric: 'rmse', max: 5 }, of: (x) => 2 * x },
};

/** A model of the rows below: what it answers for the first model input. */
export const models: Record<Task, (x: number) => readonly number[]> = {
  binary: (x) => [1 / (1 + Math.exp((50 - x) / 10))],
  multiclass: (x) => {
    const weights = [16, 50, 84].map((middle) => Math.exp(-(((x - middle) / 12) ** 2)));
    const sum = weights.reduce((a, b) => a + b, 0);
    return weights.map((weight) => weight / sum);
  },
  regression: (x) => [2 * x + 1],
};

/** Answers of a model that knows nothing. */
export const guesses: Record<Task, (x: number) => readonly number[]> = {
  binary: () => [0.5],
  multiclass: () => [0.4, 0.3, 0.3],
  regression: () => [100],
};

const row = (task: Task, i: number, shift: number, embedding: boolean): string => {
  const x = (i * 37) % 101;
  const own = embedding ? `,${(i * 29) % 97},${(i * 31) % 89}` : '';
  return `id${i},${labels[task].of(x)},${x + shift},${'rgb'[i % 3]}${own}\n`;
};

/**
 * A run whose rows are encoded, in two shards: `x` (a number the label follows from) and `c` (a category of no meaning). Give it a
 * run before to encode the holdout for that champion too, a `shift` to move `x` by, an `embedding` of two columns `e0` and `e1`, or make `c` a slice column. Dispose of it when done.
 */
export async function encodedRun(
  task: Task,
  {
    runId = 'r1',
    champion,
    shift = 0,
    embedding = false,
    rest = {},
    sliced = false,
  }: {
    runId?: string;
    champion?: DataRun;
    shift?: number;
    embedding?: boolean;
    sliced?: boolean;
    rest?: Record<string, unknown>;
  } = {},
): Promise<DataRun> {
  const { label, gate } = labels[task];
  const columns = {
    x: { role: 'feature', type: 'number' },
    c: sliced ? { role: 'slice', values: ['r', 'g'] } : { role: 'feature', type: 'category', encode: 'onehot' },
    ...(embedding ? { e0: { role: 'feature', type: 'number' }, e1: { role: 'feature', type: 'number' } } : {}),
  };
  const definition = smallPipeline(
    { label, id: 'id', columns, ...(embedding ? { embeddings: { text: 'e*' } } : {}) },
    { name: 'loan', evaluation: { task, gates: [gate], bootstrap: { resamples: 100 } }, ...rest },
  );
  const prepare = async (): Promise<DataRun> => {
    const run = await startRun(definition, runId, champion?.folder);
    for (const shard of [0, 1]) {
      const rows = Array.from({ length: 240 }, (_, i) => row(task, shard * 240 + i, shift, embedding)).join('');
      run.drop(`loan/first/${shard}.csv`, `id,y,x,c${embedding ? ',e0,e1' : ''}\n${rows}`);
      await run.desensitize(`loan/first/${shard}.csv`, shard);
    }
    await run.fit(2, champion?.run);
    for (const shard of [0, 1]) await run.encode(shard, champion?.run);
    return run;
  };
  if (champion) return prepare();
  const key = JSON.stringify([definition, shift]);
  const known = prepared.get(key) ?? prepare();
  prepared.set(key, known);
  const original = await known;
  originals.add(original.folder);
  const folder = mkdtempSync(join(tmpdir(), 'encoded-run-'));
  cpSync(original.folder, folder, { recursive: true });
  if (runId !== original.run.runId) rename(folder, original.run.runId, runId);
  return startRun(definition, runId, folder);
}

/** Gives a run another id: in the names of its folders and files, and in its records. No row depends on it. */
function rename(folder: string, from: string, to: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !path.endsWith('.json')) continue;
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(`"${from}"`, `"${to}"`));
  }
  const named = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(({ name }) =>
    [from, `${from}.json`].includes(name),
  );
  for (const { parentPath, name } of named)
    renameSync(join(parentPath, name), join(parentPath, name.replace(from, to)));
}

/** Runs that were prepared in this process: tests receive copies, because the same rows take the same seconds. */
const prepared = new Map<string, Promise<DataRun>>();
const originals = new Set<string>();
process.once('exit', () => {
  for (const folder of originals) rmSync(folder, { recursive: true, force: true });
});

/** Keys of a store, in order. */
export const holdoutParts = async ({ clean, run }: DataRun, model: 'candidate' | 'champion' = 'candidate') =>
  (await clean.list(cleanKeys(run).holdout(model))).map(({ key }) => key);

/** Does what batch transform does: writes a model's answer to each part of the holdout. */
export async function scoreHoldout(
  run: DataRun,
  task: Task,
  {
    as = 'candidate',
    model = models[task],
  }: { as?: 'candidate' | 'champion'; model?: (x: number) => readonly number[] } = {},
): Promise<void> {
  const keys = cleanKeys(run.run);
  for (const key of await holdoutParts(run, as)) {
    const lines = (await run.clean.readText(key)).trimEnd().split('\n');
    const answers = lines.map((line) => model(Number(line.split(',')[0])).join(','));
    await run.clean.writeText(
      `${keys.scores(as)}${key.slice(keys.holdout(as).length)}.out`,
      `${answers.join('\n')}\n`,
      'text/csv',
    );
  }
}

/** A model of XGBoost without trees, as a training job leaves it. */
async function plainModel(): Promise<Buffer> {
  const learner = {
    learner_model_param: { base_score: '5E-1', num_class: '0' },
    objective: { name: 'reg:squarederror' },
    gradient_booster: { name: 'gbtree', model: { tree_info: [], trees: [] } },
  };
  const body = new TextEncoder().encode(JSON.stringify({ learner }));
  return gzipSync(await packTar([{ header: { name: 'xgboost-model', size: body.length }, body }]));
}

/** Writes what evaluation keeps to recognise the model by: some rows of the holdout with its answers. */
export async function writeGolden(
  run: DataRun,
  task: Task,
  model: (x: number) => readonly number[] = models[task],
): Promise<string[]> {
  const [part = ''] = await holdoutParts(run);
  const lines = (await run.clean.readText(part)).split('\n').slice(0, 5);
  const cases = lines.map((body) => ({ body, predictions: [...model(Number(body.split(',')[0]))] }));
  const valuesPerRow = cases[0]?.predictions.length;
  await run.artifacts.writeJson(artifactKeys(run.run).golden, { valuesPerRow, cases });
  return lines;
}

/** Puts what the run has written so far into the buckets of the stage. */
export async function publish({ folder, run }: DataRun, buckets: FakeBuckets): Promise<void> {
  for (const zone of ['clean', 'artifacts']) {
    for (const entry of await readdir(join(folder, zone), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      buckets.put(`${zone}-bucket/${file.slice(join(folder, zone).length + 1)}`, readFileSync(file));
    }
  }
  const record = `artifacts-bucket/${artifactKeys(run).training}`;
  if (buckets.text(record) === undefined)
    buckets.put(record, JSON.stringify({ hyperparameters: {}, image: 'image:1' }));
  buckets.put(`artifacts-bucket/${modelKey(run, {}, 'dev')}`, await plainModel());
}

/** Reads a record of a run back from the artifacts bucket. */
export const recordOf = (buckets: FakeBuckets, run: RunPointer, name: keyof ReturnType<typeof artifactKeys>): unknown =>
  JSON.parse(buckets.text(`artifacts-bucket/${String(artifactKeys(run)[name])}`) ?? 'null');
