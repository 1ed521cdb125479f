import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesBelow, packDirectory, unpackFile } from '#src/sagemaker/storage/tar';

describe('tar.gz archives', () => {
  let root = '';
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'cloud-tar-'));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  const fresh = async (name: string): Promise<string> => {
    const directory = join(root, name);
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { recursive: true });
    return directory;
  };
  const write = async (directory: string, files: Readonly<Record<string, Uint8Array>>): Promise<void> => {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(directory, name)), { recursive: true });
      await writeFile(join(directory, name), content);
    }
  };

  it('unpack to the files that were packed, whatever their names and sizes', async () => {
    const part = fc.stringMatching(/^[a-zA-Zé][a-zA-Z0-9_-]{0,20}$/);
    const files = fc.dictionary(
      fc.tuple(part, part).map(([folder, file]) => `d-${folder}/f-${file}`),
      fc.oneof(
        fc.uint8Array({ maxLength: 40 }),
        fc.integer({ min: 505, max: 1030 }).map((n) => new Uint8Array(n).fill(7)),
      ),
      { maxKeys: 5 },
    );
    await fc.assert(
      fc.asyncProperty(files, async (content) => {
        const [source, target] = [await fresh('source'), await fresh('target')];
        await write(source, content);
        await packDirectory(source, join(root, 'a.tar.gz'));
        await unpackFile(join(root, 'a.tar.gz'), target);
        const names = await filesBelow(target);
        expect(names).toEqual(Object.keys(content).toSorted());
        for (const name of names) expect(new Uint8Array(await readFile(join(target, name)))).toEqual(content[name]);
      }),
      { numRuns: 40 },
    );
  });

  it('are read by a system tar, and read what a system tar writes, long names included', async () => {
    const source = await fresh('source');
    const long = `${'folder-'.repeat(10)}/${'name-'.repeat(15)}.bin`;
    await write(source, { 'xgboost-model': Buffer.from('model'), [long]: Buffer.from('long') });
    await packDirectory(source, join(root, 'ours.tar.gz'));
    const listed = execFileSync('tar', ['-tzf', join(root, 'ours.tar.gz')], { encoding: 'utf8' })
      .trim()
      .split('\n');
    expect(listed.toSorted()).toEqual([long, 'xgboost-model'].toSorted());

    const veryLong = `${'x'.repeat(120)}/${'y'.repeat(120)}`;
    await write(source, { [veryLong]: Buffer.from('very long') });
    for (const format of ['gnu', 'pax']) {
      const target = await fresh('target');
      execFileSync('tar', ['-czf', join(root, 'theirs.tar.gz'), `--format=${format}`, '-C', source, '.']);
      await unpackFile(join(root, 'theirs.tar.gz'), target);
      expect(await filesBelow(target)).toEqual([long, 'xgboost-model', veryLong].toSorted());
    }
  });

  it('are refused when they lead out of the target, or end too early', async () => {
    const source = await fresh('source');
    await write(source, { model: Buffer.from('m'.repeat(2000)) });
    await packDirectory(source, join(root, 'good.tar.gz'));
    const cut = gzipSync(execFileSync('gzip', ['-dc', join(root, 'good.tar.gz')]).subarray(0, 1200));
    await writeFile(join(root, 'cut.tar.gz'), cut);
    await expect(unpackFile(join(root, 'cut.tar.gz'), await fresh('target'))).rejects.toThrow(/truncated/);
    for (const path of ['../escaped', '/escaped', 'a/../../escaped']) {
      execFileSync('tar', [
        '-czPf',
        join(root, 'evil.tar.gz'),
        '-C',
        source,
        '--transform',
        `s|model|${path}|`,
        'model',
      ]);
      await expect(unpackFile(join(root, 'evil.tar.gz'), await fresh('target'))).rejects.toThrow(
        /outside extraction directory/,
      );
    }
    await writeFile(join(root, 'text.tar.gz'), gzipSync('not an archive '.repeat(100)));
    await expect(unpackFile(join(root, 'text.tar.gz'), await fresh('target'))).rejects.toThrow(/Invalid tar/);
  });
});
