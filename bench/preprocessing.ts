/**
 * What preprocessing does to models of public data: `node bench/preprocessing.ts <folder of data>`. Every variant of a pipeline is prepared as in
 * a run, trained as in the training container, and judged on the same holdout. The folder has the files that the table names.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { ensurePython } from '#cli/python/environment';
import { algorithmOf } from '#domain/algorithms/registry';
import { evaluate } from '#domain/evaluation/evaluate';
import { cleanKeys } from '#domain/runs/layout';
import { modelFormat } from '#domain/serving/recalibration';
import { trainingHyperparameters } from '#domain/training/hyperparameters';
import { startRun } from '../test/fakes/data-run.ts';

const [data] = process.argv.slice(2);
if (data === undefined) throw new Error('Name the folder of the data: node bench/preprocessing.ts <folder>');
const python = await ensurePython();
const packages = fileURLToPath(new URL('../containers/xgboost', import.meta.url));

type Columns = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
/** A change of a pipeline. */
interface Change {
  readonly columns?: (columns: Columns) => Columns;
  readonly interactions?: readonly unknown[];
  readonly imbalance?: unknown;
}

/** Every number with further settings, those in a `feature` too. */
const numbers =
  (settings: object) =>
  (columns: Columns): Columns =>
    Object.fromEntries(
      Object.entries(columns).map(([name, own]) => {
        const feature = own['feature'] as { type?: string } | undefined;
        if (own['type'] === 'number') return [name, { ...own, ...settings }];
        return [name, feature?.type === 'number' ? { ...own, feature: { ...feature, ...settings } } : own];
      }),
    );

const common: Readonly<Record<string, Change>> = {
  'numbers as they are': {},
  'Yeo-Johnson, standard': { columns: numbers({ power: 'yeo-johnson', scale: 'standard' }) },
  'logarithm, robust': { columns: numbers({ power: 'log', scale: 'robust' }) },
  '10 quantile bins': { columns: numbers({ encode: 'bins' }) },
};
const balanced: Readonly<Record<string, Change>> = {
  'weight of positives (auto)': { imbalance: 'auto' },
  'balanced weights': { imbalance: { weights: 'balanced' } },
  'undersampled, 1 : 1': { imbalance: { undersample: 1 } },
};
const sets = [
  {
    file: 'credit_default_taiwan.csv.gz',
    pipeline: 'taiwan',
    changes: balanced,
    interactions: [
      { of: ['BILL_AMT1', 'LIMIT_BAL'], as: 'ratio' },
      { of: ['PAY_AMT1', 'BILL_AMT2'], as: 'ratio' },
    ],
  },
  {
    file: 'adult.data.gz',
    pipeline: 'adult',
    changes: balanced,
    interactions: [
      ['education_num', 'hours_per_week'],
      ['marital_status', 'occupation'],
    ],
  },
  {
    file: 'california_housing.csv.gz',
    pipeline: 'california',
    changes: {},
    interactions: [
      { of: ['total_rooms', 'households'], as: 'ratio' },
      { of: ['population', 'households'], as: 'ratio' },
      { of: ['total_bedrooms', 'total_rooms'], as: 'ratio' },
    ],
  },
] as const;

/** Trains in the folders of the container contract and scores the holdout. @returns the answers of the model */
function answers(root: string, run: Parameters<typeof cleanKeys>[0], hyperparameters: object): string {
  const base = join(root, 'job');
  const config = join(base, 'input/config');
  mkdirSync(config, { recursive: true });
  writeFileSync(join(config, 'hyperparameters.json'), JSON.stringify(hyperparameters));
  const csv = { ContentType: 'text/csv' };
  writeFileSync(join(config, 'inputdataconfig.json'), JSON.stringify({ train: csv, validation: csv }));
  for (const channel of ['train', 'validation'] as const)
    cpSync(join(root, 'clean', cleanKeys(run)[channel]), join(base, 'input/data', channel), { recursive: true });
  const runPython = (args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(python.python, args, {
      encoding: 'utf8',
      maxBuffer: 1e9,
      env: { PATH: process.env['PATH'], ...python.env, PYTHONPATH: packages, SAGEMAKER_BASE_DIR: base },
    });
    if (status !== 0) throw new Error(`Python ended with ${status}:\n${stderr}`);
    return stdout;
  };
  runPython(['-m', 'tidegate_xgboost', 'train']);
  const holdout = join(root, 'clean', `${cleanKeys(run).holdout('candidate')}00000-00000.csv`);
  return runPython([
    '-c',
    `
import sys, numpy as np, xgboost as xgb
booster = xgb.Booster()
booster.load_model(bytearray(open(sys.argv[1], "rb").read()))
rows = np.genfromtxt(sys.argv[2], delimiter=",", ndmin=2)
np.savetxt(sys.stdout, booster.inplace_predict(rows), fmt="%.9g")`,
    join(base, 'model/xgboost-model'),
    holdout,
  ]);
}

console.log('| data | variant | model inputs | AUC | log loss | Brier | RMSE |\n|---|---|---|---|---|---|---|');
for (const { file, pipeline, changes, interactions } of sets) {
  const yaml = readFileSync(new URL(`../test/fixtures/pipelines/${pipeline}.yml`, import.meta.url), 'utf8');
  const definition = parse(yaml);
  for (const [name, change] of Object.entries({ ...common, 'with interactions': { interactions }, ...changes })) {
    const { columns = (own: Columns) => own, ...rest }: Change = change;
    const { interactions: pairs = [], imbalance = 'none' } = rest;
    using run = await startRun({
      ...definition,
      imbalance,
      dataset: { ...definition.dataset, columns: columns(definition.dataset.columns), interactions: pairs },
    });
    run.drop(`${pipeline}/d/${file}`, readFileSync(join(data, file)));
    await run.desensitize(`${pipeline}/d/${file}`);
    await run.fit();
    await run.encode();
    const fitted = await run.fitted();
    const hyperparameters = trainingHyperparameters(run.pipeline, fitted.label.classCounts);
    const { output } = modelFormat(algorithmOf(run.pipeline), fitted);
    const scores = output.readScores(answers(run.folder, run.run, hyperparameters), 1, 'the model');
    const rows = await run.rows(`${cleanKeys(run.run).holdoutLabels}00000-00000.parquet`);
    const labels = Float64Array.from(rows, (row) => Number(row['_label']));
    const judged = { labels, candidate: scores, bootstrap: { resamples: 100, seed: 1 } };
    const { metrics } = evaluate(
      fitted.task === 'regression' ? { ...judged, task: 'regression' } : { ...judged, task: 'binary', threshold: 0.5 },
    );
    const shown = ['auc', 'log_loss', 'brier', 'rmse'].map((metric) => {
      const value = metrics[metric]?.value;
      return value === undefined ? '–' : value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(4);
    });
    console.log(`| ${pipeline} | ${name} | ${fitted.features.length} | ${shown.join(' | ')} |`);
  }
}
