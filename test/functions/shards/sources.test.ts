import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { downloadSources } from '#functions/shards/sources';

const root = mkdtempSync(join(tmpdir(), 'sources-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const sources = Array.from({ length: 50 }, (_, i) => ({
  index: 100 + i,
  key: `small/d/${i}.csv${i % 2 ? '.gz' : ''}`,
}));

const run = { pipeline: 'small', runId: 'r1' };
const notUsed = () => {
  throw new Error('not used by whole files');
};
const unused = { readJson: notUsed, readRange: notUsed };

test('a few files are downloaded ahead, in order, and the disk holds no more than these', async () => {
  const directory = mkdtempSync(join(root, 'ahead-'));
  let [running, most] = [0, 0];
  const raw = {
    async download(key: string, path: string) {
      most = Math.max(most, ++running);
      await sleep(key.length % 3);
      writeFileSync(path, key);
      running--;
    },
  };
  const found: string[] = [];
  for await (const { archive, free } of downloadSources({ ...unused, ...raw }, run, sources, directory)) {
    found.push(`${archive.name}, ${archive.compression}`);
    expect(readdirSync(directory).length).toBeLessThanOrEqual(16);
    await free();
  }
  expect(found).toEqual(
    sources.map(({ index }) => `file ${index + 1} of the drop, ${index % 2 === 0 ? 'none' : 'gzip'}`),
  );
  expect(most).toBeGreaterThan(1);
  expect(readdirSync(directory)).toEqual([]);
});

test('a file that does not arrive is an error when its turn has come, after the downloads under way', async () => {
  const directory = mkdtempSync(join(root, 'fails-'));
  let running = 0;
  const raw = {
    async download(key: string, path: string) {
      running++;
      await sleep(key === 'small/d/2.csv' ? 0 : 5);
      running--;
      if (key === 'small/d/2.csv') throw new Error('gone');
      writeFileSync(path, key);
    },
  };
  const found: number[] = [];
  const read = async () => {
    for await (const { source } of downloadSources({ ...unused, ...raw }, run, sources, directory))
      found.push(source.index);
  };
  await expect(read()).rejects.toThrow('gone');
  expect(found).toEqual([100, 101]);
  expect(running).toBe(0);
});
