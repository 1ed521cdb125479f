import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import { vi } from 'vitest';
import { AwsError, type Clock } from '#src/cloud/service';
import { FakeCloud, type ForeignServices, FunctionFailure } from './fake-cloud.ts';

/** A clock that runs so much faster than the wall's. */
const SPEED = 50;
const origin = Date.now();
export const fastClock: Clock = {
  now: () => origin + (Date.now() - origin) * SPEED,
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const timer = setTimeout(done, ms / SPEED);
      function done() {
        signal?.removeEventListener('abort', stop);
        resolve();
      }
      function stop() {
        clearTimeout(timer);
        reject(signal?.reason);
      }
      signal?.addEventListener('abort', stop, { once: true });
    }),
};

/** What is outside of Step Functions, and so survives its crash. */
export interface World {
  /** Jobs by name, with the time they were made. */
  readonly jobs: Map<string, number>;
  /** Tokens that were handed out. */
  readonly tokens: Set<string>;
}

export const newWorld = (): World => ({ jobs: new Map(), tokens: new Set() });
export const copyOf = ({ jobs, tokens }: World): World => ({ jobs: new Map(jobs), tokens: new Set(tokens) });

const trainingSeconds = 2;

/** Numbers in [0, 1) that follow from a seed: mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Functions and jobs as they work in a world: at once, but with an answer that takes its time. */
const servicesOf = (world: World, random: () => number): ForeignServices => {
  const shaky = () => new FunctionFailure({ errorType: 'Shaky', errorMessage: 'not yet' });
  const functions: Readonly<Record<string, (payload: never) => unknown>> = {
    work: ({ item, retry }: { item: number; retry: number }) => (item === 2 && retry === 0 ? shaky() : item * 2),
    add: (numbers: number[]) => numbers.reduce((sum, n) => sum + n, 0),
    batch: (items: number[]) =>
      items.includes(3)
        ? new FunctionFailure({ errorType: 'Shaky', errorMessage: 'never' })
        : items.reduce((sum, n) => sum + n, 1),
    ask: ({ token }: { token: string }) => void world.tokens.add(token),
  };
  const act: ForeignServices = ({ operation, input }) => {
    const job = String(input['TrainingJobName']);
    const TrainingJobArn = `arn:aws:sagemaker:eu-central-1:123456789012:training-job/${job}`;
    const created = world.jobs.get(job);
    switch (operation) {
      case 'Invoke': {
        const name = String(input['FunctionName']).split(':').at(-1) ?? '';
        return functions[name]?.(input['Payload'] as never);
      }
      case 'CreateTrainingJob':
        if (created !== undefined) throw new AwsError('ResourceInUse', `${job} already exists`);
        world.jobs.set(job, fastClock.now());
        return { TrainingJobArn };
      case 'DescribeTrainingJob': {
        if (created === undefined) throw new AwsError('ValidationException', 'Requested resource not found.');
        const done = fastClock.now() > created + trainingSeconds * 1000;
        return { TrainingJobArn, CreationTime: created / 1000, TrainingJobStatus: done ? 'Completed' : 'InProgress' };
      }
      default:
        return {};
    }
  };
  return async (call) => {
    const answer = act(call);
    await fastClock.sleep(random() * 3000);
    return answer;
  };
};

/**
 * A cloud on a state folder in a world, with somebody who answers tokens.
 * @param random says how long answers take
 */
export async function openCloud(stateDir: string, world: World, random: () => number) {
  const cloud = await FakeCloud.start(servicesOf(world, random), { stateDir, clock: fastClock });
  let answering = true;
  const answers = (async () => {
    const done = new Set<string>();
    while (answering) {
      for (const taskToken of world.tokens) {
        if (done.has(taskToken)) continue;
        done.add(taskToken);
        await cloud.client
          .send(new SendTaskSuccessCommand({ taskToken, output: '"answered"' }))
          .catch((error: unknown) => {
            if (!(error instanceof Error && error.name === 'TaskTimedOut')) throw error;
          });
      }
      await fastClock.sleep(500);
    }
  })();
  return {
    cloud,
    close: async () => {
      answering = false;
      await answers;
      await cloud.close(true);
    },
  };
}

/** What was stored after one commit, and the world at that time. */
export interface Moment {
  readonly file: string;
  readonly world: World;
  /** How many events had been sent. */
  readonly sent: number;
}

/**
 * Has something done after every commit of Step Functions, before anything that follows from it.
 * @param onCommit receives a function that copies the stored state to a file
 * @returns a function that ends it
 */
export function watchCommits(onCommit: (copyTo: (file: string) => void) => void): () => void {
  const exec = DatabaseSync.prototype.exec;
  const spy = vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(function (this: DatabaseSync, sql: string) {
    exec.call(this, sql);
    if (sql !== 'COMMIT' || !this.location()?.endsWith('stepfunctions.sqlite')) return;
    onCommit((file) => exec.call(this, `VACUUM INTO '${file}'`));
  });
  return () => spy.mockRestore();
}

/** A state folder in which there is nothing but what was copied to a file. */
export function stateOf(file: string): string {
  const stateDir = mkdtempSync(join(tmpdir(), 'states-crash-'));
  const target = join(stateDir, 'stepfunctions', 'stepfunctions.sqlite');
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(file, target);
  return stateDir;
}

/** How many rows are left of what is only needed while executions are in progress, by table. */
export function leftovers(stateDir: string): Record<string, number> {
  const db = new DatabaseSync(join(stateDir, 'stepfunctions', 'stepfunctions.sqlite'));
  try {
    const count = (table: string) => Number(db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']);
    return Object.fromEntries(['lines', 'tokens', 'map_work', 'event_outbox'].map((table) => [table, count(table)]));
  } finally {
    db.close();
  }
}

export const remove = (folder: string): void => rmSync(folder, { recursive: true, force: true });
