import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { cleanKeys, rawKeys } from '#domain/runs/layout';
import { leastPlainBytes, readPlainFile } from '#functions/shards/plain-file';
import { type DataRun, smallPipeline, startRun, testEngine } from '../../fakes/data-run.ts';

const runs: DataRun[] = [];
afterEach(() => {
  for (const run of runs.splice(0)) run[Symbol.dispose]();
});

const dataset = {
  id: 'id',
  maxMalformedFraction: 1,
  columns: {
    x: { role: 'feature', type: 'number' },
    c: { role: 'feature', type: 'category' },
    note: { role: 'text', action: 'drop' },
  },
};
const header = 'id,y,x,c,note';
/** A row of about a hundred bytes; one in 1,000 is malformed. */
const row = (i: number) => `id-${i},${i % 2},${i % 1000 === 7 ? 'oops' : i / 4},é${i % 3},${'note '.repeat(16)}`;
const rows = Array.from({ length: 2.2e4 }, (_, i) => row(i));

async function start(): Promise<DataRun> {
  const run = await startRun(smallPipeline(dataset));
  runs.push(run);
  return run;
}
async function readPlain(text: string, own: object = dataset) {
  const run = await startRun(smallPipeline({ ...dataset, ...own }));
  runs.push(run);
  const path = join(run.folder, 'file');
  writeFileSync(path, text);
  return readPlainFile({ name: 'a file', path, compression: 'none', mostBytes: 1e9 }, run.pipeline);
}

const textBelow = async (store: DataRun['clean'], key: string): Promise<string> =>
  (await Promise.all((await store.list(key.replace(/[^/]*$/, ''))).map((own) => store.readText(own.key)))).join('');

/** What is kept of a drop of one file, whole or in parts; rows as a relation. */
async function kept(content: string, partBytes = 1e9) {
  const run = await start();
  run.drop('small/d/a.csv', content);
  const shards = await run.desensitizeParts('small/d/a.csv', partBytes);
  const files = Array.from({ length: shards }, (_, i) => `'${join(run.folder, 'clean', cleanKeys(run.run).shard(i))}'`);
  return {
    shards,
    rows: `read_parquet([${files.join(', ')}])`,
    malformed: await textBelow(run.raw, rawKeys(run.run).quarantine(0)),
    positions: await textBelow(run.clean, cleanKeys(run.run).quarantine(0)),
  };
}

test('a large file of plain lines is read as it is, one with other lines is not', async () => {
  const plain = [header, ...rows, ''].join('\n');
  expect(plain.length).toBeGreaterThan(2 * leastPlainBytes);
  expect(await readPlain(plain)).toMatchObject({ skip: 1, firstLine: 2, rows: rows.length });
  const names = { csv: { header: false, names: header.split(',') } };
  expect(await readPlain(rows.join('\n'), names)).toMatchObject({ skip: 0, firstLine: 1, rows: rows.length });
  for (const other of [
    `${header}\n${row(0)}\n`,
    `${plain}\n`,
    `${plain}"a",0,1,b,c\n`,
    `${plain}a,0,1,b,c,\n`,
    `\uFEFF${plain}`,
    plain.replace('id,', '"id",'),
    plain.replaceAll('\n', '\r\n'),
  ])
    expect(await readPlain(other)).toBeUndefined();
  expect(await readPlain(plain, { csv: { encoding: 'latin-1' } })).toBeUndefined();
}, 60_000);

test('its rows, malformed ones and their lines are those of a file that is split and written again', async () => {
  const plain = await kept([header, ...rows, ''].join('\n'));
  const split = await kept([header, ...rows, ''].join('\r\n'));
  const parts = await kept([header, ...rows, ''].join('\n'), 1.05e6);
  expect(parts.shards).toBeGreaterThan(2);
  expect(plain.positions.split('\n')[0]).toContain('"line":9,"column":"x","reason":"not a finite number"');
  using engine = await testEngine();
  for (const other of [split, parts]) {
    expect(other.positions).toBe(plain.positions);
    expect(other.malformed).toBe(plain.malformed);
    const [difference] = await engine.query(
      'compare',
      `SELECT count(*) AS n FROM ((FROM ${plain.rows} EXCEPT ALL FROM ${other.rows}) UNION ALL (FROM ${other.rows} EXCEPT ALL FROM ${plain.rows}))`,
    );
    expect(difference).toEqual({ n: 0 });
  }
}, 60_000);
