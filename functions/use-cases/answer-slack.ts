import { approvalKeys, slackExecution } from '#domain/registry/approval-keys';
import { type ApprovalRules, slackPerson } from '#domain/registry/approval-rules';
import { type ButtonPayload, buttonActions, readPayload, reasonDialog } from '#domain/slack/buttons';
import { type Forgery, findForgery, requestDigest } from '#domain/slack/signature';
import { ifAbsent, type StateStore } from '#functions/ports/state-store';
import {
  dialogMetadataSchema,
  type Interaction,
  interactionSchema,
  type SlackHttp,
} from '#schemas/events/slack-interaction';
import type { ApprovalAction, SlackRequest } from '#schemas/records/approval';

/** Why a request was not taken, for the metric. */
export type Untaken = Forgery | 'too-large' | 'replayed' | 'unreadable';

/** The dependencies of the endpoint for Slack. */
export interface SlackPorts {
  /** The app's signing secret; undefined or short while none is set. */
  readonly readSecret: () => Promise<string | undefined>;
  readonly store: StateStore;
  readonly rulesOf: (pipeline: string) => ApprovalRules;
  readonly isPipeline: (name: string) => boolean;
  /** Has the request decided, once for its name. */
  readonly start: (name: string, input: object) => Promise<void>;
  readonly openView: (triggerId: string, view: object) => Promise<void>;
  /** Counts what was not taken. */
  readonly count: (why: Untaken) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What API Gateway answers with. There is no detail in it: whoever forges requests learns nothing. */
export interface SlackAnswer {
  readonly statusCode: 200 | 400 | 401;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: '';
}

const answer = (statusCode: SlackAnswer['statusCode']): SlackAnswer => ({
  statusCode,
  headers: { 'cache-control': 'no-store' },
  body: '',
});

/** Slack's payloads carry the message, which has 50 blocks of 3,000 characters at most. */
const mostBytes = 500_000;

/** How long a request is remembered: longer than its time is accepted. */
const keptSeconds = 24 * 3600;

/** What a person asked for, by whatever way. */
interface Wish {
  readonly action: ApprovalAction;
  readonly payload: ButtonPayload;
  readonly user: string;
  readonly channel: string;
  readonly reason?: string;
  /** To ask why with; only of a button that needs a reason. */
  readonly triggerId?: string;
}

const parsed = (text: string | null): unknown => {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
};

function readButton({ user, channel, actions, trigger_id }: Extract<Interaction, { type: 'block_actions' }>) {
  const [pressed] = actions;
  const action = buttonActions.find((known) => known === pressed?.action_id);
  const payload = readPayload(pressed?.value ?? '');
  if (!action || !payload) return undefined;
  const wish = { action, payload, user: user.id, channel: channel.id };
  return action === 'reject' ? { ...wish, triggerId: trigger_id } : wish;
}

function readDialog({ user, view }: Extract<Interaction, { type: 'view_submission' }>): Wish | undefined {
  const metadata = dialogMetadataSchema.safeParse(parsed(view.private_metadata)).data;
  const payload = readPayload(metadata?.button ?? '');
  if (view.callback_id !== 'reject' || !metadata || !payload) return undefined;
  const reason = view.state.values.reason.reason.value ?? undefined;
  return {
    ...{ action: 'reject', payload, user: user.id, channel: metadata.channel },
    ...(reason === undefined ? {} : { reason }),
  };
}

/** What the body of a verified request asks for; undefined when it is nothing that Tidegate's messages could ask. */
function readWish(body: Buffer): Wish | undefined {
  const payload = parsed(new URLSearchParams(body.toString('utf8')).get('payload'));
  const interaction = interactionSchema.safeParse(payload).data;
  if (!interaction) return undefined;
  return interaction.type === 'block_actions' ? readButton(interaction) : readDialog(interaction);
}

/** A header, whatever its case. */
const header = (headers: SlackHttp['headers'], name: string): string | undefined =>
  Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];

/**
 * Answers a request of Slack within its three seconds: checks that it is Slack's, new and takes it once, then leaves the decision to the
 * record-decision machine. The button for a rejection opens a dialog first, for those who may reject.
 */
export async function answerSlack(
  ports: SlackPorts,
  { headers, body, isBase64Encoded }: SlackHttp,
): Promise<SlackAnswer> {
  const { readSecret, store, rulesOf, isPipeline, start, openView, count, now } = ports;
  const refuse = (why: Untaken, status: 400 | 401 = 401): SlackAnswer => {
    count(why);
    return answer(status);
  };
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > mostBytes) return refuse('too-large');
  const signature = header(headers, 'x-slack-signature');
  const timestamp = header(headers, 'x-slack-request-timestamp');
  const forged = findForgery(await readSecret(), { timestamp, signature, body: bytes }, now());
  if (forged) return refuse(forged);
  const wish = readWish(bytes);
  if (!wish || !isPipeline(wish.payload.pipeline)) return refuse('unreadable', 400);
  const { action, payload, user, channel, reason, triggerId } = wish;
  const { pipeline, version, expires } = payload;
  const digest = requestDigest(signature ?? '');
  const request: SlackRequest = {
    ...{ action, version, expires, by: slackPerson(user), channel, at: new Date(now()).toISOString() },
    ...(reason === undefined ? {} : { reason }),
  };
  const kept = { ...request, expiresAt: Math.floor(now() / 1000) + keptSeconds };
  if (!(await store.put(pipeline, approvalKeys.request(digest), kept, ifAbsent))) return refuse('replayed');
  // whoever may not reject is told so by the decision, which is recorded
  if (triggerId !== undefined && now() <= expires && rulesOf(pipeline).approvers.includes(user)) {
    await openView(triggerId, reasonDialog(payload, JSON.stringify({ button: JSON.stringify(payload), channel })));
    return answer(200);
  }
  await start(slackExecution(digest), { decide: { pipeline, slackRequest: digest } });
  return answer(200);
}
