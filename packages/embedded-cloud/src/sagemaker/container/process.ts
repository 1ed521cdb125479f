import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { ContainerProgram } from '#src/sagemaker/container/runtime';

/** What of this process's environment a container may see: it must start, and nothing more. */
const passedOn = ['PATH', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'SYSTEMROOT', 'TMPDIR', 'TEMP', 'TMP'] as const;

export interface ContainerOptions {
  readonly program: ContainerProgram;
  /** Added to the program's command: `train`, `serve`, or a script and its arguments. */
  readonly arguments: readonly string[];
  /** Stands for /opt/ml. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Called with every line of standard output and standard error. */
  readonly onLine?: (line: string) => void;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running container process. */
export interface Container {
  readonly exited: Promise<Exit>;
  /** As `docker stop`: SIGTERM. */
  terminate(): void;
  kill(): void;
}

const baseEnvironment = (options: ContainerOptions): Record<string, string> => {
  const inherited = passedOn.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(inherited),
    LANG: 'C.UTF-8',
    ...options.program.environment,
    SM_NUM_CPUS: String(cpus().length),
    SAGEMAKER_BASE_DIR: options.directory,
    ...options.environment,
  };
};

/** Starts the container's program; everything it prints goes to the log file. */
export const startContainer = async (options: ContainerOptions): Promise<Container> => {
  await mkdir(dirname(options.logFile), { recursive: true });
  const log = createWriteStream(options.logFile, { flags: 'a' });
  const [command, ...first] = options.program.command;
  const child = spawn(command, [...first, ...options.arguments], {
    cwd: options.directory,
    env: baseEnvironment(options),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // The pipe is there to be closed; a program that ends first must not be an error here.
  child.stdin.on('error', () => {});
  return {
    exited: collect(child, log, options.onLine),
    terminate: () => child.kill('SIGTERM'),
    kill: () => child.kill('SIGKILL'),
  };
};

const collect = (child: ChildProcess, log: WriteStream, onLine: ContainerOptions['onLine']): Promise<Exit> => {
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      log.write(`${line}\n`);
      onLine?.(line);
    });
  }
  return new Promise((resolve) => {
    const end = (exit: Exit) => log.end(() => resolve(exit));
    child.on('error', (error) => {
      log.write(`${error.message}\n`);
      end({ code: null, signal: null });
    });
    child.on('close', (code, signal) => end({ code, signal }));
  });
};
