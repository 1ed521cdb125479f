import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unzip } from '#src/lambda/unzip';

let folder: string;
let target: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloud-unzip-'));
  target = join(folder, 'code');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const zipped = (files: Record<string, string>): Buffer =>
  Buffer.from(zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)]))));

describe('a function package', () => {
  it('is unpacked with its folders, its empty files and its permissions', async () => {
    const zip = Buffer.from(
      zipSync({
        'index.mjs': strToU8('export {};'),
        'lib/deep/empty': strToU8(''),
        'bin/run': [strToU8('#!/bin/sh'), { os: 3, attrs: 0o755 << 16 }],
      }),
    );
    await unzip(zip, 'work.zip', target);
    expect(readFileSync(join(target, 'index.mjs'), 'utf8')).toBe('export {};');
    expect(readFileSync(join(target, 'lib/deep/empty'), 'utf8')).toBe('');
    expect(statSync(join(target, 'bin/run')).mode & 0o777).toBe(0o755);
    expect(readdirSync(folder)).toEqual(['code']);
  });

  it('is refused when a file is damaged, by name, and nothing appears', async () => {
    const zip = Buffer.from(zipSync({ 'index.mjs': strToU8('export const text = "abc";') }, { level: 0 }));
    zip.write('x', zip.indexOf('abc'));
    await expect(unzip(zip, 'work.zip', target)).rejects.toThrow(/^work\.zip: index\.mjs is damaged/);
    expect(readdirSync(folder)).not.toContain('code');
  });

  it('is refused when it is no zip, or a part of one', async () => {
    await expect(unzip(Buffer.from('no zip'), 'work.zip', target)).rejects.toThrow(/^work\.zip is not a zip file/);
    const whole = zipped({ 'a.txt': 'a'.repeat(100) });
    await expect(unzip(whole.subarray(0, -30), 'work.zip', target)).rejects.toThrow(/not a zip file/);
  });

  it.each(['../escaped', 'a/../../escaped', '/escaped'])('is refused when it holds %s', async (name) => {
    await expect(unzip(zipped({ [name]: 'x' }), 'work.zip', target)).rejects.toThrow(/(relative|absolute) path/);
    expect(readdirSync(folder)).not.toContain('escaped');
  });
});
