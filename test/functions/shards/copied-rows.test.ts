import { expect, it } from 'vitest';
import { cleanKeys } from '#domain/runs/layout';
import { smallPipeline, startRun } from '../../fakes/data-run.ts';

it.each([
  ['divided as sets', {}, 'y,x', (i: number) => `${i % 2},${i % 7}`],
  ['divided by ids', { id: 'number' }, 'y,x,number', (i: number) => `${i % 2},${i % 7},${i}`],
] as const)('duplicates that are %s are found again in each shard, and scored', async (_, more, header, row) => {
  using data = await startRun(smallPipeline({ columns: { x: { role: 'feature', type: 'number' } }, ...more }));
  const file = (from: number) => [header, ...Array.from({ length: 150 }, (_, i) => row(from + i))].join('\n');
  data.drop('small/d/a.csv', file(0));
  data.drop('small/d/b.csv', file(150));
  await data.desensitize('small/d/a.csv', 0);
  await data.desensitize('small/d/b.csv', 1);
  await data.fit(2);

  const { copiedFeatures } = cleanKeys(data.run);
  expect((await data.clean.list(copiedFeatures)).map(({ key }) => key)).toEqual([copiedFeatures]);
});
