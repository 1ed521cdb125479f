import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { estimateOf } from '#domain/metrics/measured';
import { artifactKeys } from '#domain/runs/layout';
import { evaluateCandidate } from '#functions/use-cases/evaluate-candidate';
import { pipelineSchema } from '#schemas/pipeline';
import { evaluationSchema } from '#schemas/records/evaluation';
import { fittedTransformSchema } from '#schemas/records/fitted-transform';
import { noTrees } from '../test/fakes/no-trees.ts';
import { type EncodingTable, encodingTables, type TableName } from './encoding-data.ts';
import { folderStore } from './folder-store.ts';
import { prepareSteps, writeRunRecords } from './prepare-steps.ts';
import { measureModel } from './train-model.ts';

/** The memory of the functions that read rows (resources/functions.yml), in MB. */
const memoryMb = 3008;
const key = 'encodings/bench/table.csv';
const run = { pipeline: 'encodings', runId: 'bench' };

/** The ways to encode: what a column gets besides its role and type; undefined leaves the columns out. */
const ways = {
  onehot: { category: {}, text: undefined },
  target: { category: { encode: 'target' }, text: undefined },
  hash: { category: { encode: 'hash' }, text: undefined },
  text: { category: {}, text: {} },
} as const;
type Way = keyof typeof ways;

const definition = (table: EncodingTable, way: Way, seed: number) => {
  const { category, text } = ways[way];
  const number = { role: 'feature', type: 'number', impute: 'none' };
  const columns = {
    ...Object.fromEntries(table.numbers.map((name) => [name, number])),
    ...Object.fromEntries(table.categories.map((name) => [name, { role: 'feature', type: 'category', ...category }])),
    ...Object.fromEntries(
      (table.texts ?? []).map((name) => [
        name,
        text === undefined
          ? { role: 'ignore' }
          : { role: 'text', action: 'redact', feature: { type: 'text', ...text } },
      ]),
    ),
  };
  return pipelineSchema.parse({
    name: run.pipeline,
    dataset: { format: 'csv', extraColumns: 'ignore', label: table.label, columns, ...table.dataset },
    personalData: { undeclared: 'allow' },
    split: { train: 0.7, validation: 0.15, test: 0.15, seed: `seed ${seed}` },
    imbalance: 'none',
    training: {
      hyperparameters: {
        num_round: 400,
        early_stopping_rounds: 20,
        eta: 0.1,
        max_depth: 6,
        subsample: 0.8,
        colsample_bytree: 0.8,
      },
    },
    evaluation: {
      task: table.task,
      gates: [{ metric: table.metric, ...(table.metric === 'auc' ? { min: 0 } : { max: 1e12 }) }],
    },
  });
};

/** What one run reaches on its holdout, and with how many model inputs. */
async function holdout(table: EncodingTable, way: Way, seed: number): Promise<{ value: number; inputs: number }> {
  const root = await mkdtemp(join(tmpdir(), 'tidegate-encodings-'));
  try {
    await mkdir(join(root, 'raw', dirname(key)), { recursive: true });
    await writeFile(join(root, 'raw', key), table.read());
    await writeRunRecords(root, run, key, definition(table, way, seed));
    for (const step of Object.values(prepareSteps(run, key, memoryMb))) await step(root);
    await measureModel('train', root, run);
    await measureModel('score', root, run);
    const artifacts = folderStore(join(root, 'artifacts'));
    await evaluateCandidate(
      { clean: folderStore(join(root, 'clean')), artifacts, readTrees: noTrees, memoryMb },
      { run },
    );
    const evaluation = await artifacts.readJson(artifactKeys(run).evaluation, evaluationSchema);
    const { features } = await artifacts.readJson(artifactKeys(run).transform, fittedTransformSchema);
    return { value: estimateOf(evaluation, table.metric).value, inputs: features.length };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Two-sided 95 % quantiles of Student's t, by degrees of freedom from 1. */
const t95 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];

/** A mean with the half width of its 95 % interval. */
function interval(values: readonly number[]): { mean: number; half: number } {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1);
  return { mean, half: (t95[values.length - 2] ?? 1.96) * Math.sqrt(variance / values.length) };
}

const { values } = parseArgs({
  options: { tables: { type: 'string' }, seeds: { type: 'string', default: '5' } },
});
const names = (values.tables?.split(',') ?? Object.keys(encodingTables)) as TableName[];
const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => i);
console.log(`${availableParallelism()} cores (${cpus()[0]?.model}), node ${process.version}, ${seeds.length} seeds`);
console.log('table, metric | way | inputs | holdout, 95 % interval of the mean | better than one-hot, by seed');
for (const name of names) {
  const table: EncodingTable = encodingTables[name];
  const digits = table.metric === 'auc' ? 4 : 1;
  const tried: readonly Way[] = table.texts ? ['onehot', 'text'] : ['onehot', 'target', 'hash'];
  let usual: readonly number[] = [];
  for (const way of tried) {
    const found: { value: number; inputs: number }[] = [];
    for (const seed of seeds) found.push(await holdout(table, way, seed));
    const reached = found.map(({ value }) => value);
    if (way === 'onehot') usual = reached;
    const { mean, half } = interval(reached);
    const better = interval(
      reached.map((v, i) => (table.metric === 'auc' ? v - (usual[i] as number) : (usual[i] as number) - v)),
    );
    const gain = way === 'onehot' ? '' : `${better.mean.toFixed(digits)} ± ${better.half.toFixed(digits)}`;
    console.log(
      `${name}, ${table.metric} | ${way} | ${found[0]?.inputs} | ${mean.toFixed(digits)} ± ${half.toFixed(digits)} | ${gain}`,
    );
  }
}
