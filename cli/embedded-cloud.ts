import { spawn } from 'node:child_process';
import { openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { answersAs, makePrivateFolder, stillRuns } from 'embedded-cloud/process';
import { CliError, dim, print, seconds } from './output.ts';
import { packageIsStale, packageService } from './package-service.ts';
import { projectRoot, stateDirectory } from './project.ts';
import { ensurePython, pythonNeeds } from './python/environment.ts';
import { type CloudFile, cloudFile, localStage, readCloud, readCloudFile } from './target.ts';

/** Says what happens and how long it took. */
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
  /** Whole path of a fault file; of no effect on a cloud that is up already. */
  readonly faultFile?: string;
}

/**
 * Brings the embedded cloud up in the background, or finds it running: packages the service when its sources changed, makes the
 * Python that trains on first use, and waits until the door is open.
 *
 * @throws CliError with the end of the daemon's log when it does not come up
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
    throw new CliError(`Port ${port} is taken. Give another with --port, or none for a free one.`);
  }
  const tail = written.trimEnd().split('\n').slice(-15).join('\n');
  throw new CliError(`The embedded cloud did not come up. The end of ${logFile}:\n${tail}`);
}

/**
 * Ends the running embedded cloud and waits until it is gone. No process is signalled that is not known to be the cloud: its id may
 * be another's by now. What a cloud that died left behind is removed.
 *
 * @returns false when none ran
 * @throws CliError when the cloud answers but its process is not one of this machine
 */
export async function bringDown(): Promise<boolean> {
  const cloud = await readCloud();
  if (!cloud) {
    rmSync(cloudFile(), { force: true });
    return false;
  }
  if (!stillRuns(cloud.process)) {
    // it may have ended just now
    await sleep(500);
    if (await answersAs(cloud.endpoint, cloud.instance)) {
      throw new CliError(
        `The embedded cloud answers at ${cloud.endpoint}, but its process is not one of this machine. End it where it was started.`,
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
