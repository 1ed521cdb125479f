import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { openDatabase } from 'embedded-cloud/pages';
import { fakeContext, servePages } from 'embedded-cloud/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createInteractions, type Interactions } from '#cli/slack-page/interactions';
import { type MessageStore, messageStore } from '#cli/slack-page/message-store';
import { createSlackPages } from '#cli/slack-page/pages';
import { localSigningSecret } from '#cli/slack-page/signing-secret';
import { approvalButtons, reasonDialog } from '#domain/slack/buttons';
import { composeMessage } from '#domain/slack/message';
import { findForgery } from '#domain/slack/signature';
import { interactionSchema } from '#schemas/events/slack-interaction';

const secret = '0123456789abcdef0123456789abcdef';
const payload = { pipeline: 'loan', version: 3, expires: 1_770_000_000_000 };
const { blocks } = composeMessage({ heading: 'Version 3 waits', actions: approvalButtons(payload) });

let dir: string;
let store: MessageStore;
let app: Server;
let origin: string;
let interactions: Interactions;
let received: ReturnType<typeof interactionSchema.parse>[];
let forgeries: (string | undefined)[];
/** What the app does before it answers. */
let onRequest: (triggerId: string) => void;
let at: { channel: string; ts: string };
let now: number;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'tidegate-interactions-'));
  store = messageStore(openDatabase(join(dir, 'slack.db'), ''));
  received = [];
  forgeries = [];
  now = Date.now();
  onRequest = () => undefined;
  app = createServer(async (request, response) => {
    const body = await text(request);
    const { 'x-slack-signature': signature, 'x-slack-request-timestamp': timestamp } = request.headers;
    const signed = { signature: String(signature), timestamp: String(timestamp), body: Buffer.from(body) };
    forgeries.push(findForgery(secret, signed, now));
    const interaction = interactionSchema.parse(JSON.parse(new URLSearchParams(body).get('payload') ?? ''));
    received.push(interaction);
    if (interaction.type === 'block_actions') onRequest(interaction.trigger_id);
    response.writeHead(request.url === '/slack/interactions' ? 200 : 404).end();
  });
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(app.address() as AddressInfo).port}`;
  interactions = createInteractions(store, secret, { ...fakeContext(dir).clock, now: () => now });
  const channel = store.resolve('#ml')?.id ?? '';
  const { ts } = store.post(channel, { text: 't', blocks, attachments: [] }, { username: 'Tidegate' }, now);
  at = { channel, ts };
});
afterEach(async () => {
  await new Promise((resolve) => app.close(resolve));
  rmSync(dir, { recursive: true, force: true });
});

describe('a click on the page', () => {
  it('reaches the app as Slack sends it, signed', async () => {
    expect(await interactions.press(origin, { user: 'U0BOB', ...at, action: 'approve' })).toEqual({
      ok: true,
      status: 200,
    });

    expect(forgeries).toEqual([undefined]);
    expect(received).toMatchObject([
      {
        ...{ type: 'block_actions', user: { id: 'U0BOB' }, channel: { id: at.channel } },
        actions: [{ action_id: 'approve', value: JSON.stringify(payload) }],
      },
    ]);
  });

  it('on what is no button of a message reaches nobody', async () => {
    for (const click of [
      { ...at, action: 'delete' },
      { ...at, ts: '1.0', action: 'approve' },
    ]) {
      expect(await interactions.press(origin, { user: 'U0BOB', ...click })).toEqual({ ok: false, status: 404 });
    }
    expect(received).toEqual([]);
  });

  it('opens the dialog of the app, whose answer goes back with what the app gave it', async () => {
    onRequest = (trigger) => interactions.open(trigger, reasonDialog(payload, 'kept') as Record<string, unknown>);
    const { view } = await interactions.press(origin, { user: 'U0ALICE', ...at, action: 'reject' });

    const sent = { view: view?.id ?? '', reason: 'false alarms' };
    expect(await interactions.submit(origin, { user: 'U0BOB', ...sent })).toEqual({ ok: false, status: 404 });
    expect(await interactions.submit(origin, { user: 'U0ALICE', ...sent })).toEqual({ ok: true, status: 200 });
    expect(await interactions.submit(origin, { user: 'U0ALICE', ...sent })).toEqual({ ok: false, status: 404 });

    expect(received.at(-1)).toMatchObject({
      ...{ type: 'view_submission', user: { id: 'U0ALICE' } },
      view: {
        callback_id: 'reject',
        private_metadata: 'kept',
        state: { values: { reason: { reason: { value: 'false alarms' } } } },
      },
    });
    expect(received).toHaveLength(2);
  });

  it('opens no dialog for a trigger that nobody pulled, or too late', async () => {
    let late: unknown = 'not asked';
    onRequest = (trigger) => {
      now += 15_001;
      late = interactions.open(trigger, {});
    };
    await interactions.press(origin, { user: 'U0ALICE', ...at, action: 'reject' });

    expect([late, interactions.open('t', {})]).toEqual([undefined, undefined]);
  });
});

describe('the page', () => {
  it('shows a person what is meant for them alone, and takes no click from another site', async () => {
    const pages = createSlackPages(fakeContext(dir));
    const server = await servePages(pages);
    const call = async (method: string, args: object) =>
      (
        await fetch(`${server.endpoint}/_slack/api/${method}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: 'Bearer xoxb-local' },
          body: JSON.stringify(args),
        })
      ).json();
    const shown = async (user: string) => (await fetch(`${server.endpoint}/_slack/?user=${user}`)).text();
    const { channel } = (await call('chat.postMessage', { channel: '#ml', text: 'x', blocks })) as { channel: string };

    expect(await call('chat.postEphemeral', { channel, user: 'U0CAROL', text: 'You <b> may not.' })).toMatchObject({
      ok: true,
    });
    expect(await call('chat.postEphemeral', { channel: 'C0', user: 'U0CAROL', text: 'x' })).toMatchObject({
      ok: false,
    });
    expect(await call('chat.postEphemeral', { channel, text: 'x' })).toMatchObject({ error: 'user_not_in_channel' });
    expect(await call('chat.postEphemeral', { channel, user: 'U0CAROL' })).toMatchObject({ error: 'no_text' });
    expect(await call('views.open', { trigger_id: 't', view: reasonDialog(payload, '') })).toMatchObject({
      error: 'expired_trigger_id',
    });
    expect(await call('views.open', { trigger_id: 't', view: 'none' })).toMatchObject({ error: 'invalid_arguments' });
    expect(await shown('U0CAROL')).toContain('You &lt;b&gt; may not.');
    expect(await shown('U0ALICE')).not.toContain('may not');
    expect(await shown('U0ALICE')).toContain('data-action="approve"');
    for (const headers of [
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/json', 'sec-fetch-site': 'cross-site' },
    ]) {
      expect((await fetch(`${server.endpoint}/_slack/press`, { method: 'POST', headers, body: '{}' })).status).toBe(
        403,
      );
    }
    await server.close();
    await pages.close();
  });

  it('signs with a secret that it makes once, and that its owner alone reads', () => {
    const made = localSigningSecret(dir);

    expect(made).toMatch(/^[0-9a-f]{32}$/);
    expect(localSigningSecret(dir)).toBe(made);
    expect(statSync(join(dir, 'slack', 'signing-secret')).mode & 0o777).toBe(0o600);
  });
});
