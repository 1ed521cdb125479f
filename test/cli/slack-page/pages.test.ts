import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogLevel, WebClient } from '@slack/web-api';
import { fakeContext, servePages } from 'embedded-cloud/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSlackPages, type SlackPages } from '#cli/slack-page/pages';

let stateDir: string;
let pages: SlackPages;
let server: Awaited<ReturnType<typeof servePages>>;
let client: WebClient;

const silent = () => {};
const logger = {
  debug: silent,
  info: silent,
  warn: silent,
  error: silent,
  setLevel: silent,
  getLevel: () => LogLevel.ERROR,
  setName: silent,
};

const open = async () => {
  pages = createSlackPages(fakeContext(stateDir));
  server = await servePages(pages);
  client = new WebClient('xoxb-local-test', {
    slackApiUrl: `${server.endpoint}/_slack/api/`,
    retryConfig: { retries: 0 },
    logger,
  });
};
const close = async () => {
  await server.close();
  await pages.close();
};
beforeEach(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'tidegate-pages-'));
  await open();
});
afterEach(async () => {
  await close();
  rmSync(stateDir, { recursive: true, force: true });
});

const page = async (path = '/_slack/') => {
  const reply = await fetch(server.endpoint + path);
  return { reply, html: await reply.text() };
};
const post = (text: string, more: Record<string, unknown> = {}) =>
  client.chat.postMessage({ channel: '#general', text, ...more } as Parameters<typeof client.chat.postMessage>[0]);

describe('the Web API', () => {
  test('auth.test tells who the bot is', async () => {
    expect(await client.auth.test()).toMatchObject({ ok: true, user: 'tidegate' });
  });
  test('a posted message can be changed, and is marked as edited', async () => {
    const { channel = '', ts = '' } = await post('first');
    await client.chat.update({ channel, ts, text: 'second' });
    const { html } = await page();
    expect(html).toContain('second');
    expect(html).toContain('(edited)');
    await expect(client.chat.update({ channel, ts: '1.0', text: 'x' })).rejects.toThrow(/message_not_found/);
    await expect(client.chat.update({ channel: '#general', ts, text: 'x' })).rejects.toThrow(/channel_not_found/);
  });
  test('channels come to be with their first message', async () => {
    await post('x');
    const { channels = [] } = await client.conversations.list();
    expect(channels.map(({ name }) => name)).toEqual(['general']);
  });
  test('messages of the same instant keep their order, across a restart', async () => {
    for (const text of ['a', 'b', 'c']) await post(text);
    await close();
    await open();
    await post('d');
    const { messages } = (await (await fetch(`${server.endpoint}/_slack/messages`)).json()) as {
      messages: { text: string; ts: string }[];
    };
    expect(messages.map(({ text }) => text)).toEqual(['a', 'b', 'c', 'd']);
    expect(new Set(messages.map(({ ts }) => ts)).size).toBe(4);
  });
  test('takes JSON too, and refuses what Slack refuses', async () => {
    const call = async (method: string, body: string, headers: Record<string, string>) => {
      const reply = await fetch(`${server.endpoint}/_slack/api/${method}`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', ...headers },
      });
      return (await reply.json()) as { ok: boolean; error?: string };
    };
    const known = { authorization: 'Bearer xoxb-local-1' };
    expect(await call('chat.postMessage', '{"channel":"general","text":"hi"}', known)).toMatchObject({ ok: true });
    expect(await call('chat.postMessage', '{"channel":"general"}', known)).toEqual({ ok: false, error: 'no_text' });
    expect(await call('chat.postMessage', '{"channel":"Not A Channel","text":"x"}', known)).toEqual({
      ok: false,
      error: 'channel_not_found',
    });
    expect(await call('chat.postMessage', '{', known)).toEqual({ ok: false, error: 'invalid_json' });
    expect(await call('chat.postMessage', '{}', {})).toEqual({ ok: false, error: 'not_authed' });
    expect(await call('chat.postMessage', '{}', { authorization: 'Bearer xoxb-1' })).toEqual({
      ok: false,
      error: 'invalid_auth',
    });
    expect(await call('chat.delete', '{}', known)).toEqual({ ok: false, error: 'unknown_method' });
    expect(await call('constructor', '{}', known)).toEqual({ ok: false, error: 'unknown_method' });
  });
  test.each([
    ['51 blocks', Array.from({ length: 51 }, () => ({ type: 'divider' })), /no more than 50/],
    [
      'a header that is too long',
      [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }],
      /less than 151/,
    ],
    ['a header in mrkdwn', [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }], /unsupported type: mrkdwn/],
    [
      'eleven fields',
      [{ type: 'section', fields: Array.from({ length: 11 }, () => ({ type: 'mrkdwn', text: 'x' })) }],
      /no more than 10/,
    ],
    [
      'a field that is too long',
      [{ type: 'section', fields: [{ type: 'mrkdwn', text: 'x'.repeat(2001) }] }],
      /less than 2001/,
    ],
    ['an empty section', [{ type: 'section' }], /text or fields/],
    ['an unknown block', [{ type: 'marquee' }], /unsupported type: marquee/],
    [
      'the same block_id twice',
      [
        { type: 'divider', block_id: 'a' },
        { type: 'divider', block_id: 'a' },
      ],
      /block_id already exists/,
    ],
    [
      'a button label that is too long',
      [{ type: 'actions', elements: [{ type: 'button', text: { type: 'plain_text', text: 'x'.repeat(76) } }] }],
      /less than 76/,
    ],
  ])('refuses %s', async (_name, blocks, said) => {
    const refused = await post('x', { blocks }).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      data: { error: 'invalid_blocks', response_metadata: { messages: [expect.stringMatching(said)] } },
    });
  });
});

describe('the page', () => {
  test('shows mrkdwn as Slack does', async () => {
    await post(
      '*bold* _it_ ~no~ `a*b*c` <https://example.com/?a=1&amp;b=2|here> 2*3*4 &lt;b&gt;\n&gt; quote\n```x &lt; y```',
    );
    const { html } = await page();
    expect(html).toContain('<strong>bold</strong> <em>it</em> <s>no</s> <code>a*b*c</code>');
    expect(html).toContain(
      '<a href="https://example.com/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">here</a>',
    );
    expect(html).toContain('2*3*4 &lt;b&gt;');
    expect(html).toContain('<blockquote>quote</blockquote>');
    expect(html).toContain('<pre>x &lt; y</pre>');
  });
  test('shows every kind of block, and replies below their root', async () => {
    const { ts } = await post('fallback', {
      blocks: [
        { type: 'header', text: { type: 'plain_text', text: 'Title & more' } },
        { type: 'section', text: { type: 'mrkdwn', text: 'said' }, fields: [{ type: 'mrkdwn', text: '*A*\none' }] },
        { type: 'divider' },
        { type: 'context', elements: [{ type: 'plain_text', text: 'small' }] },
        {
          type: 'actions',
          elements: [
            { type: 'button', style: 'primary', action_id: 'ok', text: { type: 'plain_text', text: 'Approve' } },
          ],
        },
      ],
      attachments: [{ color: '#36a64f', text: 'attached' }],
    });
    await post('answer', { thread_ts: ts });
    const { html } = await page();
    for (const part of [
      '<h3>Title &amp; more</h3>',
      '<strong>A</strong><br>one',
      '<hr>',
      '<span>small</span>',
      'fill="#36a64f"',
      '1 reply',
    ])
      expect(html).toContain(part);
    expect(html).toMatch(/<button[^>]*disabled[^>]*>Approve<\/button>/);
    expect(html).not.toContain('fallback');
    expect(html.indexOf('answer')).toBeGreaterThan(html.indexOf('class="thread"'));
  });
  test('lets nothing in a message become markup or script', async () => {
    const evil =
      '<script>alert(1)</script> <javascript:alert(1)|x> "><img src=x onerror=alert(1)> <https://a"onmouseover=alert(1)|y>';
    await post(evil, { username: '<b>evil</b>', attachments: [{ color: '"><script>', title: evil, text: evil }] });
    await post('x', { blocks: [{ type: 'section', text: { type: 'plain_text', text: evil } }] });
    const { html } = await page();
    const body = html.slice(html.indexOf('<main'), html.indexOf('</main>'));
    expect(body).not.toMatch(/<script|<img|<b>evil|href="javascript|"onmouseover/i);
  });
  test('may load nothing but its own style and script', async () => {
    await post('x');
    const { reply, html } = await page();
    const policy = reply.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe-inline');
    expect(html).not.toMatch(/ style=|(?:src|href)="https?:/);
  });
  test('answers 304 while nothing changed, and shows the channel asked for', async () => {
    await post('one');
    await client.chat.postMessage({ channel: '#other', text: 'two' });
    const first = await page('/_slack/?channel=general');
    expect(first.html).toContain('one');
    expect(first.html).not.toContain('>two<');
    const headers = { 'if-none-match': first.reply.headers.get('etag') ?? '' };
    expect((await fetch(`${server.endpoint}/_slack/?channel=general`, { headers })).status).toBe(304);
    await post('news');
    expect((await fetch(`${server.endpoint}/_slack/?channel=general`, { headers })).status).toBe(200);
  });
  test('is quiet before the first message, and knows no other path', async () => {
    expect((await page()).html).toContain('All quiet');
    expect((await page('/_slack/else')).reply.status).toBe(404);
    expect((await fetch(`${server.endpoint}/_slack/`, { method: 'DELETE' })).status).toBe(405);
  });
});
