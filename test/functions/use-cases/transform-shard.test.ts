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

describe('classes of unequal size', () => {
  /** One positive row in ten. */
  const uneven = (n: number) =>
    `id,y,x,c,sex\n${Array.from({ length: n }, (_, i) => `i${i},${i % 10 === 0 ? 1 : 0},${i},${'abc'[i % 3]},F\n`).join('')}`;
  const encoded = async (imbalance: object): Promise<DataRun> => {
    const run = await startRun(smallPipeline({ id: 'id', columns }, { imbalance }));
    run.drop('small/d/a.csv', uneven(2000));
    await run.desensitize('small/d/a.csv');
    await run.fit();
    await run.encode();
    return run;
  };
  const written = (run: DataRun, prefix: string) =>
    csvLines(run, `${prefix}00000-00000.csv`).map((line) => line.split(',').map(Number));

  test('are undersampled for training alone, and nothing else changes', async () => {
    using run = await encoded({ undersample: 2 });
    using whole = await encoded({ undersample: 1000 });
    const keys = cleanKeys(run.run);
    const { balance, label, sides } = await run.fitted();
    const [negatives = 0, positives = 0] = label.classCounts;
    expect(balance).toEqual({ kind: 'undersampled', majority: 0, keptShare: (2 * positives) / negatives });
    expect((await whole.fitted()).balance).toBeUndefined();
    const train = written(run, keys.train);
    const all = written(whole, keys.train);
    expect(all).toHaveLength(sides.train.rows);
    expect(train.filter(([y]) => y === 1)).toEqual(all.filter(([y]) => y === 1));
    const kept = train.filter(([y]) => y === 0);
    // five standard deviations of the number of rows that are kept by chance
    const share = (2 * positives) / negatives;
    expect(Math.abs(kept.length - 2 * positives)).toBeLessThan(5 * Math.sqrt(negatives * share * (1 - share)));
    const known = new Set(all.map((line) => line.join()));
    expect(train.every((line) => known.has(line.join()))).toBe(true);
    for (const prefix of [keys.validation, keys.holdout('candidate')])
      expect(written(run, prefix)).toEqual(written(whole, prefix));
    await run.encode();
    expect(written(run, keys.train)).toEqual(train);
  });

  test('are weighted for training: the weight comes after the label', async () => {
    using run = await encoded({ weights: 'balanced' });
    const keys = cleanKeys(run.run);
    const { balance, features } = await run.fitted();
    if (balance?.kind !== 'weights') throw new TypeError('the classes are not weighted');
    for (const prefix of [keys.train, keys.validation]) {
      const lines = written(run, prefix);
      expect(lines.length).toBeGreaterThan(0);
      for (const [y = -1, weight, ...inputs] of lines) {
        expect(weight).toBe(balance.weights[y]);
        expect(inputs).toHaveLength(features.length);
      }
    }
    expect(written(run, keys.holdout('candidate'))[0]).toHaveLength(features.length);
  });

  test('of a shard from which no row is kept are no object', async () => {
    using run = await startRun(smallPipeline({ id: 'id', columns }, { imbalance: { undersample: 1 } }));
    run.drop('small/d/0.csv', uneven(2000));
    // negative rows alone, of which hardly any is kept
    run.drop('small/d/1.csv', 'id,y,x,c,sex\nj1,0,1,a,F\nj2,0,2,b,F\nj3,0,3,c,F\n');
    for (const i of [0, 1]) await run.desensitize(`small/d/${i}.csv`, i);
    await run.fit(2);
    for (const i of [0, 1]) await run.encode(i);
    const keys = cleanKeys(run.run);
    for (const { key, size } of await run.clean.list(keys.train)) expect([key, size > 0]).toEqual([key, true]);
  });
});
