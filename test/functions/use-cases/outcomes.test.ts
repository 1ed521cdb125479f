import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deploymentKeys } from '#domain/deployment/target';
import { DropVanishedError } from '#domain/errors';
import { outcomeItems, outcomeKeys, outcomesQuarantine } from '#domain/outcomes/layout';
import { tokenOf } from '#domain/privacy/tokenize';
import { artifactKeys, predictionKey } from '#domain/runs/layout';
import { firstIdOf, inferenceIdOf } from '#domain/serving/inference-id';
import { joinOutcomes } from '#functions/use-cases/join-outcomes';
import { readOutcomes } from '#functions/use-cases/read-outcomes';
import { recordedOutcomesSchema } from '#schemas/events/outcomes';
import { pipelineSchema } from '#schemas/pipeline';
import { labelWindowSchema } from '#schemas/records/label-window';
import type { ReceivedFile } from '#schemas/records/outcome';
import { performanceSchema } from '#schemas/records/performance';
import type { PerformanceReference } from '#schemas/records/performance-estimate';
import { type PredictionRecord, predictionRecordSchema } from '#schemas/records/prediction';
import { tokenKey } from '../../fakes/data-run.ts';
import { folderStore } from '../../fakes/folder-store.ts';
import { memoryState } from '../../fakes/memory-state.ts';

const formerKey = new TextEncoder().encode('the former key of the tests, also long enough');
const pipeline = pipelineSchema.parse({
  name: 'churn',
  dataset: {
    format: 'csv',
    csv: { delimiter: ';' },
    label: { column: 'churned', positive: 'yes', negative: 'no' },
    id: 'customer',
    columns: { x: { role: 'feature', type: 'number' }, email: { role: 'pii', action: 'drop' } },
  },
  evaluation: { task: 'binary', gates: [{ metric: 'auc', min: 0.5 }], bootstrap: { resamples: 100 } },
});
const runId = '20260101-000000-0001';
const champion = {
  runId,
  modelPackageVersion: 1,
  modelPackageArn: 'arn:aws:sagemaker:eu-central-1:123456789012:model-package/tidegate-dev-churn/1',
  endpointName: 'tidegate-dev-churn',
  endpointConfigName: 'c',
  modelName: 'm',
  promotedAt: '2026-01-01T00:00:00Z',
};
const receivedAt = '2026-01-20T12:00:00.000Z';
const [first, second] = [Date.parse('2026-01-10T10:00:00Z'), Date.parse('2026-01-11T10:00:00Z')];
const idOf = (at: number, n: number) =>
  inferenceIdOf(
    at,
    Uint8Array.from({ length: 10 }, () => n),
  );

let folder: string;
let world: ReturnType<typeof openWorld>;

function openWorld(previous?: Uint8Array) {
  const bucket = (name: string) => folderStore(join(folder, name));
  const [raw, clean, artifacts, store] = [bucket('raw'), bucket('clean'), bucket('artifacts'), memoryState()];
  const tokenKeys = { current: tokenKey, ...(previous ? { previous } : {}) };
  const write = (name: string, key: string, content: string | Uint8Array) => {
    mkdirSync(dirname(join(folder, name, key)), { recursive: true });
    writeFileSync(join(folder, name, key), content);
  };
  const read = (text: string, { key = 'churn/outcomes/jan/jane-doe.csv', etag = 'e1', at = receivedAt } = {}) => {
    write('raw', key, text);
    const ports = { raw, clean, artifacts, store, tokenKeys, memoryMb: 512 };
    return readOutcomes(ports, { key, size: text.length, etag, versionId: null, receivedAt: at });
  };
  const join_ = (file: ReceivedFile) => joinOutcomes({ clean, artifacts, store }, { file });
  return {
    raw,
    clean,
    artifacts,
    store,
    read,
    join: join_,
    /** Reads and joins a file. */
    async record(text: string, given?: Parameters<typeof read>[1]) {
      const found = await read(text, given);
      if (found.decision !== 'read') throw new Error(found.reason);
      const recorded = recordedOutcomesSchema.parse(await join_(found.file));
      if (recorded.decision !== 'recorded') throw new Error(recorded.reason);
      return recorded.file;
    },
    lines: async (key: string) => {
      const file = join(folder, 'lines.gz');
      await clean.download(key, file);
      const { readFileSync } = await import('node:fs');
      const text = gunzipSync(readFileSync(file)).toString();
      return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
    },
    async begin() {
      await artifacts.writeJson(artifactKeys({ pipeline: 'churn', runId }).config, pipeline);
      await store.put('churn', deploymentKeys.champion, champion);
    },
    /** Logs a request of rows with these ids and scores. */
    log(at: number, n: number, rows: readonly (readonly [id: string, score: number])[], key = tokenKey) {
      const inferenceId = idOf(at, n);
      const prediction: PredictionRecord = predictionRecordSchema.parse({
        inferenceId,
        at: new Date(at).toISOString(),
        pipeline: 'churn',
        rows: rows.map(([id], row) => ({ row, key: tokenOf(key, id) })),
        answers: [
          {
            runId,
            modelPackageVersion: 1,
            endpointName: 'e',
            role: 'champion',
            returned: true,
            scores: rows.map(([, score]) => score),
            latencyMs: 5,
          },
        ],
      });
      write('clean', predictionKey('churn', inferenceId), gzipSync(JSON.stringify(prediction)));
      return inferenceId;
    },
  };
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'outcomes-'));
  world = openWorld();
  await world.begin();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('reading a file with outcomes', () => {
  it('keeps inference ids, positions and what came true, by the label mapping of the training', async () => {
    const id = idOf(first, 1);
    const found = await world.read(`inferenceId;row;churned\n${id};0;yes\n${id.toUpperCase()};1;no\n`);
    expect(found).toMatchObject({
      decision: 'read',
      file: { pipeline: 'churn', runId, by: 'inferenceId', receivedAt, rows: 2, accepted: 2, malformed: 0 },
    });
    const key = outcomeKeys('churn').received(found.decision === 'read' ? found.file.id : '');
    expect(await world.lines(key)).toEqual([
      { inferenceId: id, row: 0, value: 1, at: receivedAt },
      { inferenceId: id, row: 1, value: 0, at: receivedAt },
    ]);
  });

  it('turns ids into the tokens of the training, under both keys while one is replaced', async () => {
    world = openWorld(formerKey);
    await world.begin();
    const found = await world.read('customer;churned;at\nC-1;yes;2026-01-15T08:00:00+02:00\n');
    const key = outcomeKeys('churn').received(found.decision === 'read' ? found.file.id : '');
    expect(await world.lines(key)).toEqual([
      {
        keys: [tokenOf(tokenKey, 'C-1'), tokenOf(formerKey, 'C-1')],
        value: 1,
        at: '2026-01-15T06:00:00.000Z',
      },
    ]);
  });

  it('leaves no raw value outside the raw bucket, and the malformed rows in it', async () => {
    const rows = [
      'jane@example.com;0;yes',
      `${idOf(first, 1)};half;yes`,
      `${idOf(first, 1)};0;maybe`,
      `${idOf(first, 1)};-1;no`,
    ];
    const file = await world.record(`inferenceId;row;churned\n${rows.join('\n')}\n`);
    expect(file).toMatchObject({ rows: 4, accepted: 0, malformed: 4, joined: 0, days: [] });
    expect(file.problems.map(({ column }) => column).toSorted()).toEqual(['churned', 'inferenceId', 'row', 'row']);
    expect(JSON.stringify(world.store.everything())).not.toMatch(/jane|maybe|half/);
    for (const { key } of await world.clean.list('')) {
      expect(JSON.stringify([key, await world.lines(key)])).not.toMatch(/jane|maybe|half/);
    }
    expect(await world.raw.readText(outcomesQuarantine('churn', file.id))).toContain('maybe');
  });

  it.each([
    ['a column too many', 'customer;churned;email\nC-1;yes;jane@example.com\n'],
    ['a misspelled column', 'inferenceID;churned\nx;yes\n'],
    ['no label', 'customer;at\nC-1;2026-01-01\n'],
    ['another delimiter', 'customer,churned\nC-1,yes\n'],
  ])('refuses %s, naming the place and the columns', async (_, text) => {
    await expect(world.read(text)).rejects.toMatchObject({
      name: 'SchemaMismatchError',
      message:
        'The columns of a file below churn/outcomes/ are not those of outcomes. Write "churned" with "inferenceId" (and "row", from 0, ' +
        'where a request had several rows), or with "customer". "at" may say when the outcome became known. Leave out every other column.',
    });
    expect(await world.clean.list('')).toEqual([]);
  });

  it('refuses a file of another format', async () => {
    await expect(world.read('{}', { key: 'churn/outcomes/a.jsonl' })).rejects.toThrow(/The pipeline reads csv/);
  });

  it('asks for a file again that was deleted before it was read, and passes on what else went wrong', async () => {
    const given = { key: 'churn/outcomes/gone.csv', size: 10, etag: 'e1', versionId: 'v1', receivedAt };
    const readFailing = (error: Error) => {
      const raw = { ...world.raw, download: async () => Promise.reject(error) };
      return readOutcomes({ ...world, raw, tokenKeys: { current: new Uint8Array(32) }, memoryMb: 512 }, given);
    };
    await expect(readFailing(new DropVanishedError('the version is gone'))).rejects.toMatchObject({
      name: 'DropVanishedError',
      message: 'The file was deleted before it was read. Send it again.',
    });
    await expect(readFailing(new Error('connection lost'))).rejects.toThrow('connection lost');
  });

  it.each([
    ['a marker', { key: 'churn/outcomes/_SUCCESS' }, {}, 'marker or hidden'],
    [
      'a pipeline without a model',
      {},
      { [deploymentKeys.champion]: undefined },
      'no model of the pipeline is in service',
    ],
    ['a retired pipeline', {}, { [deploymentKeys.retired]: { at: '2026-01-05T00:00:00Z' } }, 'retired on 2026-01-05'],
  ])('skips %s', async (_, given, items, reason) => {
    for (const [sk, item] of Object.entries(items)) {
      if (item === undefined) await world.store.remove('churn', sk);
      else await world.store.put('churn', sk, item);
    }
    expect(await world.read('x', given)).toMatchObject({
      decision: 'skipped',
      reason: expect.stringContaining(reason),
    });
  });
});

describe('recording outcomes', () => {
  it('joins them with the log and measures each day of predictions', async () => {
    const a = world.log(first, 1, [
      ['C-1', 0.9],
      ['C-2', 0.2],
    ]);
    const b = world.log(second, 2, [['C-3', 0.6]]);
    const text = `inferenceId;row;churned\n${a};0;yes\n${a};1;no\n${b};0;no\n${b};7;no\n${firstIdOf(5)};0;no\n`;
    const file = await world.record(text);
    expect(file).toMatchObject({
      joined: 3,
      repeated: 0,
      unknown: 2,
      rowNeeded: 0,
      days: ['2026-01-10', '2026-01-11'],
    });
    expect(await world.store.get('churn', outcomeItems.file(file.id))).toMatchObject(file);
    const measured = performanceSchema.parse(await world.store.get('churn', outcomeItems.day('2026-01-10')));
    expect(measured).toMatchObject({ rows: 2, files: 1, models: [{ runId, returned: true, rows: 2 }] });
    expect(measured.models[0]?.metrics['auc']?.value).toBe(1);
    const other = performanceSchema.parse(await world.store.get('churn', outcomeItems.day('2026-01-11')));
    expect(other.models[0]?.metrics['accuracy']?.value).toBe(0);
    expect(other.models[0]?.metrics).not.toHaveProperty('auc');
  });

  it('finds a row by the token of its id: the latest request before the outcome, also under the former key', async () => {
    world = openWorld(formerKey);
    await world.begin();
    world.log(first, 1, [['C-1', 0.9]], formerKey);
    const latest = world.log(second, 2, [['C-1', 0.4]]);
    world.log(Date.parse('2026-01-19T00:00:00Z'), 3, [['C-1', 0.1]]);
    const file = await world.record('customer;churned;at\nC-1;yes;2026-01-15\nC-9;no;2026-01-15\n');
    expect(file).toMatchObject({ by: 'key', joined: 1, unknown: 1, days: ['2026-01-11'] });
    const [key = ''] = (await world.clean.list(outcomeKeys('churn').joinedOn('2026-01-11'))).map((o) => o.key);
    expect(await world.lines(key)).toMatchObject([{ inferenceId: latest, answers: [{ scores: [0.4] }] }]);
    const before = await world.record('customer;churned;at\nC-1;yes;2026-01-10T12:00:00Z\n', { etag: 'e2' });
    expect(before).toMatchObject({ joined: 1, days: ['2026-01-10'] });
  });

  it('changes nothing when it is retried, and skips a file that is put there again', async () => {
    const a = world.log(first, 1, [['C-1', 0.9]]);
    const text = `inferenceId;churned\n${a};yes\n`;
    const file = await world.record(text);
    const [items, objects] = [world.store.everything(), await world.clean.list('')];
    expect(await world.record(text)).toEqual(file);
    expect(world.store.everything()).toEqual(items);
    expect(await world.clean.list('')).toEqual(objects);
    expect(await world.read(text, { at: '2026-01-21T00:00:00Z' })).toMatchObject({
      decision: 'skipped',
      reason: `this file was recorded before, at ${receivedAt}`,
    });
  });

  it('counts a row once that two files have, by the later file', async () => {
    const a = world.log(first, 1, [['C-1', 0.9]]);
    await world.record(`inferenceId;churned\n${a};yes\n`);
    const again = await world.record(`inferenceId;churned\n${a};no\n`, { etag: 'e2', at: '2026-01-21T00:00:00Z' });
    expect(again).toMatchObject({ joined: 1, repeated: 1 });
    const measured = performanceSchema.parse(await world.store.get('churn', outcomeItems.day('2026-01-10')));
    expect(measured).toMatchObject({ rows: 1, files: 2 });
    expect(measured.models[0]?.metrics['accuracy']?.value).toBe(0);
  });

  it('does not let a measurement of fewer files replace one of more', async () => {
    const a = world.log(first, 1, [['C-1', 0.9]]);
    await world.store.put('churn', outcomeItems.day('2026-01-10'), { files: 5, rows: 9 });
    await world.record(`inferenceId;churned\n${a};yes\n`);
    expect(await world.store.get('churn', outcomeItems.day('2026-01-10'))).toMatchObject({ files: 5, rows: 9 });
  });

  it('judges the model by its labels once there are enough, and asks for a check where they are bad', async () => {
    const rows = 240;
    const score = (i: number) => (i + 0.5) / rows;
    const reference: PerformanceReference = {
      version: 1,
      task: 'binary',
      classes: 2,
      threshold: 0.5,
      inputs: [],
      leftOut: [],
      rows,
      values: [],
      scores: Array.from({ length: rows }, (_, i) => score(i)),
      labels: Array.from({ length: rows }, (_, i) => ((i * 7) % rows < i ? 1 : 0)),
    };
    const run = { pipeline: 'churn', runId };
    await world.artifacts.writeJson(artifactKeys(run).config, { ...pipeline, drift: { schedule: 'rate(1 day)' } });
    await world.artifacts.writeJson(artifactKeys(run).performance, reference);
    const golden = { valuesPerRow: 1, cases: [{ body: '1', predictions: [0.5] }], performance: true };
    await world.artifacts.writeJson(artifactKeys(run).golden, golden);
    const ids = Array.from({ length: rows }, (_, i) => [`C-${i}`, score(i)] as const);
    const [early, late] = [world.log(first, 1, ids.slice(0, 120)), world.log(second, 2, ids.slice(120))];
    const line = (i: number) => `${i < 120 ? early : late};${i % 120};${score(i) < 0.5 ? 'yes' : 'no'}`;
    const head = 'inferenceId;row;churned';
    const lines = Array.from({ length: rows }, (_, i) => line(i));

    const some = await world.read(`${head}\n${lines.slice(0, 120).join('\n')}\n`, { etag: 'some' });
    if (some.decision !== 'read') throw new Error(some.reason);
    const part = recordedOutcomesSchema.parse(await world.join(some.file));
    expect(part).toMatchObject({ check: false, file: { windows: [{ judged: false, rows: 120 }] } });
    const rest = await world.read(`${head}\n${lines.slice(120).join('\n')}\n`, {
      etag: 'rest',
      at: '2026-01-21T00:00:00Z',
    });
    if (rest.decision !== 'read') throw new Error(rest.reason);
    const whole = recordedOutcomesSchema.parse(await world.join(rest.file));

    // 1 January 1970 was a Thursday: weeks begin with one
    expect(whole).toMatchObject({
      check: true,
      file: { windows: [{ from: '2026-01-08', to: '2026-01-15', severity: 'critical', rows, judged: true }] },
    });
    const item = labelWindowSchema.parse(await world.store.get('churn', outcomeItems.window('2026-01-08')));
    expect(item).toMatchObject({ rows, files: 2, models: [{ runId, modelPackageVersion: 1 }] });
    await world.store.put('churn', deploymentKeys.champion, { ...champion, runId: '20260102-000000-0002' });
    expect(await world.join(rest.file)).toMatchObject({ check: false });
  });

  it('keeps the outcomes of a model whose run was deleted, without measuring it', async () => {
    const found = await world.read(`inferenceId;churned\n${world.log(first, 1, [['C-1', 0.9]])};yes\n`);
    if (found.decision !== 'read') throw new Error(found.reason);
    rmSync(join(folder, 'artifacts'), { recursive: true });
    expect(await world.join(found.file)).toMatchObject({ file: { joined: 1 } });
    expect(await world.store.get('churn', outcomeItems.day('2026-01-10'))).toMatchObject({ rows: 1, models: [] });
  });
});
