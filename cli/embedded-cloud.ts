import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  answersAs,
  makePrivateFolder,
  type ProcessIdentity,
  stillRuns,
  UPDATE_PREFIX,
  updateAuthorization,
} from 'embedded-cloud/process';
import * as z from 'zod';
import {
  type CloudFile,
  cloudProcess,
  readCloud,
  readCloudFile,
  removeCloudFile,
  writeCloudFile,
} from './cloud-file.ts';
import type { DaemonMessage } from './daemon.ts';
import { lostCloudFile } from './explain-error.ts';
import { withLock } from './lock.ts';
import { CliError, dim, print, seconds } from './output.ts';
import { packagedSources, packageIsStale, packageLock, packageService } from './package-service.ts';
import { projectRoot, readSources, stateDirectory } from './project.ts';
import { ensurePython, pythonNeeds } from './python/environment.ts';
import { localStage } from './target.ts';

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

/** What `up` did. */
export interface BroughtUp {
  readonly cloud: CloudFile;
  /** Logical ids of what an update touched; absent when the cloud was started, empty when nothing differs. */
  readonly update?: StackChanges;
}

/**
 * Starts the embedded cloud in the background, or updates the one that runs: packages the service if its sources changed, creates
 * the Python environment on first use, and waits until the endpoint responds. An update leaves what did not change alone, and
 * executions in progress go on as they began. A second call waits for the first.
 *
 * @throws CliError in one line when it does not start, or cannot be updated
 */
export async function bringUp({ port = 0, quiet = false, faultFile }: UpOptions = {}): Promise<BroughtUp> {
  makePrivateFolder(stateDirectory());
  mkdirSync(dirname(packageLock), { recursive: true });
  const onWait = () => {
    if (!quiet) print('Waiting for another "tidegate up" …');
  };
  return withLock(
    packageLock,
    async () => {
      const running = await readCloud();
      if (packageIsStale(localStage, readSources()))
        await step('Packaging the service', () => packageService(localStage), quiet);
      if (running) {
        if (running.sources?.hash === packagedSources()?.hash) return { cloud: running, update: noChanges };
        return step('Updating the embedded cloud', () => updateCloud(running), quiet);
      }
      await step(`Looking for ${pythonNeeds.label}`, (note) => ensurePython({ onProgress: note }), quiet);
      return { cloud: await step('Starting the embedded cloud', () => startDaemon(port, faultFile), quiet) };
    },
    onWait,
  );
}

const changesSchema = z.object({
  created: z.array(z.string()),
  changed: z.array(z.string()),
  removed: z.array(z.string()),
});
/** Logical ids of resources that an update touched. */
export type StackChanges = z.output<typeof changesSchema>;
const noChanges: StackChanges = { created: [], changed: [], removed: [] };

/** Has a running cloud take over what is packaged. @throws CliError when it refuses: it then runs on as before */
async function updateCloud(cloud: CloudFile): Promise<BroughtUp> {
  const sources = packagedSources();
  const response = await fetch(`${cloud.endpoint}${UPDATE_PREFIX}`, {
    method: 'POST',
    headers: { authorization: updateAuthorization(cloud.secretAccessKey) },
  });
  const answer: unknown = await response.json();
  if (!response.ok) {
    const { error } = z
      .object({ error: z.string() })
      .catch({ error: `HTTP ${response.status}` })
      .parse(answer);
    throw new CliError(`The embedded cloud runs on as it was, because it could not be updated: ${error}`);
  }
  const { outputs, ...update } = changesSchema.extend({ outputs: z.record(z.string(), z.string()) }).parse(answer);
  const updated = { ...cloud, outputs, ...(sources && { sources }) };
  writeCloudFile(updated);
  return { cloud: updated, update };
}

async function startDaemon(port: number, faultFile?: string): Promise<CloudFile> {
  const lost = lostCloudFile();
  if (lost) throw lost;
  const logFile = join(stateDirectory(), 'cloud.log');
  const log = openSync(logFile, 'a', 0o600);
  const before = statSync(logFile).size;
  const daemon = [join(projectRoot, 'cli', 'daemon.ts'), String(port), localStage];
  const child = spawn(process.execPath, faultFile === undefined ? daemon : [...daemon, faultFile], {
    cwd: projectRoot,
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  const answer = await firstMessage(child, 60_000);
  child.unref();
  const cloud = readCloudFile();
  if (answer !== undefined && 'up' in answer && cloud) return cloud;
  if (answer !== undefined && 'failed' in answer)
    throw new CliError(`The embedded cloud did not start. ${answer.failed}`, answer.exitCode);
  const isWritten = statSync(logFile).size > before;
  const why = child.exitCode ?? child.signalCode ?? 'no answer within a minute';
  throw new CliError(
    `The embedded cloud did not start: its process ended with ${why}.${isWritten ? ` ${logFile} has more.` : ''}`,
  );
}

/** The first message of a child; undefined when it ends, or says nothing in time. */
const firstMessage = (child: ChildProcess, withinMs: number): Promise<DaemonMessage | undefined> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => settle(undefined), withinMs);
    const settle = (message: DaemonMessage | undefined): void => {
      clearTimeout(timer);
      if (child.connected) child.disconnect();
      resolve(message);
    };
    child.once('message', (message) => settle(message as DaemonMessage));
    child.once('exit', () => settle(undefined));
    child.once('error', () => settle(undefined));
  });

/** Ends a process that is known to be the cloud, and waits until it has ended. */
async function end(cloud: ProcessIdentity): Promise<void> {
  process.kill(cloud.pid, 'SIGTERM');
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    if (!stillRuns(cloud)) return;
    await sleep(50);
  }
  if (stillRuns(cloud)) process.kill(cloud.pid, 'SIGKILL');
}

/**
 * Stops the embedded cloud and waits until it has exited. Only a process known to be the cloud is signalled: the process id
 * may have been reused. The leftovers of a crashed cloud are removed. It needs nothing but the lock of the state folder: whatever
 * else is damaged there, a cloud that runs is found and stopped.
 *
 * @returns false when none was running
 * @throws CliError when the cloud responds but its process is not on this machine
 */
export async function bringDown(): Promise<boolean> {
  const cloud = await readCloud();
  const holder = cloudProcess();
  const running = cloud && stillRuns(cloud.process) ? cloud.process : holder;
  if (running) {
    await end(running);
    removeCloudFile();
    return true;
  }
  if (cloud) {
    // it may have just ended
    await sleep(500);
    if (await answersAs(cloud.endpoint, cloud.instance)) {
      throw new CliError(
        `The embedded cloud answers at ${cloud.endpoint}, but its process is not on this machine. Stop it where it was started.`,
      );
    }
  }
  removeCloudFile();
  return cloud !== undefined;
}
