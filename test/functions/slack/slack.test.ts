import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fakeContext, servePages } from 'embedded-cloud/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSlackPages, type SlackPages } from '#cli/slack-page/pages';
import { runFailedMessage } from '#domain/notices/run-failed';
import { connectSlack, type PostMessage, type SlackConnection } from '#functions/slack/slack';

let stateDir: string;
let pages: SlackPages;
let server: Awaited<ReturnType<typeof servePages>>;
const logged: { message: string; fields: Record<string, unknown> }[] = [];
const message = runFailedMessage({
  pipeline: 'loan-default',
  error: 'EmptyDropError',
  message: 'no rows',
  dropKept: true,
});

beforeEach(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'tidegate-slack-'));
  pages = createSlackPages(fakeContext(stateDir));
  server = await servePages(pages);
  logged.length = 0;
});
afterEach(async () => {
  await server.close();
  await pages.close();
  rmSync(stateDir, { recursive: true, force: true });
});

async function post({ channel = '#ml-loans', threadTs, ...overrides }: Partial<PostMessage & SlackConnection> = {}) {
  const send = await connectSlack({
    token: 'xoxb-local-test',
    apiUrl: `${server.endpoint}/_slack/api`,
    log: { info: (text, fields) => logged.push({ message: text, fields }) },
    ...overrides,
  });
  return send({ channel, message, ...(threadTs === undefined ? {} : { threadTs }), ...overrides });
}
const listed = async () => {
  const reply = await fetch(`${server.endpoint}/_slack/messages?channel=%23ml-loans`);
  return ((await reply.json()) as { messages: Record<string, unknown>[] }).messages;
};

test('a message arrives with its blocks, and answers in the thread it is told', async () => {
  const root = await post();
  const reply = await post({ threadTs: root?.ts ?? '', channel: root?.channel ?? '' });
  expect(await listed()).toMatchObject([
    { channel: '#ml-loans', channel_id: root?.channel, ts: root?.ts, text: message.text, blocks: message.blocks },
    { channel: '#ml-loans', ts: reply?.ts, thread_ts: root?.ts },
  ]);
});

test('without a token the message is logged and nothing is sent', async () => {
  expect(await post({ token: undefined })).toBeUndefined();
  expect(logged).toEqual([
    { message: expect.stringContaining('not configured'), fields: { channel: '#ml-loans', text: message.text } },
  ]);
  expect(await listed()).toEqual([]);
});

test.each([
  ['a channel that is not there', { channel: 'C0NOTTHERE' }, /channel_not_found.*\/invite/],
  ['a wrong token', { token: 'xoxb-other' }, /invalid_auth.*bot token/],
  [
    'blocks beyond the limits',
    {
      message: { text: 'x', blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3001) } }] },
    } as const,
    /invalid_blocks.*less than 3001 characters.*\/blocks\/0\/text\/text/,
  ],
])('%s is refused for good, with what to do', async (_name, overrides, said) => {
  await expect(post(overrides)).rejects.toMatchObject({
    name: 'SlackRejectedError',
    retryable: false,
    message: expect.stringMatching(said),
  });
});

const answering = (status: number, headers: Record<string, string>, body: string) =>
  servePages({
    handle: async (request, response) => {
      request.resume();
      response.writeHead(status, headers).end(body);
    },
  });

test('a rate limit is told at once as something that passes', async () => {
  const slack = await answering(429, { 'retry-after': '30' }, '');
  try {
    await expect(post({ apiUrl: slack.endpoint })).rejects.toMatchObject({
      name: 'SlackUnavailableError',
      message: expect.stringContaining('30 s'),
    });
  } finally {
    await slack.close();
  }
});

test("Slack's own failure passes too", async () => {
  const slack = await answering(200, { 'content-type': 'application/json' }, '{"ok":false,"error":"internal_error"}');
  try {
    await expect(post({ apiUrl: slack.endpoint })).rejects.toMatchObject({
      name: 'SlackUnavailableError',
      retryable: true,
    });
  } finally {
    await slack.close();
  }
});

test('a Slack that cannot be reached passes too', async () => {
  const slack = await answering(200, {}, '');
  await slack.close();
  await expect(post({ apiUrl: slack.endpoint })).rejects.toMatchObject({ name: 'SlackUnavailableError' });
});
