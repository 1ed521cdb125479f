import { SlackRejectedError, SlackUnavailableError } from '#domain/errors';
import { routeOf } from '#domain/notices/route';
import type { NotifySettings } from '#domain/notices/settings';
import { type Notified, type NotifyPorts, notify } from '#functions/use-cases/notify';
import type { Post } from '#functions/use-cases/post-message';
import { type SendWaitingResult, sendWaiting } from '#functions/use-cases/send-waiting';
import { type MemoryObjects, memoryObjects } from './memory-objects.ts';
import { type MemoryState, memoryState } from './memory-state.ts';

export type Posting = Parameters<Post>[0] & { readonly at: number };
type Notice = Parameters<typeof notify>[1];

/** How Slack behaves at the moment. */
export type Condition = 'well' | 'unset' | 'down' | 'limited' | 'revoked' | 'picky' | readonly string[];

/** Slack, a state table, a clock and the machine that sends what waits. Pauses move the clock. */
export interface FakeSlack {
  readonly state: MemoryState;
  readonly objects: MemoryObjects;
  /** What Slack took, oldest first. */
  readonly posted: Posting[];
  /** How often Slack was asked. */
  tries: number;
  now: number;
  /** A list: the channels that are not there. */
  is: Condition;
  /** Executions of the sender that were started and have not ended. */
  readonly senders: string[];
  readonly reports: { waiting: number; oldestSeconds: number; givenUp: number }[];
  settings: Record<string, NotifySettings['slack']>;
  ports(): NotifyPorts;
  notify(notice: Notice): Promise<Notified>;
  /** One look of an execution. */
  look(execution: string): Promise<SendWaitingResult>;
  /** Plays the machine for all started executions until the clock shows a time. @returns the looks that it took */
  playUntil(at: number): Promise<number>;
}

/** Makes a fake whose Slack is well. */
export function fakeSlack(): FakeSlack {
  let attempts = 0;
  const post: Post = async ({ ...posting }) => {
    slack.tries += 1;
    const { is } = slack;
    if (is === 'unset') return undefined;
    if (is === 'down') throw new SlackUnavailableError('Slack could not be reached');
    if (is === 'limited')
      throw new SlackUnavailableError('Slack limits the rate', { obstacle: 'rate', retryAfter: 30 });
    if (is === 'revoked') throw new SlackRejectedError('Slack refused a message: token_revoked. Reinstall.');
    if (is === 'picky' && posting.message.blocks.some(({ type }) => type === 'header'))
      throw new SlackRejectedError('Slack refused a message: invalid_blocks.', { obstacle: 'content' });
    if (typeof is !== 'string' && is.includes(posting.channel))
      throw new SlackRejectedError(
        `Slack refused a message to ${posting.channel}: channel_not_found. Create the channel.`,
        {
          obstacle: 'channel',
        },
      );
    slack.posted.push({ ...posting, at: slack.now });
    return { ts: `${slack.posted.length}.0`, channel: posting.channel };
  };
  const posting = () => ({
    store: slack.state,
    attempt: `a${++attempts}`,
    sleep: async (ms: number) => {
      slack.now += ms;
    },
    now: () => slack.now,
    defaultChannel: '#ml',
    routeOf: ({ pipeline, ...outgoing }: Parameters<NotifyPorts['routeOf']>[0]) =>
      routeOf(pipeline === undefined ? undefined : slack.settings[pipeline], '#ml', outgoing),
    connect: async () => post,
  });
  const slack: FakeSlack = {
    state: memoryState(),
    objects: memoryObjects(),
    posted: [],
    tries: 0,
    now: Date.parse('2026-01-02T10:00:00.000Z'),
    is: 'well',
    senders: [],
    reports: [],
    settings: { loan: '#ml-loan', churn: '#ml-churn' },
    ports: () => ({
      ...posting(),
      artifacts: slack.objects,
      stage: 'dev',
      pricing: {},
      link: (key) => `https://console/${key}`,
      endpointLink: (name) => `https://console/endpoints/${name}`,
      startSender: async (name) => {
        slack.senders.push(name);
      },
    }),
    notify: (notice) => notify(slack.ports(), notice),
    look: (execution) =>
      sendWaiting({ ...posting(), report: (seen) => slack.reports.push(seen) }, { executionArn: execution }),
    async playUntil(at) {
      let looks = 0;
      while (slack.senders.length > 0 && slack.now < at) {
        const [execution = ''] = slack.senders;
        const { decision, seconds } = await slack.look(execution);
        looks += 1;
        if (decision === 'done') slack.senders.shift();
        else if (slack.now + seconds * 1000 >= at) break;
        else slack.now += seconds * 1000;
      }
      slack.now = Math.max(slack.now, at);
      return looks;
    },
  };
  return slack;
}
