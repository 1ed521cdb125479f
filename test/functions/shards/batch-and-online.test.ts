import { expect, test } from 'vitest';
import { algorithmOf } from '#domain/algorithms/registry';
import { encodeRows, toCsv } from '#domain/data/online';
import { cleanKeys } from '#domain/runs/layout';
import { sharedEngine } from '#functions/shards/shared-engine';
import { onlineTextFunctionsOf } from '#functions/shards/text-functions';
import { smallPipeline, startRun } from '../../fakes/data-run.ts';

const cities = ['Aachen', 'Bonn', 'Celle', 'Dessau', 'Emden'];
const notes = ['late TRAIN, call 0171 2345678', 'all good', 'Mail me: ann@example.com', 'train late again'];

/** A row as its file and a request have it. */
const rowOf = (i: number) => ({
  y: i % 3 === 0 ? 1 : 0,
  city: i % 11 === 0 ? '' : (cities[(i * 7) % cities.length] as string),
  shop: `shop ${i % 23}`,
  note: i % 13 === 0 ? '' : (notes[(i * 5) % notes.length] as string),
  x: i,
});
const rows = Array.from({ length: 240 }, (_, i) => rowOf(i));
const file = (some: readonly (typeof rows)[number][]) =>
  ['y,city,shop,note,x', ...some.map((r) => `${r.y},${r.city},${r.shop},"${r.note}",${r.x}`)].join('\n');

test('target, hashed and text inputs of a request are those of the same row in a batch, and training rows have their own', async () => {
  using data = await startRun(
    smallPipeline({
      columns: {
        city: { role: 'feature', type: 'category', encode: 'target', smoothing: 2 },
        shop: { role: 'feature', type: 'category', encode: 'hash', buckets: 8 },
        note: { role: 'text', action: 'redact', feature: { type: 'text', buckets: 16 } },
        x: { role: 'feature', type: 'number' },
      },
    }),
  );
  data.drop('small/d/a.csv', file(rows.slice(0, 120)));
  data.drop('small/d/b.csv', file(rows.slice(120)));
  await data.desensitize('small/d/a.csv', 0);
  await data.desensitize('small/d/b.csv', 1);
  await data.fit(2);
  const fitted = await data.fitted();
  await data.encode(0);
  await data.encode(1);

  const texts = onlineTextFunctionsOf(data.pipeline);
  const engine = await sharedEngine(texts);
  const { input } = algorithmOf(data.pipeline);
  const lines = toCsv(
    await encodeRows(
      engine,
      data.pipeline,
      fitted,
      rows.map(({ y: _, ...row }) => row),
    ),
    input,
  ).split('\n');
  const at = fitted.features.findIndex(({ name }) => name === 'x');
  const numbers = (line = '') => line.split(input.delimiter).map(Number);
  const byX = new Map(lines.map((line) => [numbers(line)[at], line]));
  const read = async (prefix: string) => {
    const found = (await data.clean.list(prefix)).filter(({ key }) => !key.includes('permuted'));
    const parts = await Promise.all(found.map(async ({ key }) => await data.clean.readText(key)));
    return parts.flatMap((part) => part.trim().split('\n'));
  };

  const holdout = await read(cleanKeys(data.run).holdout('candidate'));
  expect(holdout.length).toBeGreaterThan(10);
  for (const line of holdout) expect(numbers(line)).toEqual(numbers(byX.get(numbers(line)[at])));

  // out of fold: the mean of a category differs between the folds of its training rows, and from that of all
  const target = fitted.features.findIndex(({ kind }) => kind === 'target');
  const train = (await read(cleanKeys(data.run).train)).map((line) => line.split(input.delimiter).slice(1));
  const differing = train.filter((own) => Number(own[target]) !== numbers(byX.get(Number(own[at])))[target]);
  expect(differing.length).toBeGreaterThan(train.length * 0.9);
  for (const own of train)
    expect(own.toSpliced(target, 1).map(Number)).toEqual(numbers(byX.get(Number(own[at]))).toSpliced(target, 1));
  // nothing of a text but numbers is kept outside of the clean rows
  expect(JSON.stringify([fitted, await data.profile(0)])).not.toMatch(/train late|ann@|0171|mail me/i);
});
