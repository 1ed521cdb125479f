import { Readable } from 'node:stream';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it } from 'vitest';
import { objectRanges } from '#functions/aws/object-ranges';
import type { ObjectRanges } from '#functions/ports/object-ranges';
import { type FakeBuckets, fakeBuckets } from '../support/buckets.ts';

let buckets: FakeBuckets;
let ranges: ObjectRanges;
let versionId: string;
beforeEach(() => {
  buckets = fakeBuckets();
  versionId = buckets.put('bucket/book.csv', '0123456789');
  buckets.put('bucket/book.csv', 'a later version');
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  ranges = objectRanges(new S3Client({ region: 'eu-central-1', credentials }), 'bucket');
});

async function read(start: number, end: number, key = 'book.csv'): Promise<string> {
  let text = '';
  for await (const chunk of ranges.readRange({ key, versionId, start, end })) text += Buffer.from(chunk).toString();
  return text;
}
/** Bodies that break after some bytes: one for each number. After them the whole answer arrives. */
function breakAfter(lengths: readonly number[], end: (body: Readable) => void): void {
  const left = [...lengths];
  buckets.mock.on(GetObjectCommand).callsFake(({ Range = '' }) => {
    const [, first = '0', last = '0'] = /^bytes=(\d+)-(\d+)$/.exec(Range) ?? [];
    const text = '0123456789'.slice(Number(first), Number(last) + 1);
    const length = left.shift();
    if (length === undefined) return { Body: Readable.from([Buffer.from(text)]) };
    const body = new Readable({ read() {} });
    if (length > 0) body.push(text.slice(0, length));
    setImmediate(() => end(body));
    return { Body: body };
  });
}
const broken = (body: Readable) => body.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }));
const ended = (body: Readable) => body.push(null);

describe('a piece of an object', () => {
  it('has the bytes from its start to its end, of the version that is wanted', async () => {
    expect(await read(2, 5)).toBe('234');
    expect(await read(0, 10)).toBe('0123456789');
    expect(await read(5, 5)).toBe('');
    expect(buckets.mock.commandCalls(GetObjectCommand)[0]?.args[0].input).toEqual({
      Bucket: 'bucket',
      Key: 'book.csv',
      VersionId: versionId,
      Range: 'bytes=2-4',
    });
  });

  it.each([
    ['breaks', broken],
    ['ends early', ended],
  ])('is read on from where its connection %s', async (_, end) => {
    breakAfter([3, 0, 2, 0, 0, 0, 0], end);
    expect(await read(1, 10)).toBe('123456789');
    const asked = buckets.mock.commandCalls(GetObjectCommand).map(({ args }) => args[0].input.Range);
    expect(asked.slice(0, 4)).toEqual(['bytes=1-9', 'bytes=4-9', 'bytes=4-9', 'bytes=6-9']);
  });

  it('is given up when connections bring nothing', async () => {
    breakAfter(Array(10).fill(0), broken);
    await expect(read(0, 10)).rejects.toMatchObject({ code: 'ECONNRESET' });
    breakAfter(Array(10).fill(0), ended);
    await expect(read(0, 10)).rejects.toMatchObject({ name: 'TransientError' });
  });

  it('says that its object vanished, and passes on what else S3 says', async () => {
    await expect(read(0, 5, 'other.csv')).rejects.toMatchObject({ name: 'DropVanishedError' });
    buckets.mock.on(GetObjectCommand).rejects(Object.assign(new Error('Access Denied'), { name: 'AccessDenied' }));
    await expect(read(0, 5)).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});
