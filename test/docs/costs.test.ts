import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { estimateRun } from '#domain/costs/estimate-run';
import { PRICES, priceOf } from '#domain/costs/price-table';
import { priceRegion } from '#domain/costs/prices';
import { regionFactor } from '#domain/costs/regions';
import { parseCosts } from '#schemas/load-costs';
import { pipeline } from '../functions/support/stage.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/costs.md'), 'utf8');

it('docs/costs.md has every item of the price table with its price', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  const shown = new Map(
    rows.flatMap((row) => {
      const [, items = '', , prices = ''] = row.split('|');
      const numbers = prices
        .split(/[,:] /)
        .map(Number)
        .filter((n) => !Number.isNaN(n));
      return [...items.matchAll(/`([^`]+)`/g)].map(([, item = ''], i) => [item, numbers[i]] as const);
    }),
  );
  const items = PRICES.filter(({ region = priceRegion }) => region === priceRegion)
    .flatMap(({ prices }) => Object.keys(prices))
    .filter((item) => !/^sagemaker\..*\.ml\./.test(item));

  expect(items.length).toBeGreaterThan(15);
  for (const item of items) expect(shown.get(item), item).toBe(priceOf(item)?.usd);
  expect(page).toContain(`\`sagemaker.training.ml.m5.xlarge\`: ${priceOf('sagemaker.training.ml.m5.xlarge')?.usd}`);
});

it('docs/costs.md says what a first run is assumed to take, and what other regions cost', () => {
  const secondsAt = (bytes: number) =>
    estimateRun(
      { training: pipeline.training, bytes, shards: 1, locating: false, champion: false },
      [],
    ).measured.jobs.map(({ seconds }) => seconds);
  expect(secondsAt(0)).toEqual([120, 240]);
  expect(secondsAt(1e8)).toEqual([180, 250]);
  for (const words of [
    'takes 120 s\nand 0.6 s for each MB',
    'takes 240 s and 0.1 s for each MB',
    '20 shards of each step',
  ])
    expect(page).toContain(words);
  expect(['us-west-2', 'eu-west-1', 'eu-central-1'].map(regionFactor)).toEqual([1, 1.12, 1.25]);
  expect(page).toContain('1 for `us-east-2` and `us-west-2`, 1.12 for `eu-west-1`, 1.25 for all others');
});

it('docs/costs.md shows a costs.yml that is right', () => {
  const yaml = page.split('```yaml\n').at(-1)?.split('```')[0] ?? '';
  expect(parseCosts(yaml, 'costs.yml', 'prod')).toMatchObject({
    budget: { run: 20, month: 2000 },
    prices: { 'sagemaker.training.ml.m5.xlarge': 0.19 },
  });
});
