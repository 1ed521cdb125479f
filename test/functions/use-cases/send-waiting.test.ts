import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { keptMs } from '#domain/slack/refusal';
import { listWaiting, outbox } from '#functions/claims/outbox';
import { type Condition, type FakeSlack, fakeSlack } from '../../fakes/fake-slack.ts';

const minute = 60_000;
const hour = 60 * minute;
let slack: FakeSlack;
beforeEach(() => {
  slack = fakeSlack();
});

const skipped = (n: number, pipeline = 'loan') =>
  slack.notify({ kind: 'run-skipped', pipeline, drop: `${pipeline}/${n}/`, cause: 'trained', reason: `number ${n}` });
/** The numbers of the messages that Slack took, of one pipeline. */
const numbers = (pipeline = 'loan') =>
  slack.posted
    .filter(({ message }) => message.text.includes(`${pipeline}/`))
    .map(({ message }) => Number(/number (\d+)/.exec(message.text)?.[1]));
const waiting = () => listWaiting(slack.state);

/** Notices of two pipelines over an hour, while the sender works. */
async function hourOfNotices() {
  for (let n = 1; n <= 6; n++) {
    expect(await skipped(n)).toEqual({ sent: false, waits: true });
    expect(await skipped(n, 'churn')).toEqual({ sent: false, waits: true });
    await slack.playUntil(slack.now + 10 * minute);
  }
}

describe.each<[string, Condition, RegExp]>([
  ['down', 'down', /could not be reached/],
  ['limiting the rate', 'limited', /limits the rate/],
  ['refusing the token', 'revoked', /token_revoked/],
  ['without any of the channels', ['#ml', '#ml-loan', '#ml-churn'], /channel_not_found/],
])('while Slack is %s for an hour', (_, condition, reason) => {
  it('nothing fails, nothing is lost, and the order of each pipeline is kept', async () => {
    slack.is = condition;
    await hourOfNotices();
    expect(slack.posted).toEqual([]);
    const items = await waiting();
    expect(items).toHaveLength(12);
    expect(items.filter(({ attempts }) => attempts > 0).every((item) => reason.test(item.reason))).toBe(true);

    slack.is = 'well';
    await slack.playUntil(slack.now + 15 * minute);

    expect(numbers()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(numbers('churn')).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await waiting()).toEqual([]);
    expect(slack.senders).toEqual([]);
    expect(await skipped(1)).toEqual({ sent: false });
    expect(slack.posted).toHaveLength(12);
  });

  it('asks Slack ever less often, and a notice behind another one does not ask at all', async () => {
    slack.is = condition;
    await skipped(1);
    const first = slack.tries;
    await skipped(2);
    expect(slack.tries).toBe(first);

    const looks = await slack.playUntil(slack.now + hour);
    expect(looks).toBeGreaterThan(6);
    expect(looks).toBeLessThan(130);
  });
});

it('honours Retry-After, and leaves a second between two messages', async () => {
  slack.is = 'limited';
  await skipped(1);
  await skipped(2);
  const start = slack.now;
  slack.is = 'well';
  await slack.playUntil(start + 10 * minute);

  const [first, second] = slack.posted;
  expect(first?.at).toBe(start + 30_000);
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1000);
});

it('sends a message whose channel is wrong to the default channel, and says so', async () => {
  slack.is = ['#ml-loan'];
  expect(await skipped(1)).toEqual({ sent: true });

  const [posting] = slack.posted;
  expect(posting?.channel).toBe('#ml');
  expect(posting?.message.text).toContain('This message belongs to #ml-loan.');
  expect(posting?.message.text).toContain('channel_not_found. Create the channel.');
  expect(await waiting()).toEqual([]);
});

it('answers in the channel again when a thread is gone, and later messages follow there', async () => {
  await slack.state.put('loan', 'thread#r1', { ts: '1.0', channel: 'C-archived' });
  slack.is = ['C-archived'];
  const failed = (executionArn: string) =>
    slack.notify({
      kind: 'run-failed',
      failure: { error: 'X', message: 'broken', executionArn, pipeline: 'loan', runId: 'r1' },
    });
  await failed('e1');
  await failed('e2');

  expect(slack.posted.map(({ channel, threadTs }) => [channel, threadTs])).toEqual([
    ['#ml-loan', undefined],
    ['#ml-loan', '1.0'],
  ]);
  expect(slack.posted[0]?.message.text).not.toContain('belongs to');
});

it('sends a message without its layout where Slack refuses that, with all of its text', async () => {
  slack.is = 'picky';
  expect(await skipped(1)).toEqual({ sent: true });

  const [{ message } = { message: { text: '', blocks: [] } }] = slack.posted;
  expect(message.text).toContain('Slack refused the layout of this message. Slack refused a message: invalid_blocks.');
  expect(JSON.stringify(message.blocks)).toContain('number 1');
});

it('a channel that is missing holds back its own pipeline alone', async () => {
  slack.settings = { ...slack.settings, loan: '#ml' };
  slack.is = ['#ml'];
  await skipped(1);
  expect(await skipped(2, 'churn')).toEqual({ sent: true });
  expect(await skipped(3)).toEqual({ sent: false, waits: true });
  slack.is = 'well';
  await slack.playUntil(slack.now + hour);

  expect(numbers()).toEqual([1, 3]);
});

it('gives a message up after seven days, says so, and sends it no more', async () => {
  slack.is = 'revoked';
  await skipped(1);
  await slack.playUntil(slack.now + keptMs - hour);
  await skipped(2);
  expect(await waiting()).toHaveLength(2);
  await slack.playUntil(slack.now + 2 * hour);

  expect((await waiting()).map(({ key }) => key)).toEqual([expect.stringContaining('loan/2/')]);
  expect(slack.reports.reduce((sum, { givenUp }) => sum + givenUp, 0)).toBe(1);
  slack.is = 'well';
  await slack.playUntil(slack.now + hour);
  expect(await skipped(1)).toEqual({ sent: false });
  expect(numbers()).toEqual([2]);
});

it('begins with short pauses again when it is something else that stands in the way', async () => {
  slack.is = 'revoked';
  await skipped(1);
  await slack.playUntil(slack.now + hour);
  slack.is = 'down';
  await slack.playUntil(slack.now + 11 * minute);
  const [item] = await waiting();
  expect(item?.obstacle).toBe('outage');
  expect(item?.attempts).toBeLessThan(8);
});

it('reports at each look how many wait and for how long', async () => {
  slack.is = 'down';
  await skipped(1);
  await skipped(2);
  await slack.playUntil(slack.now + hour);
  const last = slack.reports.at(-1);
  expect(last).toMatchObject({ waiting: 2, givenUp: 0 });
  expect(last?.oldestSeconds).toBeGreaterThan(40 * 60);

  slack.is = 'well';
  await slack.playUntil(slack.now + hour);
  expect(slack.reports.at(-1)).toEqual({ waiting: 0, oldestSeconds: 0, givenUp: 0 });
});

describe('one execution sends at a time', () => {
  it('so a second one ends at once, and no notice starts one while another sends', async () => {
    slack.is = 'down';
    await skipped(1);
    expect(slack.senders).toHaveLength(1);
    await slack.look('e1');
    await skipped(2);
    expect(slack.senders).toHaveLength(1);

    expect(await slack.look('e2')).toEqual({ decision: 'done', seconds: 0, sent: 0, waiting: 0 });
  });

  it('and another one takes over when it was lost: the next notice starts it, a repeated one too', async () => {
    slack.is = 'down';
    await skipped(1);
    await slack.look('lost');
    slack.now += hour;
    slack.senders.length = 0;
    await skipped(1);
    expect(slack.senders).toHaveLength(1);
    slack.is = 'well';

    expect(await slack.look('e2')).toMatchObject({ decision: 'done', sent: 1 });
    expect(numbers()).toEqual([1]);
  });

  it('and one that is about to end goes on for a message that came at that moment', async () => {
    slack.is = 'down';
    await skipped(1);
    slack.is = 'well';
    slack.now += minute;
    const { remove } = slack.state;
    slack.state.remove = async (pk, sk, condition) => {
      if (sk === 'sender') {
        // the notice sees that somebody sends
        slack.is = 'down';
        await skipped(2);
        slack.is = 'well';
      }
      return remove(pk, sk, condition);
    };

    expect(await slack.look('e1')).toMatchObject({ decision: 'wait', sent: 1, waiting: 1 });
  });
});

it('sends a message once though it was put into the outbox twice', async () => {
  slack.is = 'down';
  await skipped(1);
  const [item] = await waiting();
  await slack.state.put(outbox, `${item?.sk}-again`, { ...item });
  slack.is = 'well';
  await slack.playUntil(slack.now + hour);

  expect(numbers()).toEqual([1]);
  expect(await waiting()).toEqual([]);
});

it('sends what waits in a retry when a look breaks off', async () => {
  slack.is = 'down';
  await skipped(1);
  const error = Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
  const { get } = slack.state;
  slack.state.get = () => Promise.reject(error);
  slack.now += minute;
  await expect(slack.look('e1')).rejects.toThrow('slow down');
  slack.state.get = get;
  slack.is = 'well';
  expect(await slack.look('e1')).toMatchObject({ decision: 'done', sent: 1 });
});

it('whatever happens to Slack, each message of a pipeline arrives once and in order', async () => {
  const condition = fc.constantFrom<Condition>('well', 'down', 'limited', 'revoked', ['#ml-loan'], ['#ml-loan', '#ml']);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(condition, fc.integer({ min: 0, max: 40 })), { minLength: 1, maxLength: 12 }),
      async (story) => {
        slack = fakeSlack();
        for (const [i, [is, minutes]] of story.entries()) {
          slack.is = is;
          await skipped(i);
          await slack.playUntil(slack.now + minutes * minute);
        }
        slack.is = 'well';
        await slack.playUntil(slack.now + 2 * hour);
        expect(numbers()).toEqual(story.map((_, i) => i));
      },
    ),
    { numRuns: 40 },
  );
});
