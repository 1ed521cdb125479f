import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { approvalKeys, slackExecution } from '#domain/registry/approval-keys';
import { approvalRules } from '#domain/registry/approval-rules';
import { type ButtonAction, writePayload } from '#domain/slack/buttons';
import { requestDigest, signRequest } from '#domain/slack/signature';
import { answerSlack, type SlackPorts } from '#functions/use-cases/answer-slack';
import type { SlackHttp } from '#schemas/events/slack-interaction';
import { memoryState } from '../../fakes/memory-state.ts';

const secret = '0123456789abcdef0123456789abcdef';
const now = Date.parse('2026-01-31T10:00:00Z');
const state = memoryState();
let started: [string, object][];
let opened: [string, object][];
let counted: string[];

const ports: SlackPorts = {
  readSecret: async () => secret,
  store: state,
  rulesOf: () => approvalRules({ approvers: ['U0ALICE', 'U0BOB'] }, ''),
  isPipeline: (name) => name === 'loan',
  start: async (name, input) => void started.push([name, input]),
  openView: async (trigger, view) => void opened.push([trigger, view]),
  count: (why) => void counted.push(why),
  now: () => now,
};

beforeEach(() => {
  state.clear();
  started = [];
  opened = [];
  counted = [];
});

const button = (action: ButtonAction | string, { user = 'U0ALICE', value = {} as object } = {}) => ({
  type: 'block_actions',
  user: { id: user },
  trigger_id: 'trigger-1',
  channel: { id: 'C1' },
  actions: [
    {
      action_id: action,
      value: JSON.stringify({ pipeline: 'loan', version: 3, expires: now + 60_000, ...value }),
    },
  ],
});
const dialog = (reason: string, metadata?: string) => ({
  type: 'view_submission',
  user: { id: 'U0ALICE' },
  view: {
    callback_id: 'reject',
    private_metadata:
      metadata ??
      JSON.stringify({ button: writePayload({ pipeline: 'loan', version: 3, expires: now + 60_000 }), channel: 'C1' }),
    state: { values: { reason: { reason: { value: reason } } } },
  },
});
const formOf = (payload: object): string => new URLSearchParams({ payload: JSON.stringify(payload) }).toString();

/** A request as API Gateway hands it on: forms come in base64. */
function signed(form: string, { at = now, by = secret } = {}): SlackHttp & { signature: string } {
  const timestamp = String(Math.floor(at / 1000));
  const signature = signRequest(by, timestamp, form);
  return {
    headers: { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature },
    body: Buffer.from(form).toString('base64'),
    isBase64Encoded: true,
    signature,
  };
}

describe('a button', () => {
  it('of a verified request is decided by the machine, by a pointer to what was verified', async () => {
    const request = signed(formOf(button('approve')));

    expect(await answerSlack(ports, request)).toMatchObject({ statusCode: 200, body: '' });

    const digest = requestDigest(request.signature);
    expect(started).toEqual([[slackExecution(digest), { decide: { pipeline: 'loan', slackRequest: digest } }]]);
    expect(await state.get('loan', approvalKeys.request(digest))).toMatchObject({
      ...{ action: 'approve', version: 3, by: 'slack:U0ALICE', channel: 'C1', expires: now + 60_000 },
      expiresAt: now / 1000 + 24 * 3600,
    });
    expect(counted).toEqual([]);
  });

  it('for a rejection asks those who may reject why, and leaves the others to the decision', async () => {
    await answerSlack(ports, signed(formOf(button('reject'))));
    expect([opened.length, started.length]).toEqual([1, 0]);
    expect(opened[0]).toMatchObject(['trigger-1', { type: 'modal', callback_id: 'reject' }]);

    await answerSlack(ports, signed(formOf(button('reject', { user: 'U0CAROL' }))));
    await answerSlack(ports, signed(formOf(button('reject', { value: { expires: now - 1 } }))));
    expect([opened.length, started.length]).toEqual([1, 2]);
  });

  it('that was told why is rejected with the reason, in what the dialog gives back', async () => {
    await answerSlack(ports, signed(formOf(button('reject'))));
    const view = opened[0]?.[1] as { private_metadata: string };

    const request = signed(formOf(dialog('false alarms', view.private_metadata)));
    await answerSlack(ports, request);

    expect(started).toHaveLength(1);
    expect(await state.get('loan', approvalKeys.request(requestDigest(request.signature)))).toMatchObject({
      ...{ action: 'reject', version: 3, reason: 'false alarms', channel: 'C1', by: 'slack:U0ALICE' },
    });
  });

  it('works once: the same request again is refused, whatever became of the first', async () => {
    const request = signed(formOf(button('approve')));
    await answerSlack(ports, request);

    expect(await answerSlack(ports, request)).toMatchObject({ statusCode: 401 });
    expect(started).toHaveLength(1);
    expect(counted).toEqual(['replayed']);
  });

  it('of two at the same moment is taken once', async () => {
    const request = signed(formOf(button('approve')));
    const answers = await Promise.all([answerSlack(ports, request), answerSlack(ports, request)]);

    expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 401]);
    expect(started).toHaveLength(1);
  });

  it('is taken with headers in any case, and with a body that is not in base64', async () => {
    const { headers } = signed(formOf(button('approve')));
    const upper = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));
    const body = formOf(button('approve'));

    expect(await answerSlack(ports, { headers: upper, body, isBase64Encoded: false })).toMatchObject({
      statusCode: 200,
    });
  });

  it.each([
    ['of a pipeline that is not there', button('approve', { value: { pipeline: 'other' } })],
    ['with a name that is no pipeline’s', button('approve', { value: { pipeline: '../loan' } })],
    ['that Tidegate has not', button('delete')],
    ['with more than it carries', button('approve', { value: { by: 'U0BOB' } })],
    ['with a version that is none', button('approve', { value: { version: 0 } })],
    ['of a dialog with other metadata', dialog('no', '{}')],
    ['of another kind', { type: 'shortcut', user: { id: 'U0ALICE' } }],
  ])('%s is refused, though Slack sent it', async (_, payload) => {
    expect(await answerSlack(ports, signed(formOf(payload)))).toMatchObject({ statusCode: 400, body: '' });
    expect([started, opened, counted]).toEqual([[], [], ['unreadable']]);
  });

  it('is refused while no secret is set, however it is signed', async () => {
    for (const set of [undefined, '', 'unset']) {
      const request = signed(formOf(button('approve')), { by: set ?? '' });
      expect(await answerSlack({ ...ports, readSecret: async () => set }, request)).toMatchObject({ statusCode: 401 });
    }
    expect(started).toEqual([]);
  });

  it('with a body beyond what Slack sends is refused before it is read', async () => {
    expect(await answerSlack(ports, signed('x'.repeat(500_001)))).toMatchObject({ statusCode: 401 });
    expect(counted).toEqual(['too-large']);
  });
});

/** Ways to change a request that Slack signed, without its secret. Each changes something that the signature covers, or the signature. */
const forgeries: readonly ((request: SlackHttp, r: { text: string; n: number }) => SlackHttp)[] = [
  // the signature
  ({ headers, ...rest }, { text }) => ({ ...rest, headers: { ...headers, 'x-slack-signature': text } }),
  ({ headers, ...rest }) => ({ ...rest, headers: { ...headers, 'x-slack-signature': '' } }),
  ({ headers, ...rest }, { n }) => {
    const digits = [...(headers['x-slack-signature'] ?? '')];
    const at = 3 + (n % 64);
    digits[at] = digits[at] === '0' ? '1' : '0';
    return { ...rest, headers: { ...headers, 'x-slack-signature': digits.join('') } };
  },
  ({ headers, ...rest }) => ({
    ...rest,
    headers: { ...headers, 'x-slack-signature': `v1${(headers['x-slack-signature'] ?? '').slice(2)}` },
  }),
  ({ headers, ...rest }, { n }) => ({
    ...rest,
    headers: { ...headers, 'x-slack-signature': (headers['x-slack-signature'] ?? '').slice(0, 3 + (n % 64)) },
  }),
  ({ headers, ...rest }) => ({
    ...rest,
    headers: { ...headers, 'x-slack-signature': (headers['x-slack-signature'] ?? '').replace('v0=', 'V0=') },
  }),
  // the key
  ({ body, isBase64Encoded, headers }, { text }) => {
    const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
    const signature = signRequest(`not the secret ${text}`, headers['x-slack-request-timestamp'] ?? '', bytes);
    return { body, isBase64Encoded, headers: { ...headers, 'x-slack-signature': signature } };
  },
  // the time
  ({ headers, ...rest }, { n }) => ({
    ...rest,
    headers: { ...headers, 'x-slack-request-timestamp': String(now / 1000 + (n % 2 === 0 ? 1 : -1) * (1 + (n % 1e6))) },
  }),
  ({ headers, ...rest }, { text }) => ({ ...rest, headers: { ...headers, 'x-slack-request-timestamp': text } }),
  ({ headers: { 'x-slack-request-timestamp': time = '', ...headers }, ...rest }, { n }) => ({
    ...rest,
    headers: {
      ...headers,
      'x-slack-request-timestamp': [` ${time}`, `+${time}`, `0x${time}`, `${time}.0`, `0${time}`][n % 5] ?? '',
    },
  }),
  // the body
  ({ body, ...rest }, { n }) => {
    const bytes = Buffer.from(body, 'base64');
    bytes[n % bytes.length] = (bytes[n % bytes.length] ?? 0) ^ (1 << (n % 8));
    return { ...rest, body: bytes.toString('base64') };
  },
  ({ body, ...rest }, { text }) => ({
    ...rest,
    body: Buffer.from(`${Buffer.from(body, 'base64')}&x=${text}`).toString('base64'),
  }),
  ({ body, ...rest }, { n }) => ({
    ...rest,
    body: Buffer.from(body, 'base64')
      .subarray(0, n % Buffer.from(body, 'base64').length)
      .toString('base64'),
  }),
  ({ body, ...rest }) => ({
    ...rest,
    body: Buffer.from(Buffer.from(body, 'base64').toString().toUpperCase()).toString('base64'),
  }),
  // the encoding
  ({ body, ...rest }) => ({ ...rest, body: Buffer.from(body).toString('base64') }),
  ({ body, headers }) => ({ headers, body, isBase64Encoded: false }),
  ({ body, ...rest }) => ({
    ...rest,
    body: Buffer.from(decodeURIComponent(Buffer.from(body, 'base64').toString())).toString('base64'),
  }),
  // a second header of the same meaning
  ({ headers, ...rest }, { text }) => ({
    ...rest,
    headers: { 'X-Slack-Signature': `v0=${text}`, ...headers },
  }),
];

it('refuses every forged request of 4,000, and tells nothing about why', async () => {
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...forgeries),
      fc.record({ text: fc.string(), n: fc.nat() }),
      fc.constantFrom('approve', 'reject', 'roll-back'),
      async (forge, random, action) => {
        state.clear();
        const forged = forge(signed(formOf(button(action))), random);
        const answer = await answerSlack(ports, forged);

        expect(answer).toEqual({ statusCode: 401, headers: { 'cache-control': 'no-store' }, body: '' });
        expect([started, opened]).toEqual([[], []]);
        expect(state.everything()).toEqual({});
        refused += 1;
      },
    ),
    { numRuns: 4000 },
  );
  expect(refused).toBe(4000);
});
