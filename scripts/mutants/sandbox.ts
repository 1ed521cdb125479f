import { spawn } from 'node:child_process';
import {
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** How a command ended: with an exit status, or stopped because it took too long. */
export type Outcome = { readonly status: number; readonly output: string } | 'stopped';

/** A copy of the work tree in which a source file may be broken. */
export interface Sandbox {
  readonly directory: string;
  /** Runs a command in the copy, and stops it with all that it started after `milliseconds`. */
  run(command: string, args: readonly string[], milliseconds: number): Promise<Outcome>;
  /** Stops the command that runs and removes the copy. */
  remove(): void;
}

/** Name of the configuration that the tests in the copy run with: one worker, and no other projects. */
export const testConfig = 'mutants.vitest.config.ts';
const testConfigText = `export default {
  test: {
    include: ['**/*.test.ts'],
    setupFiles: ['test/support/fast-check.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 30_000,
  },
};
`;

/** Links the packages into the copy. A workspace's link is relative: it leads to the copy's own files. */
function linkModules(from: string, to: string): void {
  mkdirSync(to);
  for (const name of readdirSync(from)) {
    // caches stay apart
    if (name.startsWith('.') && name !== '.bin') continue;
    const path = join(from, name);
    symlinkSync(lstatSync(path).isSymbolicLink() ? readlinkSync(path) : path, join(to, name));
  }
}

/**
 * Copies files of a work tree to a temporary folder.
 *
 * @param files paths within `root`
 * @param megabytes heap of every Node process in the copy
 */
export function createSandbox(root: string, files: readonly string[], megabytes: number): Sandbox {
  const directory = mkdtempSync(join(tmpdir(), 'mutants-'));
  for (const file of files) {
    mkdirSync(join(directory, dirname(file)), { recursive: true });
    cpSync(join(root, file), join(directory, file));
  }
  linkModules(join(root, 'node_modules'), join(directory, 'node_modules'));
  writeFileSync(join(directory, testConfig), testConfigText);

  let running: number | undefined;
  const stop = (): void => {
    // a negative id is the whole group: the test runner and its workers
    try {
      if (running !== undefined) process.kill(-running, 'SIGKILL');
    } catch (error) {
      // it ended by itself at this moment
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
    running = undefined;
  };
  return {
    directory,
    run: (command, args, milliseconds) =>
      new Promise((done, fail) => {
        const child = spawn(command, args, {
          cwd: directory,
          detached: true,
          stdio: ['ignore', 'pipe', 'pipe'],
          env: { ...process.env, NO_COLOR: '1', NODE_OPTIONS: `--max-old-space-size=${megabytes}` },
        });
        running = child.pid;
        let output = '';
        let stopped = false;
        const collect = (chunk: Buffer): void => {
          output = (output + chunk.toString()).slice(-10_000);
        };
        child.stdout.on('data', collect);
        child.stderr.on('data', collect);
        const timer = setTimeout(() => {
          stopped = true;
          stop();
        }, milliseconds);
        child.on('error', fail);
        child.on('close', (status) => {
          clearTimeout(timer);
          running = undefined;
          done(stopped ? 'stopped' : { status: status ?? 1, output });
        });
      }),
    remove() {
      stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
