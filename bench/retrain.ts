/**
 * What a retrain costs and gives after the world changed: on the newest drop alone, from the champion's model on, and on all drops. Each way
 * trains a model for every drop in turn, by the use cases and the container's program, in this process and its children. The models of
 * the last drop are judged by a book that none of them saw.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pipeline as stream } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createGzip } from 'node:zlib';
import { packTar } from 'modern-tar/fs';
import { parse } from 'yaml';
import { ensurePython } from '#cli/python/environment';
import { algorithmOf } from '#domain/algorithms/registry';
import { artifactKeys, cleanKeys, type RunPointer, rawKeys } from '#domain/runs/layout';
import { modelKey } from '#domain/training/plan';
import { writeLoanBook } from '#examples/loans/generate';
import { openEngine } from '#functions/shards/duckdb';
import { desensitizeShard } from '#functions/use-cases/desensitize-shard';
import { divideRows } from '#functions/use-cases/divide-rows';
import { fitTransform } from '#functions/use-cases/fit-transform';
import { planTraining } from '#functions/use-cases/plan-training';
import { profileShard } from '#functions/use-cases/profile-shard';
import { transformShard } from '#functions/use-cases/transform-shard';
import { pipelineSchema } from '#schemas/pipeline';
import { continuationSchema } from '#schemas/records/continuation';
import { profileSchema } from '#schemas/records/profile';
import { dropRecordSchema } from '#schemas/records/run';
import { folderStore } from './folder-store.ts';

const { values } = parseArgs({
  options: { first: { type: 'string', default: '20000' }, next: { type: 'string', default: '3000' } },
});
const [first, next] = [Number(values.first), Number(values.next)];
const memoryMb = 1000;
const stage = 'bench';
const image = 'the same image';
const folder = mkdtempSync(join(tmpdir(), 'tidegate-retrain-'));
const python = await ensurePython();
const packages = fileURLToPath(new URL('../containers/xgboost', import.meta.url));
const { stages: _, ...definition } = parse(
  readFileSync(new URL('../pipelines/loan-default.yml', import.meta.url), 'utf8'),
);

/** The drops: two of a normal economy, then two small ones of a downturn; and the book that judges. */
const books = [
  { rows: first, economy: 'normal' },
  { rows: next, economy: 'normal' },
  { rows: next, economy: 'downturn' },
  { rows: next, economy: 'downturn' },
  { rows: first, economy: 'downturn' },
] as const;
const written = await Promise.all(
  books.map(({ rows, economy }, i) =>
    writeLoanBook(join(folder, `book-${i}`), rows, { seed: i + 1, economy, firstLoan: 1 + i * 1_000_000 }),
  ),
);
const files = written.map((book) => book.files[0] ?? '');
const judge = files.length - 1;

function runPython(args: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  const { status, stdout, stderr } = spawnSync(python.python, args, {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ...python.env, PYTHONPATH: packages, ...env },
  });
  if (status !== 0) throw new Error(`Python ended with ${status}:\n${stderr}`);
  return stdout;
}

/** The buckets of one way, and its steps. */
function world(name: string) {
  const root = join(folder, name);
  const bucket = (zone: string) => folderStore(join(root, zone));
  const ports = { clean: bucket('clean'), artifacts: bucket('artifacts'), memoryMb, stage, imageOf: () => image };
  const raw = bucket('raw');
  const tokenKeys = { current: new TextEncoder().encode('benchmark key, not used anywhere else') };

  /** Prepares a run over some books, the oldest first. */
  async function prepare(run: RunPointer, config: unknown, drops: readonly number[], champion?: RunPointer) {
    const { artifacts } = ports;
    await artifacts.writeJson(artifactKeys(run).config, pipelineSchema.parse(config));
    const record = {
      bucket: 'raw',
      prefix: `${run.pipeline}/${run.runId}/`,
      datasetVersion: '',
      objects: [],
      bytes: 0,
    };
    const lineage = {
      configHash: '',
      gitCommit: '',
      reason: 'manual',
      startedAt: '2026-12-01T00:00:00.000Z',
      executionArn: '',
    };
    const several = drops.map((drop) => ({ drop: String(drop), objects: 1, bytes: 0, shards: 1 }));
    await artifacts.writeJson(
      artifactKeys(run).drop,
      dropRecordSchema.parse({ ...record, ...lineage, ...(drops.length > 1 ? { drops: several } : {}) }),
    );
    const keys = drops.map((drop) => `${run.pipeline}/${drop}/loans.csv`);
    for (const [i, key] of keys.entries()) {
      mkdirSync(dirname(join(root, 'raw', key)), { recursive: true });
      cpSync(files[drops[i] ?? 0] ?? '', join(root, 'raw', key));
    }
    await raw.writeJson(
      rawKeys(run).files,
      keys.map((key) => ({ key })),
    );
    const each = (step: (index: number) => Promise<unknown>) => Promise.all(drops.map((_, index) => step(index)));
    await each((index) => desensitizeShard({ ...ports, raw, tokenKeys }, { run, shard: { index, size: 0 } }));
    await divideRows(ports, { run, shards: drops.length, ...(champion ? { champion } : {}) });
    await each((index) => profileShard(ports, { run, shard: { index } }));
    await fitTransform(ports, { run, shards: drops.length });
    await each((index) => transformShard(ports, { run, shard: { index }, ...(champion ? { champion } : {}) }));
  }

  /** Trains a prepared run in the folders of the container contract, and leaves the artifact. */
  async function train(run: RunPointer): Promise<string> {
    const { trainingJob } = await planTraining(
      {
        environment: {
          stage,
          cleanBucket: 'c',
          artifactsBucket: 'a',
          cleanKeyArn: 'k',
          artifactsKeyArn: 'k',
          trainingRoleArn: 'r',
        },
        artifacts: ports.artifacts,
        imageOf: () => image,
      },
      { run },
    );
    const base = join(root, 'jobs', run.runId);
    const write = (file: string, content: unknown) =>
      writeFileSync(join(base, 'input/config', file), JSON.stringify(content));
    mkdirSync(join(base, 'input/config'), { recursive: true });
    write('hyperparameters.json', trainingJob?.HyperParameters);
    const csv = { ContentType: algorithmOf({ training: { algorithm: 'xgboost' } }).input.contentType };
    write('inputdataconfig.json', { train: csv, validation: csv });
    for (const channel of ['train', 'validation'] as const)
      cpSync(join(root, 'clean', cleanKeys(run)[channel]), join(base, 'input/data', channel), { recursive: true });
    if (trainingJob && 'CheckpointConfig' in trainingJob) {
      const checkpoints = join(base, 'checkpoints');
      cpSync(join(root, 'artifacts', artifactKeys(run).checkpoints), checkpoints, { recursive: true });
      write('checkpointconfig.json', { LocalPath: checkpoints });
    }
    runPython(['-m', 'tidegate_xgboost', 'train'], { SAGEMAKER_BASE_DIR: base });
    const model = join(base, 'model/xgboost-model');
    const archive = join(root, 'artifacts', modelKey(run, {}, stage));
    mkdirSync(dirname(archive), { recursive: true });
    const sources = [{ type: 'file' as const, source: model, target: basename(model) }];
    await stream(packTar(sources), createGzip(), createWriteStream(archive));
    return model;
  }

  /** The ROC-AUC of a run's model on the book that judges. */
  async function score(run: RunPointer, model: string): Promise<number> {
    const own = { ...run, runId: `${run.runId}-judged` };
    const split = { train: 0.01, validation: 0.01, test: 0.98, seed: 'judge' };
    await prepare(own, { ...definition, split }, [judge], run);
    const labels = join(root, 'labels.csv');
    const engine = await openEngine({ memoryMb });
    const rows = join(root, 'clean', cleanKeys(own).holdoutLabels, '0*.parquet');
    await engine.query(
      'read labels',
      `COPY (SELECT _label FROM read_parquet('${rows}') ORDER BY _row) TO '${labels}' (HEADER false)`,
    );
    engine.close();
    const script = `
import glob, numpy as np, xgboost as xgb
booster = xgb.Booster()
booster.load_model(bytearray(open(${JSON.stringify(model)}, "rb").read()))
rows = np.vstack([np.genfromtxt(f, delimiter=",", ndmin=2) for f in sorted(glob.glob(${JSON.stringify(join(root, 'clean', cleanKeys(own).holdout('champion'), '0*.csv'))}))])
labels = np.genfromtxt(${JSON.stringify(labels)})
ranks = np.empty(len(labels)); ranks[np.argsort(booster.inplace_predict(rows), kind="stable")] = np.arange(1, len(labels) + 1)
positives = labels.sum()
print((ranks[labels == 1].sum() - positives * (positives + 1) / 2) / (positives * (len(labels) - positives)))`;
    return Number(runPython(['-c', script]));
  }
  return { ports, prepare, train, score };
}

const ways = { newest: {}, incremental: { incremental: true }, accumulate: { data: 'accumulate' } };
console.log(
  '| training | rows read | rows used | rounds before | seconds | AUC on new loans |\n|---|---|---|---|---|---|',
);
try {
  for (const [name, training] of Object.entries(ways)) {
    const { ports, prepare, train, score } = world(name);
    const config = { ...definition, training: { ...definition.training, ...training } };
    let champion: RunPointer | undefined;
    let [model, seconds] = ['', 0];
    for (let drop = 0; drop < judge; drop++) {
      const run = { pipeline: 'loan-default', runId: `r${drop}` };
      const drops = name === 'accumulate' ? Array.from({ length: drop + 1 }, (_, i) => i) : [drop];
      const started = performance.now();
      await prepare(run, config, drops, champion);
      model = await train(run);
      seconds = (performance.now() - started) / 1000;
      champion = run;
    }
    if (!champion) throw new Error('no model was trained');
    const { rows, sides } = await ports.artifacts.readJson(artifactKeys(champion).profile, profileSchema);
    const before =
      name === 'incremental'
        ? await ports.artifacts.readJson(artifactKeys(champion).continuation, continuationSchema)
        : undefined;
    const used = sides.train.rows + sides.validation.rows + sides.test.rows;
    const auc = await score(champion, model);
    console.log(
      `| ${name} | ${rows.toLocaleString('en-US')} | ${used.toLocaleString('en-US')} | ${before?.kind === 'continued' ? before.rounds : 0} | ${seconds.toFixed(1)} | ${auc.toFixed(4)} |`,
    );
  }
  console.log(`\nThe best that any model can reach: ${written[judge]?.bayesAuc.toFixed(4)}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
