import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DescribeExecutionCommandOutput, ListExecutionsCommand, ListMapRunsCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { everything, expected, input, nested } from './support/crash-machine.ts';
import {
  copyOf,
  leftovers,
  type Moment,
  newWorld,
  openCloud,
  remove,
  seeded,
  stateOf,
  type World,
  watchCommits,
} from './support/crash-world.ts';
import type { FakeCloud } from './support/fake-cloud.ts';

/** Another one makes other moments: how long answers take follows from it. */
const SEED = Number(process.env['CRASH_SEED'] ?? 1);
const AT_ONCE = 16;
const CRASHES = 12;

/** What can be seen of an execution, without what differs from run to run. */
interface Told {
  readonly ids: readonly (number | undefined)[];
  /** `<event type> <name of the state>`, in order. */
  readonly steps: readonly string[];
  readonly children: readonly string[];
  readonly nested: readonly string[];
}

async function statusesOf(cloud: FakeCloud, by: { stateMachineArn: string } | { mapRunArn: string | undefined }) {
  const { executions = [] } = await cloud.client.send(new ListExecutionsCommand(by));
  return executions.map(({ status }) => String(status)).sort();
}

async function tell(cloud: FakeCloud, executionArn: string): Promise<Told> {
  const history = await cloud.history(executionArn);
  const { mapRuns = [] } = await cloud.client.send(new ListMapRunsCommand({ executionArn }));
  const children = await Promise.all(mapRuns.map(({ mapRunArn }) => statusesOf(cloud, { mapRunArn })));
  const stateMachineArn = 'arn:aws:states:eu-central-1:123456789012:stateMachine:nested';
  return {
    ids: history.map(({ id }) => id),
    steps: history.map(({ type, stateEnteredEventDetails, stateExitedEventDetails }) =>
      [type, stateEnteredEventDetails?.name ?? stateExitedEventDetails?.name].join(' '),
    ),
    children: children.flat(),
    nested: await statusesOf(cloud, { stateMachineArn }),
  };
}

const statusChanges = (cloud: FakeCloud, executionArn: string): string[] =>
  cloud.context.events
    .map(({ detail }) => detail as { executionArn: string; status: string })
    .filter((detail) => detail.executionArn === executionArn)
    .map(({ status }) => status);

const sorted = (texts: readonly string[]): string[] => [...texts].sort();

describe('an execution whose cloud stops', () => {
  const folder = mkdtempSync(join(tmpdir(), 'crash-points-'));
  const random = seeded(SEED);
  const moments: Moment[] = [];
  let executionArn: string;
  let whole: Told;
  let sent: string[];

  beforeAll(async () => {
    const world: World = newWorld();
    const stateDir = mkdtempSync(join(tmpdir(), 'states-whole-'));
    const { cloud, close } = await openCloud(stateDir, world, random);
    await cloud.machine('nested', nested);
    const machine = await cloud.machine('everything', everything);
    const restore = watchCommits((copyTo) => {
      const file = join(folder, `${moments.length}.sqlite`);
      copyTo(file);
      moments.push({ file, world: copyOf(world), sent: cloud.context.events.length });
    });
    try {
      executionArn = await cloud.begin(machine, input, 'whole');
      expectSuccess(await cloud.end(executionArn));
    } finally {
      restore();
    }
    whole = await tell(cloud, executionArn);
    sent = statusChanges(cloud, executionArn);
    await close();
    remove(stateDir);
  });
  afterAll(() => remove(folder));

  function expectSuccess({ status, error, cause, output = 'null' }: DescribeExecutionCommandOutput): void {
    expect({ status, error, cause }).toEqual({ status: 'SUCCEEDED' });
    expect(JSON.parse(output)).toEqual(expected);
  }

  /** The execution and its history are those of one that was never interrupted. */
  function expectWhole(told: Told, world: World): void {
    expect(told.ids).toEqual(told.ids.map((_, index) => index + 1));
    expect(sorted(told.steps)).toEqual(sorted(whole.steps));
    expect(told.children).toEqual(whole.children);
    expect(told.nested).toEqual(['SUCCEEDED']);
    expect(world.jobs.size).toBe(1);
  }

  /** Starts a cloud on what a moment kept, in its world, which may be a call ahead of it, and waits for the end. */
  async function goOn(moment: Moment): Promise<void> {
    const stateDir = stateOf(moment.file);
    const world = copyOf(moment.world);
    const { cloud, close } = await openCloud(stateDir, world, random);
    const before = await tell(cloud, executionArn);
    const ended = await cloud.end(executionArn);
    const told = await tell(cloud, executionArn);
    const changes = [...sent.slice(0, moment.sent), ...statusChanges(cloud, executionArn)];
    await close();
    const left = leftovers(stateDir);
    remove(stateDir);

    expect(left).toEqual({ lines: 0, tokens: 0, map_work: 0, event_outbox: 0 });
    expectSuccess(ended);
    expectWhole(told, world);
    expect(told.steps.slice(0, before.steps.length)).toEqual(before.steps);
    expect(changes).toContain('RUNNING');
    expect(changes).toContain('SUCCEEDED');
  }

  it('resumes from every stored state, with the history of an execution that was never interrupted', async () => {
    const left = [...moments.entries()];
    const worker = async (): Promise<void> => {
      for (let next = left.shift(); next; next = left.shift()) {
        const [index, moment] = next;
        await goOn(moment).catch((cause: unknown) => {
          throw new Error(`when it goes down after commit ${index} of ${moments.length}, seed ${SEED}`, { cause });
        });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    expect(moments.length).toBeGreaterThan(20);
  }, 120_000);

  it('has the same result when its cloud dies repeatedly', async () => {
    const [first] = moments;
    if (!first) throw new Error('nothing was committed');
    const world = newWorld();
    let file = first.file;
    let stateDir = '';
    for (let crash = 0; crash < CRASHES; crash += 1) {
      stateDir = stateOf(file);
      const next = join(folder, `chain-${crash}.sqlite`);
      const { promise: down, resolve: goDown } = Promise.withResolvers<void>();
      let commits = 2 + Math.floor(random() * 5);
      const restore = watchCommits((copyTo) => {
        commits -= 1;
        if (commits !== 0) return;
        copyTo(next);
        goDown();
      });
      const { cloud, close } = await openCloud(stateDir, world, random);
      const over = cloud.end(executionArn).then(() => true);
      const ended = await Promise.race([over, down.then(() => false)]);
      restore();
      if (!ended) {
        await close();
        over.catch(() => {});
        remove(stateDir);
        file = next;
        continue;
      }
      await close();
      remove(stateDir);
      break;
    }
    stateDir = stateOf(file);
    const { cloud, close } = await openCloud(stateDir, world, random);
    expectSuccess(await cloud.end(executionArn));
    expectWhole(await tell(cloud, executionArn), world);
    await close();
    remove(stateDir);
  }, 120_000);
});
