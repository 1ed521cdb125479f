import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { artifactKeys, cleanKeys } from '#domain/runs/layout';
import { sidesSchema } from '#schemas/records/sides';
import { type DataRun, smallPipeline, startRun } from '../../fakes/data-run.ts';

const columns = {
  x: { role: 'feature', type: 'number', impute: 'none' },
  c: { role: 'feature', type: 'category' },
  sex: { role: 'slice' },
};
const definition = smallPipeline({ id: 'id', columns }, { training: { instances: { count: 3 } } });
const file = (n: number, from = 0) =>
  `id,y,x,c,sex\n${Array.from({ length: n }, (_, k) => {
    const i = from + k;
    return `i${i},${i % 2},${i % 5 === 0 ? '' : i / 7},${'abc'[i % 3]},${'FM'[i % 2]}\n`;
  }).join('')}`;
const csvLines = (run: DataRun, key: string) =>
  readFileSync(join(run.folder, 'clean', key), 'utf8')
    .trimEnd()
    .split('\n');
const keysBelow = async (run: DataRun, prefix: string) =>
  (await run.clean.list(prefix)).map((o) => o.key.slice(prefix.length));

async function encodedRun(sizes: readonly number[] = [600]): Promise<DataRun> {
  const run = await startRun(definition);
  for (const [i, n] of sizes.entries()) {
    run.drop(`small/d/${i}.csv`, file(n, i * 1000));
    await run.desensitize(`small/d/${i}.csv`, i);
  }
  await run.fit(sizes.length);
  for (const i of sizes.keys()) await run.encode(i);
  return run;
}

describe('encoding shards', () => {
  test('writes label-first rows without header, missing as an empty field', async () => {
    using run = await encodedRun();
    const keys = cleanKeys(run.run);
    const parts = await keysBelow(run, keys.train);
    expect(parts).toEqual(['00000-00000.csv', '00000-00001.csv', '00000-00002.csv']);
    const written = parts.flatMap((part) => csvLines(run, keys.train + part));
    const clean = (await run.sided()).filter((r) => r['_side'] === 'train');
    expect(written).toEqual(
      clean.map((r) => {
        const oneHot = ['a', 'b', 'c'].map((c) => (r['c'] === c ? 1 : 0));
        const x = r['x'] === null ? '' : Number.isInteger(r['x']) ? `${r['x']}.0` : r['x'];
        return [r['_label'], x, ...oneHot].join(',');
      }),
    );
  });

  test('gives every training host an object on both channels, and never an empty one', async () => {
    using run = await encodedRun([400, 3, 1]);
    const keys = cleanKeys(run.run);
    for (const channel of [keys.train, keys.validation]) {
      const objects = await run.clean.list(channel);
      expect(objects.length).toBeGreaterThanOrEqual(3);
      expect(objects.every((o) => o.size > 0)).toBe(true);
    }
  });

  test('writes holdout features and labels of the same rows in the same order', async () => {
    using run = await encodedRun([300, 300]);
    const keys = cleanKeys(run.run);
    for (const shard of ['00000', '00001']) {
      const features = csvLines(run, `${keys.holdout('candidate')}${shard}-00000.csv`);
      const labels = await run.rows(`${keys.holdoutLabels}${shard}-00000.parquet`);
      const clean = (await run.sided(Number(shard))).filter((r) => r['_side'] === 'test');
      expect(labels.map((l) => [l['_label'], l['_id'], l['sex']])).toEqual(
        clean.map((r) => [r['_label'], r['_id'], r['sex']]),
      );
      expect(features).toHaveLength(labels.length);
      expect(features.map((f) => Number(f.split(',')[0]))).toEqual(clean.map((r) => Number(r['x'] ?? 0)));
    }
  });

  test('writes training rows in the order of the shard, so that a retry trains on the same file', async () => {
    const rows = 110_000;
    using run = await startRun(smallPipeline({ id: 'id', columns: { x: { role: 'feature', type: 'number' } } }));
    // so many that a bucket of hashes is cut, which gives its groups a place of their own
    const lines = Array.from({ length: rows }, (_, i) => `i${i},${i % 3 === 0 ? 1 : 0},${i % 3 === 0 ? i % 97 : i}\n`);
    run.drop('small/d/0.csv', `id,y,x\n${lines.join('')}`);
    await run.desensitize('small/d/0.csv');
    await run.fit();
    expect((await run.artifacts.readJson(artifactKeys(run.run).sides, sidesSchema)).placed).toBeGreaterThan(0);
    await run.encode();
    const written = csvLines(run, `${cleanKeys(run.run).train}00000-00000.csv`).map((l) => Number(l.split(',')[1]));
    const clean = (await run.sided())
      .filter((r) => r['_side'] === 'train')
      .toSorted((a, b) => Number(a['_row']) - Number(b['_row']));
    expect(written).toHaveLength(clean.length);
    expect(clean.findIndex((r, i) => r['x'] !== written[i])).toBe(-1);
  });

  test('scores the champion on the very same rows by its own transform', async () => {
    using champion = await encodedRun([500]);
    // the same columns but one: the champion read "x", which the new drop no longer has
    const { x: _, ...rest } = columns;
    const without = smallPipeline({
      id: 'id',
      extraColumns: 'ignore',
      columns: { ...rest, w: { role: 'feature', type: 'number' } },
    });
    const run = await startRun(without, 'r2', champion.folder);
    run.drop('small/d/n.csv', file(400).replace('x,c', 'w,c'));
    await run.desensitize('small/d/n.csv');
    await run.fit();
    expect(await run.encode(0, champion.run)).toMatchObject({ championLacks: ['x'] });
    const keys = cleanKeys(run.run);
    const candidate = csvLines(run, `${keys.holdout('candidate')}00000-00000.csv`);
    const defender = csvLines(run, `${keys.holdout('champion')}00000-00000.csv`);
    expect(defender).toHaveLength(candidate.length);
    // c=a, c=b, c=c stand first in the candidate's row and after x in the champion's
    const category = (line: string, at: number) =>
      line
        .split(',')
        .slice(at, at + 3)
        .join();
    expect(defender.map((l) => category(l, 1))).toEqual(candidate.map((l) => category(l, 0)));
    expect(defender.every((l) => l.startsWith(','))).toBe(true);
    const same = await run.encode(0, run.run);
    expect(same.championLacks).toEqual([]);
    expect(csvLines(run, `${keys.holdout('champion')}00000-00000.csv`)).toEqual(candidate);
  });

  test('writes values of a regression as they are', async () => {
    using run = await startRun(
      smallPipeline(
        { label: { column: 'y' } },
        { evaluation: { task: 'regression', gates: [{ metric: 'rmse', max: 1 }] } },
      ),
    );
    const rows = Array.from({ length: 200 }, (_, i) => `${i / 3},${i}`);
    run.drop('small/d/a.csv', `y,x\n${rows.join('\n')}\n`);
    await run.desensitize('small/d/a.csv');
    await run.fit();
    await run.encode();
    const labels = csvLines(run, `${cleanKeys(run.run).train}00000-00000.csv`).map((l) => Number(l.split(',')[0]));
    const clean = (await run.sided()).filter((r) => r['_side'] === 'train');
    expect(labels).toEqual(clean.map((r) => r['_label']));
  });
});
