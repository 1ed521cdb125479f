import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeExecutionCommand, ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { type CloudService, SERVICE_NAMES, SERVICES, type ServiceFactory } from 'embedded-cloud';
import { readSlack, type SlackMessage } from '../../cli/commands/slack.ts';
import { startProject, type UpProject } from '../e2e/project.ts';
import { createFaultBoard, type FaultBoard } from './fault-board.ts';
import { createLeapClock } from './leap-clock.ts';
import { tinyPipeline } from './tiny-pipeline.ts';

/** How an execution ended. */
export interface Ended {
  readonly executionArn: string;
  readonly status: string;
  readonly output: unknown;
  readonly error: string;
  readonly cause: string;
}

/** The project, up in a cloud where calls can be made to fail and pauses take no time. */
export interface World {
  readonly project: UpProject;
  readonly board: FaultBoard;
  readonly pipeline: string;
  /** ARN of a machine by its name in `statemachines/`. */
  machine(name: string): string;
  /** Executions of a machine whose input holds some text, newest first, but for those known. */
  executions(machine: string, holding: string, known?: ReadonlySet<string>): Promise<Ended[]>;
  /** Waits until an execution of a machine was started with an input that holds some text, and gives it once it ended. */
  ended(machine: string, holding: string, known?: ReadonlySet<string>): Promise<Ended>;
  /** Waits for the end of an execution. */
  endOf(executionArn: string): Promise<Ended>;
  /** Asks until there is an answer. @throws Error after two minutes */
  until<T>(what: string, look: () => Promise<T | undefined>): Promise<T>;
  /** Waits until no execution runs. */
  quiet(): Promise<void>;
  /** Messages that hold some text, oldest first. */
  messages(holding: string): Promise<SlackMessage[]>;
  close(): Promise<void>;
}

const machines = [
  'retrain',
  'run-pipeline',
  'prepare-data',
  'train-candidate',
  'deploy',
  'test-endpoint',
  'record-decision',
  'retire',
  'batch-score',
  'recover-run',
  'recover-deployment',
  'recover-batch',
  'send-waiting',
];
/** More executions of a machine than one trial starts. */
const NEWEST = 40;
const patienceMs = 120_000;
const pause = () => new Promise((resolve) => setTimeout(resolve, 60));

/** @param more further sections of the pipeline, as YAML */
export async function openWorld(pipeline: string, more?: string): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-chaos-'));
  const file = join(folder, `${pipeline}.yml`);
  writeFileSync(file, tinyPipeline(pipeline, more));
  const board = createFaultBoard();
  const clock = createLeapClock();
  const watched = async (name: (typeof SERVICE_NAMES)[number]): Promise<ServiceFactory> => {
    const factory = (await SERVICES[name]()) as (context: never) => CloudService | Promise<CloudService>;
    return async (context) => {
      const service = await factory(context as never);
      clock.watch(service);
      return service;
    };
  };
  const serviceFactories = Object.fromEntries(
    await Promise.all(SERVICE_NAMES.filter((name) => name !== 'iam').map(async (name) => [name, await watched(name)])),
  ) as Record<string, ServiceFactory>;
  const project = await startProject([file], { faults: board.hook, clock, serviceFactories });
  const { sfn, outputs } = project.target;
  const stem = outputs.RetrainStateMachineArn.replace(/retrain$/, '');
  const machine = (name: string) => `${stem}${name}`;

  const list = async (name: string, running = false) => {
    const { executions = [] } = await sfn.send(
      new ListExecutionsCommand({
        stateMachineArn: machine(name),
        maxResults: NEWEST,
        ...(running ? { statusFilter: 'RUNNING' } : {}),
      }),
    );
    return executions.map(({ executionArn = '' }) => executionArn);
  };
  let lastBusy = 'retrain';
  /** Whether an execution runs. Most often it is one of the machine that ran before, and one request answers. */
  const busy = async () => {
    if ((await list(lastBusy, true)).length > 0) return true;
    const running = await Promise.all(machines.map((name) => list(name, true)));
    const at = running.findIndex((executions) => executions.length > 0);
    lastBusy = machines[at] ?? lastBusy;
    return at >= 0;
  };
  const describe = async (executionArn: string) => {
    const found = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    return {
      executionArn,
      input: found.input ?? '',
      status: found.status ?? '',
      output: found.output ? (JSON.parse(found.output) as unknown) : undefined,
      error: found.error ?? '',
      cause: found.cause ?? '',
    };
  };
  const inputs = new Map<string, string>();
  const findAll = async (name: string, holding: string) => {
    const found: string[] = [];
    for (const arn of await list(name)) {
      if (!inputs.has(arn)) inputs.set(arn, (await describe(arn)).input);
      if (inputs.get(arn)?.includes(holding)) found.push(arn);
    }
    return found;
  };
  const until = async <T>(what: string, look: () => Promise<T | undefined>): Promise<T> => {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const seen = await look();
      if (seen !== undefined) return seen;
      if (Date.now() > deadline) throw new Error(`Waited ${patienceMs / 1000} s in vain for ${what}.`);
      await pause();
    }
  };

  const endOf = (arn: string): Promise<Ended> =>
    until(`the end of ${arn}`, async () => {
      const seen = await describe(arn);
      return seen.status === 'RUNNING' ? undefined : seen;
    });

  return {
    project,
    board,
    pipeline,
    machine,
    executions: async (name, holding, known = new Set()) =>
      Promise.all((await findAll(name, holding)).filter((arn) => !known.has(arn)).map(describe)),
    async ended(name, holding, known = new Set()) {
      const arn = await until(`an execution of ${name} on ${holding}`, async () =>
        (await findAll(name, holding)).find((found) => !known.has(found)),
      );
      return endOf(arn);
    },
    endOf,
    until,
    async quiet() {
      let calm = 0;
      await until('all executions to end', async () => {
        calm = (await busy()) ? 0 : calm + 1;
        return calm > 2 ? true : undefined;
      });
    },
    messages: async (holding) =>
      (await readSlack(project.cloud.endpoint)).filter((message) => JSON.stringify(message).includes(holding)),
    async close() {
      clock.close();
      await project.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
