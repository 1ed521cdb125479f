import { createHash } from 'node:crypto';
import { constants, copyFileSync, existsSync, linkSync, mkdirSync, rmSync, type Stats, statSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isJsonObject, type JsonObject } from '../cloud/json-protocol.ts';
import { unzip } from './unzip.ts';

/** A function's code, unpacked when it is first needed. */
export interface Code {
  /** Base64 SHA-256 of the package, as `CodeSha256`. */
  sha256(): Promise<string>;
  size(): number;
  /** The folder to run in. @throws Error when the package was changed in place since it was deployed */
  folder(): Promise<string>;
  /** Whether another package has the same content. */
  equals(other: Code): Promise<boolean>;
  /** Removes what was stored of it. Only for code that no process runs. */
  discard(): Promise<void>;
  /** Identifies the file of a package without reading it; undefined for code in the template. */
  readonly file?: Stats;
}

/** Where the code of one Lambda is: packages that are deployed, and what was unpacked of them. */
export interface CodeStore {
  /**
   * Finds the code of a function: the packaged zip by the last part of its S3 key, or the text in the template. The zip is kept
   * for as long as the function is deployed, whatever is packaged later. Nothing is read yet, so a start does not wait for packages.
   * @throws Error when there is no such zip
   */
  locate(declared: unknown): Code;
}

/**
 * @param packageDir where the service is packaged
 * @param home Lambda's own folder
 */
export function openCodeStore(packageDir: string, home: string): CodeStore {
  const kept = join(home, 'packages');
  const unpacked = join(home, 'code');
  // The packages of the last start; no process runs them any more.
  rmSync(kept, { recursive: true, force: true });
  const unpacking = new Map<string, Promise<void>>();
  /** Unpacked folders in use → the code that uses them: functions may share a package. */
  const users = new Map<string, Set<Code>>();
  let next = 0;

  /** Two functions may share a package: it is unpacked once. */
  function once(target: string, work: () => Promise<void>): Promise<void> {
    const running = unpacking.get(target);
    if (running) return running;
    const started = work().finally(() => unpacking.delete(target));
    unpacking.set(target, started);
    return started;
  }

  /** A second name for the file: packaging again replaces the first one. */
  function keep(path: string): string {
    mkdirSync(kept, { recursive: true });
    const copy = join(kept, `${next++}.zip`);
    try {
      linkSync(path, copy);
    } catch {
      // another file system
      copyFileSync(path, copy, constants.COPYFILE_FICLONE);
    }
    return copy;
  }

  function packaged(key: string): Code {
    const path = join(packageDir, basename(key));
    if (!existsSync(path)) throw new Error(`the package ${path} is missing. Package the service first.`);
    const copy = keep(path);
    const seen = statSync(copy);
    let sha: Promise<Buffer> | undefined;
    let folder: Promise<string> | undefined;

    const read = async (): Promise<Buffer> => {
      const now = statSync(copy);
      if (now.size !== seen.size || now.mtimeMs !== seen.mtimeMs)
        throw new Error(`${path} was packaged again. Start the embedded cloud again to run it.`);
      return readFile(copy);
    };
    const digest = (): Promise<Buffer> => {
      sha ??= read().then((zip) => createHash('sha256').update(zip).digest());
      return sha;
    };
    const unpack = async (): Promise<string> => {
      const zip = await read();
      sha ??= Promise.resolve(createHash('sha256').update(zip).digest());
      const homeOfKey = join(unpacked, basename(key, '.zip'));
      const target = join(homeOfKey, (await sha).toString('hex').slice(0, 32));
      users.set(target, (users.get(target) ?? new Set()).add(code));
      await once(target, async () => {
        if (existsSync(target)) return;
        await mkdir(homeOfKey, { recursive: true });
        // What earlier packages of this name left behind, unless it still runs.
        for (const old of await readdir(homeOfKey)) {
          const path = join(homeOfKey, old);
          if (!users.has(path)) await rm(path, { recursive: true, force: true });
        }
        await unzip(zip, path, target);
      });
      return target;
    };
    const code: Code = {
      file: seen,
      size: () => seen.size,
      sha256: async () => (await digest()).toString('base64'),
      folder() {
        folder ??= unpack().catch((cause: unknown) => {
          folder = undefined;
          throw cause;
        });
        return folder;
      },
      async equals(other) {
        const { file } = other;
        if (file?.size !== seen.size) return false;
        if (file.ino === seen.ino && file.dev === seen.dev && file.mtimeMs === seen.mtimeMs) return true;
        return (await other.sha256()) === (await code.sha256());
      },
      async discard() {
        const target = await folder?.catch(() => undefined);
        if (target !== undefined && users.get(target)?.delete(code) && users.get(target)?.size === 0) {
          users.delete(target);
          await rm(target, { recursive: true, force: true });
        }
        rmSync(copy, { force: true });
      },
    };
    return code;
  }

  function inline(text: string): Code {
    const sha = createHash('sha256').update(text).digest();
    const folder = join(unpacked, 'inline', sha.toString('hex').slice(0, 32));
    return {
      size: () => Buffer.byteLength(text),
      sha256: async () => sha.toString('base64'),
      async folder() {
        await mkdir(folder, { recursive: true });
        const isModule = /^\s*(?:export|import)\s/m.test(text);
        await writeFile(join(folder, isModule ? 'index.mjs' : 'index.cjs'), text);
        return folder;
      },
      equals: async (other) => (await other.sha256()) === sha.toString('base64'),
      // A few lines, which another function may share.
      discard: async () => undefined,
    };
  }

  return {
    locate(declared) {
      const code: JsonObject = isJsonObject(declared) ? declared : {};
      if (typeof code['ZipFile'] === 'string') return inline(code['ZipFile']);
      const key = code['S3Key'];
      if (typeof key !== 'string') throw new Error('Code needs S3Key or ZipFile; container images are not emulated.');
      return packaged(key);
    },
  };
}
