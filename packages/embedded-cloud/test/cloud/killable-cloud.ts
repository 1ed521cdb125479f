import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cloud, StartOptions } from '#src/host/start';

/** An embedded cloud in a process of its own. */
export interface KillableCloud extends Pick<Cloud, 'endpoint' | 'region' | 'admin' | 'outputs' | 'resources'> {
  /** What an SDK client of the administrator takes. */
  readonly config: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: Cloud['admin'];
    readonly maxAttempts: number;
  };
  /** `kill -9`; resolves when the process has ended. */
  kill(): Promise<void>;
}

/** Start options that can be handed to another process. */
export type KillableOptions = Pick<StartOptions, 'templatePath' | 'packageDir' | 'stateDir' | 'stackName' | 'port'> & {
  readonly parameters?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  /** The program of the process; `cloud-process.ts` by default. */
  readonly program?: string;
};

const forkCloud = ({
  program = join(import.meta.dirname, 'cloud-process.ts'),
  ...options
}: KillableOptions): ChildProcess => fork(program, [JSON.stringify(options)], { execArgv: [] });

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Starts a cloud and kills it after some milliseconds, most likely before it is up. */
export async function killWhileStarting(options: KillableOptions, ms: number): Promise<void> {
  const child = forkCloud(options);
  await sleep(ms);
  await kill(child);
}

/** @throws Error when the process ends before the cloud is up */
export async function startKillable(options: KillableOptions): Promise<KillableCloud> {
  const child = forkCloud(options);
  const early = once(child, 'exit').then(([code]) => {
    throw new Error(`the cloud ended with ${code} before it was up`);
  });
  early.catch(() => undefined);
  const [up] = (await Promise.race([once(child, 'message'), early])) as [Omit<KillableCloud, 'config' | 'kill'>];
  return {
    ...up,
    config: { endpoint: up.endpoint, region: up.region, credentials: up.admin, maxAttempts: 1 },
    kill: () => kill(child),
  };
}
