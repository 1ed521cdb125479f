import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline as stream } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGzip } from 'node:zlib';
import fc from 'fast-check';
import { packTar } from 'modern-tar/fs';
import { afterEach, describe, expect, it } from 'vitest';
import { artifactKeys } from '#domain/runs/layout';
import { trainingHyperparameters } from '#domain/training/hyperparameters';
import { modelKey } from '#domain/training/plan';
import { planTraining } from '#functions/use-cases/plan-training';
import { continuationSchema } from '#schemas/records/continuation';
import { profileSchema } from '#schemas/records/profile';
import { sidesSchema } from '#schemas/records/sides';
import { type DataRun, smallPipeline, startRun, trainingImage } from '../../fakes/data-run.ts';

const open: DataRun[] = [];
afterEach(() => {
  for (const run of open.splice(0)) run[Symbol.dispose]();
});

/** A model of 3 rounds. */
const model = fileURLToPath(new URL('../../fixtures/models/xgboost-3.ubj', import.meta.url));

interface Given {
  readonly folder?: string | undefined;
  readonly dataset?: Record<string, unknown>;
  readonly rest?: Record<string, unknown>;
}
const columns = { x: { role: 'feature', type: 'number' }, c: { role: 'feature', type: 'category' } };

/** A run that read rows of these people. One in five is of class 1, and `c` has values of its own in each run. */
async function runOf(runId: string, people: readonly number[], { folder, dataset = {}, rest = {} }: Given = {}) {
  const definition = smallPipeline(
    { id: 'id', extraColumns: 'ignore', columns, ...dataset },
    { training: { incremental: true }, ...rest },
  );
  const run = await startRun(definition, runId, folder);
  open.push(run);
  const rows = people.map((p) => `${p % 5 === 0 ? 1 : 0},${(p * 7919) % 997},${runId}${p % 3},p${p},${dayOf(p)}`);
  run.drop(`small/${runId}/0.csv`, ['y,x,c,id,at', ...rows, ''].join('\n'));
  await run.desensitize(`small/${runId}/0.csv`);
  return run;
}
const dayOf = (person: number) => new Date(Date.UTC(2020, 0, 1 + person)).toISOString().slice(0, 10);
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** Leaves what a training leaves: its record and its artifact, with this file. */
async function trained(run: DataRun, { image = trainingImage, file = model, name = 'xgboost-model' } = {}) {
  const hyperparameters = trainingHyperparameters(run.pipeline, [80, 20]);
  await run.artifacts.writeJson(artifactKeys(run.run).training, { hyperparameters, image });
  const folder = await mkdtemp(join(tmpdir(), 'tidegate-model-'));
  const archive = join(folder, 'model.tar.gz');
  const other = join(folder, 'other');
  await writeFile(other, 'not a model');
  const sources = [
    { type: 'file' as const, source: other, target: 'other' },
    { type: 'file' as const, source: file, target: name },
  ];
  await stream(packTar(sources), createGzip(), createWriteStream(archive));
  await run.artifacts.upload(archive, modelKey(run.run, {}, 'dev'), 'application/gzip');
  await rm(folder, { recursive: true });
  return run;
}
const decided = (run: DataRun) => run.artifacts.readJson(artifactKeys(run.run).continuation, continuationSchema);
const idsOf = (rows: readonly Readonly<Record<string, unknown>>[], ...sides: readonly string[]) =>
  new Set(rows.filter((row) => sides.includes(String(row['_side']))).map((row) => row['_id']));

describe('a run that goes on from its champion', () => {
  const pair = async (given: Given = {}) => {
    const champion = await runOf('r0', range(0, 600));
    await champion.fit();
    await trained(champion);
    return { champion, run: await runOf('r1', range(300, 1000), { folder: champion.folder, ...given }) };
  };

  it('reads the model inputs of the champion, and counts its own rows', async () => {
    const { champion, run } = await pair();
    await run.fit(1, champion.run);
    const [before, own] = [await champion.fitted(), await run.fitted()];

    expect(own).toMatchObject({ runId: 'r1', features: before.features, dropped: before.dropped });
    expect(own.sides.train.rows).not.toBe(before.sides.train.rows);
    expect(await decided(run)).toMatchObject({ kind: 'continued', from: 'r0', rounds: 3, ancestors: ['r0'] });
    const { rows } = own.sides.test;
    const used = rows + own.sides.train.rows + own.sides.validation.rows;
    expect(used + (own.leftOut ?? 0)).toBe(700);
    const profile = await run.artifacts.readJson(artifactKeys(run.run).profile, profileSchema);
    const record = await decided(run);
    expect(record).toMatchObject({ leftOut: own.leftOut });
    expect(used + (profile.seenBefore ?? 0) + (profile.inGaps ?? 0)).toBe(profile.rows);
    await run.encode(0, champion.run);
  });

  it('finds the model where the training container looks for it, and trains on top of its rounds', async () => {
    const { champion, run } = await pair();
    await run.fit(1, champion.run);
    const key = `${artifactKeys(run.run).checkpoints}xgboost-checkpoint.2`;
    const placed = join(run.folder, 'artifacts', key);
    expect((await readFile(placed)).equals(await readFile(model))).toBe(true);

    const environment = {
      stage: 'dev',
      cleanBucket: 'clean',
      artifactsBucket: 'artifacts',
      cleanKeyArn: 'k',
      artifactsKeyArn: 'k',
      trainingRoleArn: 'r',
    };
    const plan = await planTraining(
      { environment, artifacts: run.artifacts, imageOf: () => trainingImage },
      { run: run.run, champion: champion.run },
    );
    expect(plan).toMatchObject({
      trainingJob: {
        HyperParameters: { num_round: '203' },
        CheckpointConfig: { S3Uri: `s3://artifacts/${artifactKeys(run.run).checkpoints}` },
      },
    });
    expect(JSON.parse(await run.artifacts.readText(artifactKeys(run.run).training))).toMatchObject({
      continuation: { kind: 'continued', from: 'r0' },
    });
  });

  it('decides the same again in a retry', async () => {
    const { champion, run } = await pair();
    const first = await run.divide(1, champion.run);
    const record = await decided(run);
    expect(await run.divide(1, champion.run)).toEqual(first);
    expect(await decided(run)).toEqual(record);
  });

  it('judges by rows that are later than those of the champion, where the split is by time', async () => {
    const byTime = { dataset: { time: 'at' }, rest: { training: { incremental: true }, split: { strategy: 'time' } } };
    const champion = await runOf('r0', range(0, 600), byTime);
    await champion.fit();
    await trained(champion);
    const run = await runOf('r1', range(300, 1000), { ...byTime, folder: champion.folder });
    const { unseen, time } = await run.divide(1, champion.run);
    const before = await champion.artifacts.readJson(artifactKeys(champion.run).sides, sidesSchema);
    expect(unseen).toEqual({ kind: 'later', after: before.time?.usedUntil });
    expect(time?.usedUntil.localeCompare(before.time?.usedUntil ?? '')).toBe(1);
    // rows of the champion's past: nothing is left to judge by
    const old = await runOf('r2', range(0, 400), { ...byTime, folder: champion.folder });
    await old.divide(1, champion.run);
    expect(await decided(old)).toMatchObject({ kind: 'full', reason: expect.stringContaining('most test rows') });
  });
});

describe('a chain of runs', () => {
  it('judges none of its models by a row that an ancestor was trained on, and loses no row', async () => {
    const drop = fc.record({ from: fc.integer({ min: 0, max: 500 }), size: fc.integer({ min: 250, max: 700 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(drop, { minLength: 2, maxLength: 4 }), async (drops) => {
        const used = new Set<unknown>();
        const ancestors: string[] = [];
        let champion: DataRun | undefined;
        for (const [i, { from, size }] of drops.entries()) {
          const run = await runOf(`r${i}`, range(from, from + size), { folder: champion?.folder });
          await run.divide(1, champion?.run);
          const rows = await run.sided();
          const record = await decided(run);
          if (record.kind === 'full') {
            used.clear();
            ancestors.length = 0;
          } else expect(record.ancestors).toEqual(ancestors.toReversed());
          const judged = idsOf(rows, 'test');
          expect(judged.size).toBeGreaterThan(0);
          expect([...judged].filter((id) => used.has(id))).toEqual([]);
          const { leftOut } = await run.artifacts.readJson(artifactKeys(run.run).sides, sidesSchema);
          expect(rows.length + leftOut).toBe(size);
          if (record.kind === 'continued') expect(record.leftOut).toBe(leftOut);
          for (const id of idsOf(rows, 'train', 'validation')) used.add(id);
          ancestors.push(`r${i}`);
          await run.fit(1, champion?.run);
          champion = await trained(run);
        }
        for (const run of open.splice(0)) run[Symbol.dispose]();
      }),
      { numRuns: 3 },
    );
  });
});

describe('a run starts anew', () => {
  const reasonOf = async (run: DataRun, champion?: DataRun) => {
    await run.fit(1, champion?.run);
    const record = await decided(run);
    expect(await run.artifacts.list(artifactKeys(run.run).checkpoints)).toEqual([]);
    return record.kind === 'full' ? record.reason : record;
  };
  const champion = async (given: Given = {}, left: Parameters<typeof trained>[1] = {}) => {
    const run = await runOf('r0', range(0, 600), given);
    await run.fit();
    return trained(run, left);
  };

  it('without a champion, and decides nothing where the pipeline does not ask for it', async () => {
    expect(await reasonOf(await runOf('r0', range(0, 300)))).toBe('the pipeline has no champion yet');
    const other = await runOf('r1', range(0, 300), { rest: { training: {} } });
    await other.fit();
    await expect(decided(other)).rejects.toThrow('does not exist');
  });

  it('with inputs of its own after a change, and says what changed', async () => {
    const first = await champion();
    const changed = { dataset: { columns: { ...columns, x: { ...columns.x, impute: 'mean' } } }, folder: first.folder };
    const run = await runOf('r1', range(0, 700), changed);
    expect(await reasonOf(run, first)).toMatch(/trained with other model inputs, or other settings of them: x$/);
    expect((await run.fitted()).features).not.toEqual((await first.fitted()).features);
  });

  it.each([
    ['another seed', { rest: { training: { incremental: true }, split: { seed: 'other' } } }, /another seed/],
    ['another image', {}, /another image/, { image: 'registry/sagemaker-xgboost:3.0-5' }],
    ['a model in another format', {}, /format that no training goes on from/, { file: fileURLToPath(import.meta.url) }],
  ])('after %s', async (_, given: Given, reason, left: Parameters<typeof trained>[1] = {}) => {
    const first = await champion({}, left);
    const run = await runOf('r1', range(0, 700), { ...given, folder: first.folder });
    expect(await reasonOf(run, first)).toMatch(reason);
  });

  it('after a champion of an earlier version of Tidegate', async () => {
    const first = await champion();
    await first.artifacts.writeJson(artifactKeys(first.run).config, { name: 'small', former: true });
    const run = await runOf('r1', range(0, 700), { folder: first.folder });
    await run.divide(1, first.run);
    expect(await decided(run)).toMatchObject({ reason: expect.stringContaining('an earlier version of Tidegate') });
  });
});
