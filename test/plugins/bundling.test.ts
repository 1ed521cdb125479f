import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const require = createRequire(import.meta.url);
const { writeZip, mergeZips } = require('../../plugins/zips.cjs') as {
  writeZip(file: string, entries: ReadonlyMap<string, Buffer>): Promise<void>;
  mergeZips(first: Buffer, second: Buffer): Buffer;
};
interface Cache {
  file(name: string, write: (path: string) => Promise<void>): Promise<string>;
  prune(now: number): void;
}
const { FileCache, bundleChanged } = require('../../plugins/bundle-cache.cjs') as {
  FileCache: new (folder: string) => Cache;
  bundleChanged(
    serviceDir: string,
    sources: readonly string[],
    cache: Cache,
  ): Promise<{ bundles: Map<string, { content: Buffer; imports: readonly string[] }>; changed: readonly string[] }>;
};

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tidegate-plugins-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const zip = async (entries: Record<string, string>): Promise<Buffer> => {
  const file = join(dir, `${Math.random()}.zip`);
  await writeZip(file, new Map(Object.entries(entries).map(([name, text]) => [name, Buffer.from(text)])));
  return readFileSync(file);
};
const textsIn = (archive: Buffer) =>
  Object.fromEntries(Object.entries(unzipSync(archive)).map(([name, bytes]) => [name, Buffer.from(bytes).toString()]));

describe('merged zips', () => {
  it('have the files of both, and equal bytes for equal content', async () => {
    const first = { 'a.cjs': 'a'.repeat(5000), 'b/c.json': '{}' };
    const second = { 'node_modules/x/index.js': 'x', 'node_modules/y/ü.txt': 'y'.repeat(70_000) };
    const merged = mergeZips(await zip(first), await zip(second));
    expect(textsIn(merged)).toEqual({ ...first, ...second });
    expect(mergeZips(await zip(first), await zip(second)).equals(merged)).toBe(true);
    expect(textsIn(mergeZips(merged, await zip({ z: 'z' })))).toEqual({ ...first, ...second, z: 'z' });
  });

  it('are refused for what is no zip', async () => {
    expect(() => mergeZips(Buffer.from('no zip'), Buffer.from(''))).toThrow('not a zip');
  });
});

describe('bundles', () => {
  const write = (name: string, text: string) => {
    mkdirSync(join(dir, name, '..'), { recursive: true });
    writeFileSync(join(dir, name), text);
  };
  const sources = ['functions/one', 'functions/two'];
  const bundle = () => bundleChanged(dir, sources, new FileCache(join(dir, 'cache')));
  const textOf = ({ bundles }: Awaited<ReturnType<typeof bundle>>, source: string) =>
    bundles.get(source)?.content.toString();

  beforeEach(() => {
    write('node_modules/yaml/package.json', '{"name":"yaml"}');
    write('domain/shared.ts', "export const shared = 'shared-1';");
    write('domain/one.ts', "export const own = 'own-1'; export const unused = 1;");
    write(
      'functions/one.ts',
      "import { own } from '../domain/one.ts'; import { shared } from '../domain/shared.ts'; export const handler = () => own + shared;",
    );
    write('functions/two.ts', "import { shared } from '../domain/shared.ts'; export const handler = () => shared;");
    write('package.json', '{}');
    write('package-lock.json', '{}');
    write('tsconfig.json', '{}');
  });

  it('are made again only for functions of which something changed', async () => {
    expect((await bundle()).changed).toEqual(sources);
    const again = await bundle();
    expect(again.changed).toEqual([]);
    expect(textOf(again, 'functions/one')).toContain('own-1');
    write('domain/one.ts', "export const own = 'own-2';");
    const edited = await bundle();
    expect(edited.changed).toEqual(['functions/one']);
    expect(textOf(edited, 'functions/one')).toContain('own-2');
    write('domain/shared.ts', "export const shared = 'shared-2';");
    const both = await bundle();
    expect(both.changed).toEqual(sources);
    expect(textOf(both, 'functions/two')).toContain('shared-2');
    write('domain/one.ts', "export const own = 'own-1'; export const unused = 1;");
    write('domain/shared.ts', "export const shared = 'shared-1';");
    expect(textOf(await bundle(), 'functions/one')).toBe(textOf(again, 'functions/one'));
  });

  it('are all made again for other packages', async () => {
    await bundle();
    write('package-lock.json', '{"lockfileVersion":3}');
    expect((await bundle()).changed).toEqual(sources);
  });

  it('are made again when a file of the cache is lost', async () => {
    await bundle();
    for (const name of readdirSync(join(dir, 'cache'))) if (name.endsWith('.cjs')) rmSync(join(dir, 'cache', name));
    expect((await bundle()).changed).toEqual(sources);
  });
});

describe('the cache', () => {
  it('drops what was not used for days, and keeps the times of what is', async () => {
    const folder = join(dir, 'cache');
    const cache = new FileCache(folder);
    const make = (name: string) => cache.file(name, async (path) => writeFileSync(path, name));
    const old = await make('old');
    const used = await make('used');
    const longAgo = new Date(Date.now() - 5 * 86_400_000);
    for (const file of [old, `${old}.used`, used]) utimesSync(file, longAgo, longAgo);
    cache.prune(Date.now());
    expect(readdirSync(folder).toSorted()).toEqual(['used', 'used.used']);
  });
});
