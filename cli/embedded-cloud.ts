import { spawn } from 'node:child_process';
import { openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { answersAs, makePrivateFolder, stillRuns } from 'embedded-cloud/process';
import { exitCodes } from './exit-codes.ts';
import { CliError, dim, print, seconds } from './output.ts';
import { packageIsStale, packageService } from './package-service.ts';
import { projectRoot, stateDirectory } from './project.ts';
import { ensurePython, pythonNeeds } from './python/environment.ts';
import { type CloudFile, cloudFile, localStage, readCloud, readCloudFile } from './target.ts';

/** Prints a step and how long it took. */
async function step<T>(name: string, work: (note: (text: string) => void) => Promise<T>, quiet: boolean): Promise<T> {
  const started = performance.now();
  if (!quiet) print(`${name} …`);
  const result = await work((text) => {
    if (!quiet) print(dim(`  ${text}`));
  });
  if (!quiet) print(dim(`  ${seconds(performance.now() - started)}`));
  return result;
}

export interface UpOptions {
  readonly port?: number;
  /** Print nothing. */
  readonly quiet?: boolean;
  /** Absolute path of a fault file. It has no effect on a running cloud. */
  readonly faultFile?: string;
}

/**
 * Starts the embedded cloud in the background unless it is running: packages the service if its sources changed, creates the
 * Python environment on first use, and waits until the endpoint responds.
 *
 * @throws CliError with the end of the daemon's log when it does not start
 */
export async function bringUp({ port = 0, quiet = false, faultFile }: UpOptions = {}): Promise<CloudFile> {
  const running = await readCloud();
  if (running) return running;
  makePrivateFolder(stateDirectory());
  if (packageIsStale(localStage)) await step('Packaging the service', () => packageService(localStage), quiet);
  await step(`Looking for ${pythonNeeds.label}`, (note) => ensurePython({ onProgress: note }), quiet);
  return step('Starting the embedded cloud', () => startDaemon(port, faultFile), quiet);
}

async function startDaemon(port: number, faultFile?: string): Promise<CloudFile> {
  const logFile = join(stateDirectory(), 'cloud.log');
  const log = openSync(logFile, 'a', 0o600);
  const before = statSync(logFile).size;
  const daemon = [join(projectRoot, 'cli', 'daemon.ts'), String(port), localStage];
  const child = spawn(process.execPath, faultFile === undefined ? daemon : [...daemon, faultFile], {
    cwd: projectRoot,
    detached: true,
    stdio: ['ignore', log, log],
  });
  let exited: number | null | undefined;
  child.on('exit', (code) => {
    exited = code;
  });
  child.unref();
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    const cloud = readCloudFile();
    if (cloud && cloud.process.pid === child.pid && stillRuns(cloud.process)) return cloud;
    if (exited !== undefined) break;
    await sleep(50);
  }
  const written = readFileSync(logFile).subarray(before).toString();
  if (written.includes('EADDRINUSE')) {
    throw new CliError(
      `Port ${port} is in use. Choose another with --port, or leave --port out to use a free one.`,
      exitCodes.usage,
    );
  }
  const tail = written.trimEnd().split('\n').slice(-15).join('\n');
  throw new CliError(`The embedded cloud did not start. The end of ${logFile}:\n${tail}`);
}

/**
 * Stops the embedded cloud and waits until it has exited. Only a process known to be the cloud is signalled: the process id
 * may have been reused. The leftovers of a crashed cloud are removed.
 *
 * @returns false when none was running
 * @throws CliError when the cloud responds but its process is not on this machine
 */
export async function bringDown(): Promise<boolean> {
  const cloud = await readCloud();
  if (!cloud) {
    rmSync(cloudFile(), { force: true });
    return false;
  }
  if (!stillRuns(cloud.process)) {
    // it may have just ended
    await sleep(500);
    if (await answersAs(cloud.endpoint, cloud.instance)) {
      throw new CliError(
        `The embedded cloud answers at ${cloud.endpoint}, but its process is not on this machine. Stop it where it was started.`,
      );
    }
    rmSync(cloudFile(), { force: true });
    return true;
  }
  process.kill(cloud.process.pid, 'SIGTERM');
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    if (!stillRuns(cloud.process)) return true;
    await sleep(50);
  }
  if (stillRuns(cloud.process)) process.kill(cloud.process.pid, 'SIGKILL');
  rmSync(cloudFile(), { force: true });
  return true;
}
