import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { fakeContext, servePages } from 'embedded-cloud/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSlackPages, type SlackPages } from '#cli/slack-page/pages';
import type { MemoryState } from '../fakes/memory-state.ts';
import { Crash, countCalls } from './support/crash.ts';
import { putPackagedPipeline } from './support/packaged-pipeline.ts';
import { context, packageArn, setStage } from './support/stage.ts';
import { fakeStateTable } from './support/state-table.ts';

// An attempt waits three seconds for another one that may have crashed: a twentieth of that is enough here.
vi.mock('node:timers/promises', async (load) => {
  const original = await load<typeof import('node:timers/promises')>();
  return { ...original, setTimeout: (ms: number) => original.setTimeout(ms / 20) };
});

const folder = mkdtempSync(join(tmpdir(), 'tidegate-notify-'));
const token = 'xoxb-local-test';
const machine = 'arn:aws:states:eu-central-1:123456789012:stateMachine:tidegate-dev-send-waiting';
let pages: SlackPages;
let server: Awaited<ReturnType<typeof servePages>>;
let notify: typeof import('#functions/notify').handler;
let sendWaiting: typeof import('#functions/send-waiting').handler;
let executions: ReturnType<typeof freshExecutions>;
let state: MemoryState;
let secret: string;
let seen = 0;

const freshExecutions = () => mockClient(SFNClient);

interface Posted {
  readonly ts: string;
  readonly channel: string;
  readonly thread_ts?: string;
  readonly text: string;
}
async function allPosted(): Promise<Posted[]> {
  const reply = await fetch(`${server.endpoint}/_slack/messages`);
  return ((await reply.json()) as { messages: Posted[] }).messages;
}
/** What was posted since the test began. */
const posted = async () => (await allPosted()).slice(seen);

const run = { pipeline: 'loan', runId: '20260102-080000-bbbb' };
const registered = (of = run) => notify({ kind: 'registered', run: of }, context);
const skipped = (reason = 'trained before', pipeline = 'loan') =>
  notify({ kind: 'run-skipped', pipeline, drop: `${pipeline}/first/`, cause: 'trained', reason }, context);
const failed = (failure: object) =>
  notify({ kind: 'run-failed', failure: { error: 'X', message: 'broken', executionArn: 'e1', ...failure } }, context);

async function world(endAfter?: number): Promise<void> {
  state = fakeStateTable(endAfter === undefined ? undefined : countCalls(endAfter));
  executions = freshExecutions();
  executions.on(StartExecutionCommand).resolves({});
  const secrets = mockClient(SecretsManagerClient);
  secrets.on(GetSecretValueCommand, { SecretId: 'slack-secret' }).callsFake(() => ({ SecretString: secret }));
  for (const { runId } of [run, { runId: 'other' }]) {
    const record = { modelPackageArn: packageArn(3), modelPackageVersion: 3, approval: 'Approved' };
    await state.put('loan', `run#${runId}`, record);
  }
  seen = (await allPosted()).length;
}

beforeAll(async () => {
  pages = createSlackPages(fakeContext(join(folder, 'slack')));
  server = await servePages(pages);
  const definition = (name: string, rest: string) =>
    `name: ${name}\ndataset:\n  format: csv\n  label: { column: y, positive: 1 }\n  columns: { x: { role: feature, type: number } }\n` +
    `evaluation: { task: binary, gates: [{ metric: auc, min: 0.5 }] }\n${rest}`;
  mkdirSync(join(folder, 'pipelines'));
  putPackagedPipeline(folder, 'loan', definition('loan', "notify: { slack: '#ml-loans' }\n"));
  putPackagedPipeline(folder, 'quiet', definition('quiet', ''));
  putPackagedPipeline(folder, 'broken', 'name: broken');
  setStage();
  Object.assign(process.env, {
    STATE_TABLE: 'tidegate-dev-state',
    SLACK_TOKEN_SECRET: 'slack-secret',
    SLACK_API_URL: `${server.endpoint}/_slack/api`,
    SLACK_DEFAULT_CHANNEL: '#ml',
    SLACK_APPROVERS: 'U0ALICE',
    COSTS: JSON.stringify({}),
    CONSOLE_URL: 'https://{region}.console.aws.amazon.com',
    LAMBDA_TASK_ROOT: folder,
    SEND_WAITING_MACHINE_ARN: machine,
  });
  ({ handler: notify } = await import('#functions/notify'));
  ({ handler: sendWaiting } = await import('#functions/send-waiting'));
});
beforeEach(async () => {
  secret = token;
  await world();
});
afterAll(async () => {
  await server.close();
  await pages.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a message', () => {
  it('is sent once for its key', async () => {
    expect([await skipped(), await skipped(), await skipped('it waits')]).toEqual([
      { sent: true },
      { sent: false },
      { sent: true },
    ]);
    expect(await posted()).toHaveLength(2);
  });

  it('of a run opens its thread, and the later ones answer there', async () => {
    await registered();
    await failed(run);
    await registered({ ...run, runId: 'other' });

    const [root, answer, other] = await posted();
    expect(root).toMatchObject({ channel: '#ml-loans' });
    expect(root).not.toHaveProperty('thread_ts');
    expect(answer).toMatchObject({ channel: '#ml-loans', thread_ts: root?.ts });
    expect(other).not.toHaveProperty('thread_ts');
    expect(await posted()).toHaveLength(3);
  });

  it.each([
    ["the pipeline's channel", () => skipped(), '#ml-loans'],
    ['the default one when the pipeline names none', () => skipped('r', 'quiet'), '#ml'],
    ['the default one when its file is broken', () => skipped('r', 'broken'), '#ml'],
    ['the default one when there is no such pipeline', () => skipped('r', 'gone'), '#ml'],
    ['the default one when it belongs to no pipeline', () => failed({}), '#ml'],
  ])('goes to %s', async (_, send, channel) => {
    await send();
    expect(await posted()).toMatchObject([{ channel }]);
  });

  it.each(['unset', ''])('goes to the log while the secret says "%s", and is done with', async (text) => {
    secret = text;
    expect([await registered(), await registered()]).toEqual([{ sent: false }, { sent: false }]);
    secret = token;
    expect(await registered()).toEqual({ sent: false });

    expect(await posted()).toEqual([]);
    expect(await state.list('loan', 'message#')).toMatchObject([{ sent: true }]);
    expect(await state.list('loan', 'thread#')).toEqual([]);
  });

  it('that Slack refuses waits, and is sent in its order once the token is right', async () => {
    secret = 'xoxb-revoked';
    expect(await skipped()).toEqual({ sent: false, waits: true });
    expect(executions.commandCalls(StartExecutionCommand)).toHaveLength(1);
    expect(executions.call(0).args[0].input).toMatchObject({
      stateMachineArn: machine,
      name: expect.stringMatching(/^waiting-[0-9a-f-]{36}$/),
    });
    expect(await skipped('it waits')).toEqual({ sent: false, waits: true });
    expect(await skipped()).toEqual({ sent: false, waits: true });
    expect(await posted()).toEqual([]);

    secret = token;
    for (const item of await state.list('(outbox)', 'waiting#')) {
      await state.set('(outbox)', String(item['sk']), { notBefore: '2026-01-01T00:00:00.000Z' });
    }
    const executionArn = 'arn:aws:states:eu-central-1:123456789012:execution:tidegate-dev-send-waiting:e1';
    expect(await sendWaiting({ executionArn }, context)).toEqual({ decision: 'done', seconds: 0, sent: 2, waiting: 0 });
    expect((await posted()).map(({ text }) => /trained before|it waits/.exec(text)?.[0])).toEqual([
      'trained before',
      'it waits',
    ]);
    expect(await skipped()).toEqual({ sent: false });
  });
});

describe('sending that breaks off', () => {
  it('wherever it did, is completed by trying again: sent at least once, then never again', async () => {
    const calls = ['get run#', 'get message#', 'get thread#', 'put message#', 'put thread#', 'put message# as sent'];
    for (let n = 1; n <= calls.length; n++) {
      await world(n);
      await expect(registered(), `after ${calls[n - 1]}`).rejects.toBeInstanceOf(Crash);
      await registered();
      await registered();

      const sent = await posted();
      expect(sent.length, `after ${calls[n - 1]}`).toBe(n === 5 ? 2 : 1);
      expect(await state.list('loan', 'message#')).toMatchObject([{ sent: true }]);
      expect(await state.list('loan', 'thread#')).toMatchObject([{ ts: sent[0]?.ts }]);
    }
    await world(calls.length + 1);
    expect(await registered()).toEqual({ sent: true });
  });
});

it('refuses a notice that is none', async () => {
  const notice = { kind: 'gossip' } as unknown as Parameters<typeof notify>[0];
  await expect(notify(notice, context)).rejects.toMatchObject({ name: 'InvalidInputError' });
});
