import { beforeEach, expect, it } from 'vitest';
import { type NotifyPorts, notify } from '#functions/use-cases/notify';
import type { Post } from '#functions/use-cases/post-message';
import { type FakeSlack, fakeSlack } from '../../fakes/fake-slack.ts';
import type { MemoryState } from '../../fakes/memory-state.ts';

let slack: FakeSlack;
let store: MemoryState;
let slept: number[];

const ports = (): NotifyPorts => ({ ...slack.ports(), store, sleep: async (ms) => slept.push(ms) });
const failed = (executionArn: string, run: object = { pipeline: 'loan', runId: 'r1' }) =>
  notify(ports(), { kind: 'run-failed', failure: { error: 'X', message: 'broken', executionArn, ...run } });
const places = () => slack.posted.map(({ channel, threadTs }) => ({ channel, ...(threadTs ? { threadTs } : {}) }));

beforeEach(() => {
  slack = fakeSlack();
  store = slack.state;
  slept = [];
});

it("sends a message once for its event, to the pipeline's channel or the default one", async () => {
  expect([await failed('e1'), await failed('e1')]).toEqual([{ sent: true }, { sent: false }]);
  await failed('e2', {});

  expect(places()).toEqual([{ channel: '#ml-loan' }, { channel: '#ml' }]);
});

it('answers later messages of a run in the thread of its first', async () => {
  await failed('e1');
  await failed('e2');

  expect(places()).toEqual([{ channel: '#ml-loan' }, { channel: '#ml-loan', threadTs: '1.0' }]);
});

it('sends none later for a message that only went to the log', async () => {
  slack.is = 'unset';
  expect(await failed('e2')).toEqual({ sent: false });
  slack.is = 'well';
  expect(await failed('e2')).toEqual({ sent: false });
  expect(slack.posted).toEqual([]);
});

it('is content with a message that was sent but cannot be recorded, since a retry would send it twice', async () => {
  const throttled = Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
  const { put } = store;
  const forgetful: NotifyPorts = {
    ...ports(),
    store: { ...store, put: (...args) => (args[2]['sent'] === true ? Promise.reject(throttled) : put(...args)) },
  };

  const notice = {
    kind: 'run-skipped',
    pipeline: 'loan',
    drop: 'loan/first/',
    cause: 'queued',
    reason: 'it waits',
  } as const;
  expect(await notify(forgetful, notice)).toEqual({ sent: true });
});

const message = async () =>
  Object.entries(store.everything()).flatMap(([key, item]) => (key.includes('message#') ? [item] : []));

it('sends once when two executions say the same at the same moment', async () => {
  const results = await Promise.all([failed('e1'), failed('e1'), failed('e1')]);

  expect(results.filter(({ sent }) => sent)).toHaveLength(1);
  expect(slack.posted).toHaveLength(1);
});

it('waits for another attempt, and takes over from one that crashed', async () => {
  const crashing: NotifyPorts = { ...ports(), connect: async () => () => new Promise(() => undefined) };
  const notice = { kind: 'run-failed', failure: { error: 'X', message: 'broken', executionArn: 'e1' } } as const;
  void notify(crashing, notice);
  await expect.poll(message).toMatchObject([{ sent: false, attempt: crashing.attempt }]);

  expect(await notify(ports(), notice)).toEqual({ sent: true });
  expect(slept).toEqual(Array.from({ length: 24 }, () => 250));
  expect(slack.posted).toHaveLength(1);
});

it('does not wait for a claim of an earlier version', async () => {
  await store.put('loan', 'message#run-failed#e2', { sent: false });
  await failed('e2');

  expect(slept).toEqual([]);
  expect(slack.posted).toHaveLength(1);
});

it('waits anew when a third attempt took over first', async () => {
  await store.put('loan', 'message#run-failed#e1', { sent: false, attempt: 'crashed' });
  const { put } = store;
  store.put = async (pk, sk, item, condition) => {
    if (condition?.expression.includes('#a = :a') && item['attempt'] !== 'third') {
      await put(pk, sk, { sent: true, attempt: 'third' });
    }
    return put(pk, sk, item, condition);
  };

  expect(await failed('e1')).toEqual({ sent: false });
  expect(slack.posted).toEqual([]);
});

it('does not take over a message whose attempt recorded it as sent at the last moment', async () => {
  await store.put('loan', 'message#run-failed#e1', { sent: false, attempt: 'slow' });
  const { put, set } = store;
  store.put = async (pk, sk, item, condition) => {
    if (condition?.expression.includes('#a = :a')) await set(pk, sk, { sent: true });
    return put(pk, sk, item, condition);
  };

  expect(await failed('e1')).toEqual({ sent: false });
  expect(slack.posted).toEqual([]);
});

it('waits though its failure cannot be recorded', async () => {
  slack.is = 'down';
  const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException' });
  const { put } = store;
  store.put = (...args) =>
    args[2]['attempt'] === '' && args[2]['waits'] === undefined ? Promise.reject(denied) : put(...args);

  expect(await failed('e1')).toEqual({ sent: false, waits: true });
});

it('knows its own claim when the answer to it was lost', async () => {
  const { put } = store;
  store.put = async (...args) => {
    await put(...args);
    return put(...args);
  };

  expect(await failed('e1')).toEqual({ sent: true });
  expect(slept).toEqual([]);
});

it('does nothing slow between its claim and its post, so that no other attempt takes it for crashed', async () => {
  const { put, get } = store;
  const order: string[] = [];
  store.put = (pk, sk, item, condition) => {
    order.push(`put ${sk.split('#')[0]}`);
    return put(pk, sk, item, condition);
  };
  store.get = (pk, sk) => {
    order.push(`get ${sk.split('#')[0]}`);
    return get(pk, sk);
  };
  const notice = { kind: 'run-failed', failure: { error: 'X', message: 'broken', executionArn: 'e1' } } as const;
  const post = await slack.ports().connect();
  const connect = async (): Promise<Post> => {
    order.push('connect');
    return (posting) => {
      order.push('post');
      return post(posting);
    };
  };
  await notify({ ...ports(), connect }, notice);

  const posts = order.indexOf('post');
  expect(order[posts - 1]).toBe('put message');
  expect(order.slice(0, posts - 1)).toContain('connect');
});

it('answers in the thread that an attempt opened before it crashed', async () => {
  await store.put('loan', 'message#run-failed#e1', { sent: false, attempt: 'crashed' });
  const late: NotifyPorts = {
    ...ports(),
    sleep: async () => {
      await store.put('loan', 'thread#r1', { ts: '7.0', channel: 'C7' });
    },
  };
  await notify(late, {
    kind: 'run-failed',
    failure: { error: 'X', message: 'broken', executionArn: 'e1', pipeline: 'loan', runId: 'r1' },
  });

  expect(places()).toEqual([{ channel: 'C7', threadTs: '7.0' }]);
});
