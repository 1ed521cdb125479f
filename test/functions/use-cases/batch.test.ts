import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { batchItems, batchKeys } from '#domain/batch/layout';
import { deploymentKeys } from '#domain/deployment/target';
import { tokenOf } from '#domain/privacy/tokenize';
import { artifactKeys, cleanKeys, rawKeys } from '#domain/runs/layout';
import { recalibrate } from '#domain/serving/recalibration';
import { encodeBatchShard } from '#functions/shards/encode-batch-shard';
import { admitBatch } from '#functions/use-cases/admit-batch';
import { desensitizeShard } from '#functions/use-cases/desensitize-shard';
import { finishBatch } from '#functions/use-cases/finish-batch';
import { joinScores } from '#functions/use-cases/join-scores';
import { pipelineSchema } from '#schemas/pipeline';
import { batchRecordSchema } from '#schemas/records/batch';
import { type DataRun, smallPipeline, startRun, testEngine, tokenKey } from '../../fakes/data-run.ts';
import { type MemoryState, memoryState } from '../../fakes/memory-state.ts';

const memoryMb = 1024;
const startedAt = '2026-02-01T06:00:00.000Z';
const champion = {
  runId: 'r1',
  modelPackageVersion: 3,
  modelPackageArn: 'arn:aws:sagemaker:eu-central-1:123456789012:model-package/tidegate-dev-small/3',
  endpointName: 'tidegate-dev-small',
  endpointConfigName: 'c',
  modelName: 'm',
  promotedAt: '2026-01-31T00:00:00Z',
};
const columns = {
  x: { role: 'feature', type: 'number', impute: 'median' },
  c: { role: 'feature', type: 'category' },
  email: { role: 'pii', action: 'drop' },
};
const formats = ['csv', 'jsonl', 'parquet'] as const;
type Format = (typeof formats)[number];
type Row = readonly [id: string, x: string, c: string];

let run: DataRun;
let store: MemoryState;
let running: Set<string>;
let settings: Record<string, unknown>;
/** Every execution has a name of its own. */
let executions = 0;

/** A model trained on a small drop, in a world whose raw bucket has files to score. */
beforeAll(async () => {
  run = await startRun(smallPipeline({ id: 'id', columns }));
  const rows = Array.from({ length: 400 }, (_, i) => `i${i},${i % 2},${i / 7},${'abc'[i % 3]},p${i}@example.org`);
  run.drop('small/jan/a.csv', `id,y,x,c,email\n${rows.join('\n')}\n`);
  await run.desensitize('small/jan/a.csv');
  await run.fit();
});
afterAll(() => run[Symbol.dispose]());
beforeEach(async () => {
  store = memoryState();
  running = new Set();
  settings = {};
  await store.put('small', deploymentKeys.champion, champion);
});

const ports = () => ({
  raw: {
    bucket: 'raw',
    list: async (prefix: string) =>
      (await run.raw.list(prefix)).map((object) => ({ ...object, etag: `e${object.size}`, lastModified: startedAt })),
  },
  rawRecords: run.raw,
  artifacts: run.artifacts,
  clean: run.clean,
  store,
  memoryMb,
  isRunning: async (arn: string) => running.has(arn),
  readPipeline: () => ({ pipeline: pipelineSchema.parse(smallPipeline({ id: 'id', columns }, settings)) }),
  environment: { stage: 'dev', cleanBucket: 'clean', cleanKeyArn: 'key' },
  gitCommit: 'g',
});
const executionOf = (arn: string) => ({ arn, startedAt });
const admit = (key: string, arn = 'e1', settled = false) =>
  admitBatch(ports(), { key, execution: executionOf(arn), settled });
const recordOf = async (id: string) => batchRecordSchema.parse(await store.get('small', batchItems.one(id)));

async function admitted(key: string, arn?: string) {
  const admission = await admit(key, arn);
  if (admission.decision !== 'admitted') throw new Error(JSON.stringify(admission));
  return admission;
}

/** What batch transform does: a score for each line of each object. */
async function transform({ runId }: { readonly runId: string }): Promise<void> {
  const keys = cleanKeys({ pipeline: 'small', runId });
  for (const { key } of await run.clean.list(keys.batchInputs)) {
    const lines = (await run.clean.readText(key)).trimEnd().split('\n');
    const scores = lines.map((line) => `${1 / (1 + Math.exp(-(Number(line.split(',')[0]) - 20) / 10))}\n`);
    const out = `${keys.batchScores}${key.slice(keys.batchInputs.length)}.out`;
    await run.clean.writeText(out, scores.join(''), 'text/csv');
  }
}

/** Takes a batch through every step. */
async function score(key: string) {
  const admission = await admitted(key, `scoring-${++executions}`);
  const { run: batch, model, shards } = admission;
  const planned = JSON.parse(await run.artifacts.readText(admission.shardsKey)) as {
    index: number;
    size: number;
    first: number;
    files: number;
  }[];
  for (const shard of planned) {
    await desensitizeShard({ ...ports(), raw: run.raw, tokenKeys: { current: tokenKey } }, { run: batch, shard });
    await encodeBatchShard(ports(), { run: batch, shard: shard.index, model });
  }
  await transform(batch);
  const join_ = () => joinScores(ports(), { run: batch, shards });
  return { batch, result: await join_(), join: join_ };
}

async function writeFile(key: string, format: Format, rows: readonly Row[]) {
  const objects = rows.map(([id, x, c]) => JSON.stringify({ id, x: x === '' ? null : x, c }));
  switch (format) {
    case 'csv':
      return run.drop(key, `id,x,c\n${rows.map((row) => `${row.join(',')}\n`).join('')}`);
    case 'jsonl':
      return run.drop(key, objects.map((own) => `${own}\n`).join(''));
    case 'parquet': {
      using engine = await testEngine();
      run.drop(key, '');
      run.drop(`${key}.txt`, rows.map((row) => `${row.join(',')}\n`).join(''));
      const [from, to] = [`${key}.txt`, key].map((own) => join(run.folder, 'raw', own));
      await engine.query(
        'write',
        `COPY (SELECT id, x, c FROM read_csv('${from}', header = false, all_varchar = true, names = ['id', 'x', 'c'])) TO '${to}' (FORMAT parquet)`,
      );
      return rmSync(from as string);
    }
  }
}

async function scoredRows(batch: { readonly pipeline: string; readonly runId: string }, format: Format) {
  using engine = await testEngine();
  const record = await recordOf(batch.runId);
  const paths = (record.files ?? []).map((name) => `'${join(run.folder, 'clean', record.prefix, name)}'`);
  const read = { csv: 'read_csv', jsonl: 'read_json', parquet: 'read_parquet' }[format];
  const rows = await engine.query('read', `SELECT * FROM ${read}([${paths.join(', ')}])`);
  return rows.map((row) => ({ ...row, file: Number(row['file']), line: Number(row['line']) }));
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-(x - 20) / 10));

describe('a batch', () => {
  it.each(formats)('of %s is scored row for row, and what is malformed is listed', async (format) => {
    const folder = `small/batch/feb-${format}/`;
    const rows = Array.from({ length: 150 }, (_, i): Row => [`n${i}`, String(i / 4), 'abc'[i % 3] ?? '']);
    await writeFile(`${folder}a.${format}`, format, rows.slice(0, 100).with(41, ['bad', 'many', 'a']));
    await writeFile(`${folder}b.${format}`, format, rows.slice(100));
    run.drop(`${folder}_SUCCESS`, '');

    const { batch, result, join: again } = await score(`${folder}_SUCCESS`);

    expect(result).toEqual({ decision: 'scored', pipeline: 'small', batchId: batch.runId });
    const header = format === 'csv' ? 1 : 0;
    const expected = rows.flatMap(([id, x], i) =>
      i === 41
        ? []
        : [
            {
              file: i < 100 ? 1 : 2,
              line: (i % 100) + 1 + header,
              id: tokenOf(tokenKey, id),
              score: sigmoid(Number(x)),
              positive: sigmoid(Number(x)) >= 0.5,
            },
          ],
    );
    const found = await scoredRows(batch, format);
    expect(
      found.map(({ file, line, id, score: own, positive }: Record<string, unknown>) => ({
        file,
        line,
        id,
        score: own,
        positive,
      })),
    ).toEqual(expected);
    expect(new Set(found.map((row: Record<string, unknown>) => Number(row['modelVersion'])))).toEqual(new Set([3]));
    const record = await recordOf(batch.runId);
    expect(record).toMatchObject({ status: 'scored', format, model: { runId: 'r1', modelPackageVersion: 3 } });
    expect(record.counts).toMatchObject({
      rows: 150,
      scored: 149,
      malformed: 1,
      problems: [{ column: 'x', reason: 'not a finite number', count: 1 }],
    });
    const malformed = JSON.parse(readFileSync(join(run.folder, 'clean', batchKeys(batch).malformed), 'utf8'));
    expect(malformed).toMatchObject({
      file: 'file 1 of the drop',
      [format === 'parquet' ? 'row' : 'line']: 42 + header,
    });
    // nothing of the rows leaves the raw bucket but tokens and model inputs
    expect(JSON.stringify(record) + JSON.stringify(malformed)).not.toContain('many');
    expect(await again()).toEqual(result);
    expect(await recordOf(batch.runId)).toEqual(record);
  });

  it('reads a file that has the label and other columns, and leaves them unread', async () => {
    run.drop('small/batch/full/a.csv', 'id,y,x,c,email,more\nk1,not a class,3,a,jane@example.org,1\n');
    run.drop('small/batch/full/_SUCCESS', '');

    const { batch } = await score('small/batch/full/_SUCCESS');

    expect(await scoredRows(batch, 'csv')).toMatchObject([
      { id: tokenOf(tokenKey, 'k1'), score: sigmoid(3), label: 0 },
    ]);
    const [clean] = await run.rows(cleanKeys(batch).shard(0));
    expect(Object.keys(clean ?? {})).not.toContain('email');
  });

  it('has the probabilities among all rows, of a model that learnt from fewer rows of a class', async () => {
    const fitted = await run.fitted();
    const balance = { majority: 0, keptShare: 0.25 } as const;
    const transformKey = artifactKeys(run.run).transform;
    await run.artifacts.writeJson(transformKey, { ...fitted, balance: { kind: 'undersampled', ...balance } });
    run.drop('small/batch/fewer/a.csv', 'id,x,c\nk1,30,a\nk2,50,a\n');
    run.drop('small/batch/fewer/_SUCCESS', '');
    try {
      const { batch } = await score('small/batch/fewer/_SUCCESS');

      // the model's own answer for the first row, 0.73, would be positive
      expect(await scoredRows(batch, 'csv')).toMatchObject([
        { score: recalibrate(sigmoid(30), balance), positive: false },
        { score: recalibrate(sigmoid(50), balance), positive: true },
      ]);
    } finally {
      await run.artifacts.writeJson(transformKey, fitted);
    }
  });

  it('goes on with the shard at which an attempt ended', async () => {
    for (const name of ['a', 'b']) run.drop(`small/batch/two/${name}.csv`, `id,x,c\n${name},4,a\n`);
    run.drop('small/batch/two/_SUCCESS', '');
    const { batch, join: again } = await score('small/batch/two/_SUCCESS');
    const { files = [], prefix } = await recordOf(batch.runId);
    expect(files).toEqual(['scores-00000.csv', 'scores-00001.csv']);
    const [first, second] = files.map((name) => join(run.folder, 'clean', prefix, name));
    for (const path of [first, second]) rmSync(path as string);
    rmSync(join(run.folder, 'artifacts', artifactKeys(batch).shardScores(1)));

    await again();

    expect(existsSync(first as string)).toBe(false);
    expect(existsSync(second as string)).toBe(true);
  });

  it('of files without rows has a message of its own when its job fails', async () => {
    run.drop('small/batch/blank/a.csv', 'id,x,c\n');
    run.drop('small/batch/blank/_SUCCESS', '');
    const { run: batch, model } = await admitted('small/batch/blank/_SUCCESS');
    const shard = { index: 0, size: 7, first: 0, files: 1 };
    await desensitizeShard({ ...ports(), raw: run.raw, tokenKeys: { current: tokenKey } }, { run: batch, shard });
    expect(await encodeBatchShard(ports(), { run: batch, shard: 0, model })).toEqual({ rows: 0 });
    const erased: object[] = [];
    const finish = () =>
      finishBatch(
        { artifacts: run.artifacts, store, runData: { erase: async (own) => void erased.push(own) } },
        {
          key: 'small/batch/blank/_SUCCESS',
          execution: executionOf('e1'),
          error: { Error: 'States.TaskFailed', Cause: '{"TransformJobName":"t","FailureReason":"no objects"}' },
        },
      );

    const failure = await finish();

    expect(failure).toMatchObject({ pipeline: 'small', batchId: batch.runId, error: 'EmptyDropError' });
    expect(failure.message).toMatch(/no row to score: they are blank/);
    expect(await recordOf(batch.runId)).toMatchObject({ status: 'failed', failure: { error: 'EmptyDropError' } });
    expect(await finish()).toEqual(failure);
    expect(erased).toEqual([batch, batch]);
  });

  it('that was scored stays so when its end fails', async () => {
    run.drop('small/batch/ended/a.csv', 'id,x,c\nk,1,a\n');
    run.drop('small/batch/ended/_SUCCESS', '');
    const { batch } = await score('small/batch/ended/_SUCCESS');
    const record = await recordOf(batch.runId);
    const erased: object[] = [];

    const failure = await finishBatch(
      { artifacts: run.artifacts, store, runData: { erase: async (own) => void erased.push(own) } },
      {
        key: 'small/batch/ended/_SUCCESS',
        execution: executionOf(record.executionArn),
        error: { Error: 'Lambda.Unknown', Cause: '' },
      },
    );

    expect(failure).toMatchObject({ batchId: batch.runId, isScored: true, error: 'Lambda.Unknown' });
    expect(failure.message).toMatch(/^The files were scored, as batch .+ Only the end of the execution failed: /);
    expect(await recordOf(batch.runId)).toEqual(record);
    expect(erased).toEqual([]);
  });

  it('that was stopped is not scored by a function that still runs', async () => {
    run.drop('small/batch/late/a.csv', 'id,x,c\nk,1,a\n');
    run.drop('small/batch/late/_SUCCESS', '');
    const { batch, join: again } = await score('small/batch/late/_SUCCESS');
    await store.set('small', batchItems.one(batch.runId), { status: 'failed' });

    await expect(again()).rejects.toThrow(/ended before its scores were joined/);
    expect(await recordOf(batch.runId)).toMatchObject({ status: 'failed' });
  });

  it('that lacks a model input is refused with its name', async () => {
    run.drop('small/batch/lacking/a.csv', 'id,x\nk,1\n');
    run.drop('small/batch/lacking/_SUCCESS', '');

    await expect(score('small/batch/lacking/_SUCCESS')).rejects.toThrow(/"c"/);
  });

  it('of JSON lines of which no object has a model input is refused with its name', async () => {
    run.drop('small/batch/keys/a.jsonl', '{"id":"k","x":1}\n');
    run.drop('small/batch/keys/_SUCCESS', '');

    await expect(score('small/batch/keys/_SUCCESS')).rejects.toThrow('No object of the files has a key for "c".');
  });
});

describe('admitting a batch', () => {
  const key = 'small/batch/feb/_SUCCESS';
  beforeEach(() => {
    run.drop('small/batch/feb/a.csv', 'id,x,c\nk,1,a\n');
    run.drop(key, '');
  });

  it('pins the model in service and plans its job', async () => {
    const { run: batch, model, job, step } = await admitted(key);

    expect({ model, step }).toEqual({ model: { pipeline: 'small', runId: 'r1' }, step: 'desensitize' });
    expect(job).toMatchObject({
      TransformJobName: `tidegate-dev-small-${batch.runId}-b`,
      ModelName: 'tidegate-dev-small-r1',
      TransformInput: { DataSource: { S3DataSource: { S3Uri: `s3://clean/${cleanKeys(batch).batchInputs}` } } },
    });
    expect(await recordOf(batch.runId)).toMatchObject({
      status: 'running',
      drop: expect.stringMatching(/^small\/drop-/),
    });
    expect(JSON.parse(await run.raw.readText(rawKeys(batch).files))).toEqual([{ key: 'small/batch/feb/a.csv' }]);
  });

  it('writes the format that the pipeline names', async () => {
    settings = { batch: { format: 'parquet' } };
    const { run: batch } = await admitted(key);

    expect(await recordOf(batch.runId)).toMatchObject({ format: 'parquet' });
  });

  it('admits a retry again, and no second execution while the first one runs', async () => {
    const first = await admitted(key);
    running.add('e1');

    expect(await admit(key)).toEqual(first);
    expect(await admit(key, 'e2')).toMatchObject({
      decision: 'skipped',
      batchId: first.run.runId,
      reason: expect.stringMatching(/is scoring these files$/),
    });
  });

  it('skips what the model scored before, but not what another model did', async () => {
    const { run: batch } = await admitted(key);
    await store.set('small', batchItems.one(batch.runId), { status: 'scored' });

    expect(await admit(key, 'e2')).toMatchObject({ decision: 'skipped', batchId: batch.runId });
    await run.artifacts.writeJson(artifactKeys({ pipeline: 'small', runId: 'r2' }).config, run.pipeline);
    await store.put('small', deploymentKeys.champion, { ...champion, runId: 'r2' });
    expect(await admit(key, 'e2')).toMatchObject({ decision: 'admitted', model: { runId: 'r2' } });
  });

  it.each([
    ['failed', (id: string) => store.set('small', batchItems.one(id), { status: 'failed' })],
    ['was stopped', async () => {}],
  ])('takes over the files of a batch that %s', async (_, end) => {
    const { run: batch } = await admitted(key);
    await end(batch.runId);

    expect(await admit(key, 'e2')).toMatchObject({ decision: 'admitted' });
  });

  it.each([
    ['small/batch/feb/a.csv', /not the marker/],
    ['small/batch/_tmp/_SUCCESS', /starts with _ or \./],
  ])('passes over %s', async (object, reason) => {
    expect(await admit(object)).toEqual({
      decision: 'skipped',
      pipeline: 'small',
      cause: 'not-data',
      reason: expect.stringMatching(reason),
    });
  });

  it('waits for quiet where each object starts a drop, and lets the last object speak', async () => {
    const each = {
      dataset: {
        ...(smallPipeline({ id: 'id', columns }) as { dataset: object }).dataset,
        trigger: { eachObject: true },
      },
    };
    settings = each;
    expect(await admit('small/batch/feb/a.csv')).toEqual({ decision: 'settling', waitSeconds: 60 });
    expect(await admit('small/batch/feb/a.csv', 'e1', true)).toMatchObject({ decision: 'admitted' });
    expect(await admit('small/batch/feb/.hidden', 'e3', true)).toMatchObject({ decision: 'skipped' });
  });

  it('refuses files in no folder of their own, and a pipeline without a model', async () => {
    await expect(admit('small/batch/_SUCCESS')).rejects.toThrow(/below small\/batch\/<folder>\//);
    await store.remove('small', deploymentKeys.champion);
    await expect(admit(key)).rejects.toThrow(/no model in service/);
  });

  it('scores nothing of a retired pipeline', async () => {
    await store.put('small', deploymentKeys.retired, { at: '2026-01-31T00:00:00Z' });

    expect(await admit(key)).toMatchObject({ decision: 'skipped', reason: 'the pipeline was retired on 2026-01-31' });
  });

  it('says when all objects are gone', async () => {
    await expect(admit('small/batch/gone/_SUCCESS')).rejects.toThrow(/no objects left below small\/drop-/);
  });
});

it('a batch that failed before it was admitted has a message and no record', async () => {
  const error = { Error: 'NotFoundError', Cause: '{"errorType":"NotFoundError","errorMessage":"no model"}' };
  const finished = await finishBatch(
    { artifacts: run.artifacts, store, runData: { erase: async () => {} } },
    { key: 'small/batch/x/_SUCCESS', execution: executionOf('e9'), error },
  );

  expect(finished).toEqual({ pipeline: 'small', executionArn: 'e9', error: 'NotFoundError', message: 'no model' });
});
