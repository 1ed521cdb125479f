import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DataRun, smallPipeline, startRun, testEngine } from '../../fakes/data-run.ts';

let run: DataRun;
let whole: Buffer;
beforeAll(async () => {
  const columns = { x: { role: 'feature', type: 'number' }, c: { role: 'feature', type: 'category' } };
  run = await startRun(smallPipeline({ format: 'parquet', maxMalformedFraction: 1, columns }));
  const path = join(run.folder, 'whole');
  using engine = await testEngine();
  await engine.query(
    'write',
    `COPY (SELECT i % 2 AS y, i / 4 AS x, 'c' || i % 7 AS c FROM range(500) t(i)) TO '${path}' (FORMAT parquet)`,
  );
  whole = readFileSync(path);
});
afterAll(() => run[Symbol.dispose]());

/** Why a file is refused; undefined when it is read. */
async function refusal(bytes: Uint8Array): Promise<string | undefined> {
  run.drop('small/d/a.parquet', bytes);
  return run.desensitize('small/d/a.parquet').then(
    () => undefined,
    (error: Error) => error.message,
  );
}
const fix = /drop (it|them) again|Write it as UTF-8/;
const named = (what: string) =>
  `Cannot read file 1 of the drop: it is ${what}, not Parquet. Write it as Parquet, or set dataset.format to what it is, and drop it again.`;

describe('a file that is no whole Parquet file', () => {
  it('is said to be cut off, with what to do about it', async () => {
    expect(await refusal(whole)).toBeUndefined();
    for (const length of [4, 11, 12, 100, whole.length - 9, whole.length - 4, whole.length - 1])
      expect(await refusal(whole.subarray(0, length))).toBe(
        'Cannot read file 1 of the drop: it does not end as a Parquet file does. It is cut off, encrypted or of another format. Write it again, and drop it again.',
      );
    expect(await refusal(Buffer.concat([whole, Buffer.from('\n')]))).toMatch('does not end as a Parquet file does');
  });

  it('is said to be what it is instead', async () => {
    expect(await refusal(Buffer.from('y,x,c\n1,2,a\n'))).toBe(named('of another format'));
    expect(await refusal(whole.subarray(0, 3))).toBe(named('of another format'));
    expect(await refusal(gzipSync(whole))).toBe(named('gzip'));
    expect(await refusal(Buffer.from('PK\x03\x04…'))).toBe(named('a workbook of Excel or a ZIP archive'));
    expect(await refusal(Buffer.concat([Buffer.from('PARE'), whole.subarray(4, -4), Buffer.from('PARE')]))).toBe(
      'Cannot read file 1 of the drop: its footer is encrypted. Write it without encryption, and drop it again.',
    );
  });

  it('is said to be damaged where its footer is longer than the file', async () => {
    const long = Buffer.from(whole);
    long.writeUInt32LE(whole.length - 11, whole.length - 8);
    expect(await refusal(long)).toBe(
      'Cannot read file 1 of the drop: its footer is damaged. Write it again, and drop it again.',
    );
  });
});

it('a Parquet file with damaged bytes is read, or refused with what to do about it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: whole.length - 1 }), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] as number) ^ mask;
      const message = await refusal(bytes);
      // a damaged name of a column is a column that is missing
      if (message !== undefined && !/column/.test(message)) expect(message).toMatch(fix);
    }),
    { numRuns: 40 },
  );
});
