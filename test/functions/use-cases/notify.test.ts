import { beforeEach, expect, it } from 'vitest';
import type { NotifyPorts } from '#functions/use-cases/notify';
import { notify } from '#functions/use-cases/notify';
import { memoryObjects } from '../../fakes/memory-objects.ts';
import { type MemoryState, memoryState } from '../../fakes/memory-state.ts';

type Posting = Parameters<NotifyPorts['post']>[0];
let store: MemoryState;
let posted: Omit<Posting, 'message'>[];
let slack: 'on' | 'off' | 'down';

const ports = (): NotifyPorts => ({
  artifacts: memoryObjects(),
  store,
  stage: 'dev',
  link: (key) => `https://console/${key}`,
  channelOf: (pipeline) => (pipeline === undefined ? '#ml' : `#ml-${pipeline}`),
  post: async ({ message: _, ...posting }) => {
    if (slack === 'down') throw new Error('Slack is down');
    if (slack === 'off') return undefined;
    posted.push(posting);
    return { ts: `${posted.length}.0`, channel: 'C1' };
  },
});
const failed = (executionArn: string, run: object = { pipeline: 'loan', runId: 'r1' }) =>
  notify(ports(), { kind: 'run-failed', failure: { error: 'X', message: 'broken', executionArn, ...run } });

beforeEach(() => {
  store = memoryState();
  posted = [];
  slack = 'on';
});

it("sends a message once for its event, to the pipeline's channel or the default one", async () => {
  expect([await failed('e1'), await failed('e1')]).toEqual([{ sent: true }, { sent: false }]);
  await failed('e2', {});

  expect(posted).toEqual([{ channel: '#ml-loan' }, { channel: '#ml' }]);
});

it('answers later messages of a run in the thread of its first', async () => {
  await failed('e1');
  await failed('e2');

  expect(posted).toEqual([{ channel: '#ml-loan' }, { channel: 'C1', threadTs: '1.0' }]);
});

it('sends a message in a retry when Slack was down, and none later for one that only went to the log', async () => {
  slack = 'down';
  await expect(failed('e1')).rejects.toThrow('Slack is down');
  slack = 'on';
  expect(await failed('e1')).toEqual({ sent: true });

  slack = 'off';
  expect(await failed('e2')).toEqual({ sent: false });
  slack = 'on';
  expect(await failed('e2')).toEqual({ sent: false });
  expect(posted).toHaveLength(1);
});

it('is content with a message that was sent but cannot be recorded, since a retry would send it twice', async () => {
  const throttled = Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
  const forgetful: NotifyPorts = { ...ports(), store: { ...store, set: () => Promise.reject(throttled) } };

  const notice = {
    kind: 'run-skipped',
    pipeline: 'loan',
    drop: 'loan/first/',
    cause: 'queued',
    reason: 'it waits',
  } as const;
  expect(await notify(forgetful, notice)).toEqual({ sent: true });
});
