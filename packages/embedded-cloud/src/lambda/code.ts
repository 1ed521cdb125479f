import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isJsonObject, type JsonObject } from '../cloud/json-protocol.ts';
import { unzip } from './unzip.ts';

/** A function's code, unpacked when it is first needed. */
export interface Code {
  /** Base64 SHA-256 of the package, as `CodeSha256`. */
  sha256(): Promise<string>;
  size(): number;
  /** The folder to run in. @throws Error when the package changed since the cloud was started */
  folder(): Promise<string>;
}

const unpacking = new Map<string, Promise<void>>();

/**
 * Finds the code of a function: the packaged zip by the last part of its S3 key, or the text in the template.
 * Nothing is read yet, so a start does not wait for packages.
 * @throws Error when there is no such zip
 */
export function locateCode(declared: unknown, packageDir: string, codeDir: string): Code {
  const code: JsonObject = isJsonObject(declared) ? declared : {};
  if (typeof code['ZipFile'] === 'string') return inlineCode(code['ZipFile'], codeDir);
  const key = code['S3Key'];
  if (typeof key !== 'string') throw new Error('Code needs S3Key or ZipFile; container images are not emulated.');
  const path = join(packageDir, basename(key));
  if (!existsSync(path)) throw new Error(`the package ${path} is missing. Package the service first.`);
  const seen = statSync(path);

  const read = async (): Promise<{ zip: Buffer; sha: Buffer }> => {
    const now = statSync(path);
    if (now.size !== seen.size || now.mtimeMs !== seen.mtimeMs)
      throw new Error(`${path} was packaged again. Start the embedded cloud again to run it.`);
    const zip = await readFile(path);
    return { zip, sha: createHash('sha256').update(zip).digest() };
  };
  let folder: Promise<string> | undefined;
  const unpack = async (): Promise<string> => {
    const { zip, sha } = await read();
    const home = join(codeDir, basename(key, '.zip'));
    const target = join(home, sha.toString('hex').slice(0, 32));
    await once(target, async () => {
      if (existsSync(target)) return;
      await mkdir(home, { recursive: true });
      // Only the newest package of a name runs; older ones are removed.
      for (const old of await readdir(home)) await rm(join(home, old), { recursive: true, force: true });
      await unzip(zip, path, target);
    });
    return target;
  };
  return {
    size: () => seen.size,
    sha256: async () => (await read()).sha.toString('base64'),
    folder() {
      folder ??= unpack().catch((cause: unknown) => {
        folder = undefined;
        throw cause;
      });
      return folder;
    },
  };
}

function inlineCode(text: string, codeDir: string): Code {
  const sha = createHash('sha256').update(text).digest();
  const folder = join(codeDir, 'inline', sha.toString('hex').slice(0, 32));
  return {
    size: () => Buffer.byteLength(text),
    sha256: async () => sha.toString('base64'),
    async folder() {
      await mkdir(folder, { recursive: true });
      const isModule = /^\s*(?:export|import)\s/m.test(text);
      await writeFile(join(folder, isModule ? 'index.mjs' : 'index.cjs'), text);
      return folder;
    },
  };
}

/** Two functions may share a package: it is unpacked once. */
function once(target: string, work: () => Promise<void>): Promise<void> {
  const running = unpacking.get(target);
  if (running) return running;
  const started = work().finally(() => unpacking.delete(target));
  unpacking.set(target, started);
  return started;
}
