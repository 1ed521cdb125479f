import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from 'embedded-cloud';
import type { FaultFileInput } from 'embedded-cloud/faults';
import { fakeContext, faultsUnderTest, manualClock, servePages } from 'embedded-cloud/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { slackApi } from '#cli/slack-page/faults';
import { createSlackPages, type SlackPages } from '#cli/slack-page/pages';
import { TransientError } from '#domain/errors';
import { connectSlack } from '#functions/slack/slack';

const faults = faultsUnderTest([slackApi]);
let stateDir: string;
let pages: SlackPages;
let server: Awaited<ReturnType<typeof servePages>>;

beforeEach(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'tidegate-silent-slack-'));
  const clock = { ...manualClock(), sleep: systemClock.sleep };
  pages = createSlackPages(fakeContext(stateDir, { clock, faults: faults.points }));
  server = await servePages(pages);
});
afterEach(async () => {
  await server.close();
  await pages.close();
  rmSync(stateDir, { recursive: true, force: true });
});

const set = (rule: FaultFileInput['faults'][number]): void => faults.set({ faults: [rule] });
const post = () =>
  fetch(`${server.endpoint}/_slack/api/chat.postMessage`, {
    method: 'POST',
    headers: { authorization: 'Bearer xoxb-local', 'content-type': 'application/json' },
    body: JSON.stringify({ channel: '#general', text: 'told' }),
  });
const told = async (): Promise<number> => {
  const { messages } = (await (await fetch(`${server.endpoint}/_slack/messages`)).json()) as { messages: unknown[] };
  return messages.length;
};

describe('Slack', () => {
  it('limits the rate, and says when to come again', async () => {
    set({ fault: 'throttle', service: 'slack', nth: 1 });
    const refused = await post();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toEqual({ ok: false, error: 'ratelimited' });
    expect(await (await post()).json()).toMatchObject({ ok: true });
  });

  it.each([
    [500, 'internal_error'],
    [503, 'service_unavailable'],
  ] as const)('fails with %i', async (status, error) => {
    set({ fault: 'server-error', service: 'slack', status });
    const answer = await post();
    expect([answer.status, await answer.json()]).toEqual([status, { ok: false, error }]);
  });

  it('answers an error of its own with 200, as Slack does', async () => {
    set({ fault: 'error', code: 'channel_not_found', service: 'slack', operation: 'chat.postMessage' });
    const answer = await post();
    expect([answer.status, await answer.json()]).toEqual([200, { ok: false, error: 'channel_not_found' }]);
    expect(await told()).toBe(0);
  });

  it('cuts the connection, before or after it has told', async () => {
    set({ fault: 'reset', service: 'slack' });
    await expect(post()).rejects.toThrow('fetch failed');
    expect(await told()).toBe(0);
    set({ fault: 'reset', service: 'slack', done: true });
    await expect(post()).rejects.toThrow('fetch failed');
    expect(await told()).toBe(1);
  });

  it('does not answer in time, or late', async () => {
    set({ fault: 'timeout', service: 'slack', operation: 'chat.*', seconds: 0.05 });
    await expect(post()).rejects.toThrow('fetch failed');
    set({ fault: 'slow', service: 'slack', seconds: 0.05 });
    expect(await (await post()).json()).toMatchObject({ ok: true });
  });

  it('is what the product calls a passing failure', async () => {
    set({ fault: 'throttle', service: 'slack', operation: 'chat.postMessage' });
    const send = await connectSlack({
      token: 'xoxb-local',
      apiUrl: `${server.endpoint}/_slack/api/`,
      log: { info: () => undefined },
    });
    const posted = send({ channel: '#general', message: { text: 'told', blocks: [] } });
    await expect(posted).rejects.toThrow(TransientError);
    await expect(posted).rejects.toThrow('Slack limits the rate of messages; try again in 1 s');
  });
});
