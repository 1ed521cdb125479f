import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { rawKeys } from '#domain/runs/layout';
import { locateRows } from '#functions/use-cases/locate-rows';
import { textPartsSchema } from '#schemas/records/text-parts';
import { smallPipeline, startRun } from '../../fakes/data-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'locate-rows-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const key = 'small/d/a.csv';
/** Locates the parts of a file that is the second one of its drop. */
async function locate(content: string | Uint8Array, count: number, dataset: Record<string, unknown> = {}) {
  const run = await startRun(smallPipeline(dataset), 'r1', mkdtempSync(join(folder, 'run-')));
  run.drop(key, content);
  await run.raw.writeJson(rawKeys(run.run).files, [{ key: 'small/d/0.csv' }, { key }]);
  const part = { count, size: Buffer.byteLength(content) };
  const answer = await locateRows(run, { run: run.run, shard: { first: 1, part } });
  return { answer, located: await run.raw.readJson(rawKeys(run.run).parts(1), textPartsSchema) };
}
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error as Error,
  );

describe('the rows of a large file', () => {
  test('are located as positions and lines, with the columns by the names of the pipeline alone', async () => {
    const csv = `note,x,y\n${'"a\nb",1,0\n'.repeat(4)}`;
    const { answer, located } = await locate(csv, 2, { extraColumns: 'ignore' });
    expect(answer).toEqual({ parts: 2, lines: 8 });
    expect(located).toEqual({
      version: 1,
      encoding: 'utf-8',
      columns: [null, 'x', 'y'],
      parts: [
        { start: 9, end: 29, line: 2, lines: 4 },
        { start: 29, end: 49, line: 6, lines: 4 },
      ],
    });
    expect(JSON.stringify(located)).not.toContain('note');
  });
  test('are located in lines of JSON, in their own encoding', async () => {
    const text = `\uFEFF${'{"x":"é","y":0}\n'.repeat(3)}`;
    const { located } = await locate(Buffer.from(text, 'utf16le'), 3, { format: 'jsonl' });
    expect(located).toEqual({
      version: 1,
      encoding: 'utf-16le',
      parts: [
        { start: 2, end: 34, line: 1, lines: 1 },
        { start: 34, end: 66, line: 2, lines: 1 },
        { start: 66, end: 98, line: 3, lines: 1 },
      ],
    });
  });
  test('are not located in a blank file, whose parts are empty', async () => {
    const { located } = await locate('\n\n\n', 2);
    expect(located.parts.reduce((sum, part) => sum + part.lines, 0)).toBe(0);
    expect(located.parts.at(-1)).toMatchObject({ end: 3 });
  });
  test('are not located where the file is refused: by its columns, or as an archive by another name', async () => {
    expect(await failure(locate('a,b\n1,2\n', 2))).toMatchObject({
      name: 'SchemaMismatchError',
      message: expect.stringContaining('file 2 of the drop'),
    });
    const archive = gzipSync('x,y\n1,0\n');
    expect(await failure(locate(archive, 2))).toMatchObject({
      name: 'DataEngineError',
      message: expect.stringContaining('file 2 of the drop: it is gzip'),
    });
  });
  test('are not located when the file is not in the list of the drop', async () => {
    const run = await startRun(smallPipeline(), 'r1', mkdtempSync(join(folder, 'run-')));
    await run.raw.writeJson(rawKeys(run.run).files, []);
    const event = { run: run.run, shard: { first: 0, part: { count: 2, size: 9 } } };
    expect(await failure(locateRows(run, event))).toMatchObject({ name: 'DropVanishedError' });
  });
});
