import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DeleteObjectsCommand,
  type DeleteObjectsCommandInput,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  S3Client,
} from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkFiles, checkFolderName, defaultFolder, freeFolder, hasDrop } from '#cli/drop-folder';
import type { Outputs } from '#cli/target';

const marker = { marker: '_SUCCESS' };
const each = { eachObject: true as const, quietPeriodSeconds: 60 };
const s3 = mockClient(S3Client);
const bucket = { s3: new S3Client({}), outputs: { RawBucketName: 'raw' } as Outputs };
/** The keys in the bucket, and those deleted, in order. */
let keys: string[];
let deleted: string[];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-drop-'));
  mkdirSync(join(folder, 'other'));
  for (const name of ['a.csv', '_SUCCESS', join('other', 'a.csv')]) writeFileSync(join(folder, name), 'x\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  keys = [];
  deleted = [];
  s3.reset();
  // pages of two keys
  s3.on(ListObjectsV2Command).callsFake((input: ListObjectsV2CommandInput) => {
    const { Prefix = '', Delimiter, ContinuationToken = '', MaxKeys = 2 } = input;
    const below = keys
      .filter((key) => key.startsWith(Prefix) && key > ContinuationToken)
      .filter((key) => Delimiter === undefined || !key.slice(Prefix.length).includes(Delimiter));
    const page = below.slice(0, MaxKeys);
    const more = below.length > page.length ? { NextContinuationToken: page.at(-1) } : {};
    return { Contents: page.map((Key) => ({ Key })), KeyCount: page.length, ...more };
  });
  s3.on(DeleteObjectsCommand).callsFake(({ Delete }: DeleteObjectsCommandInput) => {
    deleted.push(...(Delete?.Objects ?? []).map(({ Key }) => Key ?? ''));
    return {};
  });
});
const free = (prefix: string, options: { replace?: boolean; trigger?: typeof marker | typeof each } = {}) =>
  freeFolder(bucket, prefix, { files: ['new/a.csv'], trigger: marker, replace: false, ...options });

describe('the folder of a drop', () => {
  it.each(['batch', 'batch/2026'])('is not the one of rows to score: %s', (name) => {
    expect(() => checkFolderName(name, marker)).toThrow(
      /the folder batch holds rows to score, which "npx tidegate score" sends/,
    );
  });

  it.each(['outcomes', 'outcomes/2026'])('is not the one of outcomes: %s', (name) => {
    expect(() => checkFolderName(name, marker)).toThrow(
      /the folder outcomes holds outcomes, which "npx tidegate outcomes" sends/,
    );
    expect(() => checkFolderName('outcomes-2026', marker)).not.toThrow();
  });

  it('differs for two drops of one second', () => {
    const names = new Set(Array.from({ length: 20 }, defaultFolder));
    expect(names.size).toBeGreaterThan(18);
    for (const name of names) expect(() => checkFolderName(name, each)).not.toThrow();
  });

  it('must be free: an existing one is refused with the number of files and both ways out', async () => {
    keys = ['loans/d/_SUCCESS', 'loans/d/a.csv', 'loans/d/b.csv'];
    await expect(free('loans/d/')).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(
        /^The folder loans\/d\/ exists already, with 2 files\. Use another --name, or --replace/,
      ),
    });
    expect(deleted).toEqual([]);
    await expect(free('loans/e/')).resolves.toBeUndefined();
  });

  it('must not lie in the folder of another drop, nor around one', async () => {
    keys = ['loans/2026/a.csv', 'loans/2027/01/a.csv'];
    await expect(free('loans/2026/01/')).rejects.toThrow('loans/2026/ is a drop with files of its own');
    await expect(free('loans/2027/')).rejects.toThrow('loans/2027/ exists already, with 1 file.');
    await expect(free('loans/2027/02/')).resolves.toBeUndefined();
  });

  it('is replaced without a trace of the former files: first the marker goes, then what is not dropped again', async () => {
    keys = ['loans/d/_SUCCESS', 'loans/d/a.csv', 'loans/d/b.csv', 'loans/d/sub/c.csv', 'loans/e/a.csv'];
    await free('loans/d/', { replace: true });
    expect(deleted).toEqual(['loans/d/_SUCCESS', 'loans/d/b.csv', 'loans/d/sub/c.csv']);
  });

  it('is not replaced by half: a delete that S3 refuses ends the drop', async () => {
    keys = ['loans/d/b.csv'];
    s3.on(DeleteObjectsCommand).resolves({ Errors: [{ Key: 'loans/d/b.csv', Code: 'AccessDenied', Message: 'no' }] });
    await expect(free('loans/d/', { replace: true })).rejects.toThrow(
      '1 object could not be deleted: AccessDenied: no',
    );
  });

  it.each([
    ['_tmp', marker, 'start with _ or .'],
    ['2026/.old', marker, 'start with _ or .'],
    ['2026//01', marker, 'has no name'],
    ['day=3', each, 'key=value'],
  ])('is not called %s', (name, trigger, why) => {
    expect(() => checkFolderName(name, trigger)).toThrow(why);
  });

  it('may be a partition where a marker completes it', () => {
    expect(() => checkFolderName('day=3', marker)).not.toThrow();
  });

  it('is found when anything lies in it', async () => {
    keys = ['loans/d/a.csv'];
    expect(await hasDrop(bucket, 'loans/d/')).toBe(true);
    expect(await hasDrop(bucket, 'loans/e/')).toBe(false);
  });
});

describe('the files of a drop', () => {
  const path = (name: string) => join(folder, name);

  it('come without the marker, which is written last', () => {
    expect(checkFiles([path('_SUCCESS'), path('a.csv')], marker)).toEqual([path('a.csv')]);
    expect(checkFiles([path('a.csv'), path('a.csv')], marker)).toEqual([path('a.csv')]);
  });

  it.each([
    [['gone.csv'], 'gone.csv does not exist.'],
    [['other'], 'other is not a file.'],
    [['_SUCCESS'], 'There is no file with data to drop.'],
    [['a.csv', join('other', 'a.csv')], 'have the same name'],
  ])('%j are refused', (names, why) => {
    expect(() => checkFiles(names.map(path), marker)).toThrow(why);
  });
});
