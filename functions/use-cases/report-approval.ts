import { deploymentKeys } from '#domain/deployment/target';
import { approvalKeys } from '#domain/registry/approval-keys';
import { slackUserOf } from '#domain/registry/approval-rules';
import { identityName } from '#domain/registry/decision';
import { answeredMessage, type Message } from '#domain/slack/message';
import type { Inline, Rich } from '#domain/slack/rich-text';
import { unreachable } from '#domain/unreachable';
import type { StateStore } from '#functions/ports/state-store';
import type { ReportApproval } from '#schemas/events/decision';
import { slackRequestSchema } from '#schemas/records/approval';
import { decisionSchema } from '#schemas/records/decision';

/** A message that was posted. */
export interface Posted {
  readonly channel: string;
  readonly ts: string;
}

/** What Slack does besides posting. Without a token, nothing. */
export interface SlackReports {
  /** Replaces a message. */
  update(posted: Posted, message: Message): Promise<void>;
  /** Tells one person something in a channel. */
  tell(channel: string, user: string, text: string): Promise<void>;
}

/** The dependencies of reporting. */
export interface ReportPorts {
  readonly store: StateStore;
  readonly connect: () => Promise<SlackReports>;
}

const named = (person: string | undefined): Inline => {
  if (person === undefined) return 'somebody';
  const user = slackUserOf(person);
  return user === undefined ? identityName(person) : { user };
};

/** `2026-01-31 10:40 UTC` */
const minute = (iso: string): string => `${iso.slice(0, 16).replace('T', ' ')} UTC`;

/** Replaces the open messages with buttons about a version. @param open whether the buttons stay */
async function updateMessages(
  { store, connect }: ReportPorts,
  pipeline: string,
  { version, about, open }: { readonly version: number; readonly about: string; readonly open: boolean },
  lines: readonly Rich[],
): Promise<number> {
  const asked = await store.list(pipeline, approvalKeys.asks(version));
  const messages = asked.filter((item) => item['about'] === about && item['closed'] !== true);
  if (messages.length === 0) return 0;
  const slack = await connect();
  for (const { sk, channel, ts, message } of messages) {
    await slack.update({ channel: String(channel), ts: String(ts) }, answeredMessage(message as Message, lines, open));
    // last, so that a retry finds what was not replaced
    if (!open) await store.set(pipeline, String(sk), { closed: true });
  }
  return messages.length;
}

/** Takes the buttons away, wherever it was decided, and says who decided what and when. */
async function closeMessages(ports: ReportPorts, { pipeline, decided: made }: ReportApproval): Promise<number> {
  const key = made && deploymentKeys.decision({ ...made, decision: made.decision });
  const item = key === undefined ? undefined : await ports.store.get(pipeline, key ?? '');
  if (!item) return 0;
  const { decision, version, by, at, from } = decisionSchema.parse(item);
  const tail: Inline[] = [' by ', named(by), `, ${minute(at)}`];
  const closed = (v: number, about: string, text: string) =>
    updateMessages(ports, pipeline, { version: v, about, open: false }, [[text, ...tail]]);
  switch (decision) {
    case 'approved':
      return closed(version, 'approval', 'Approved');
    case 'rejected':
      return closed(version, 'approval', 'Rejected');
    case 'rolled-back':
      return from === undefined ? 0 : closed(from, 'roll-back', `Rolled back to version ${version}`);
    case 'reopened':
      // its own notice asks again
      return 0;
    default:
      return unreachable(decision, 'decision');
  }
}

/** Tells whoever pressed a button why nothing came of it. */
async function tellPerson({ store, connect }: ReportPorts, { pipeline, slackRequest, reason }: ReportApproval) {
  if (!slackRequest) return 0;
  const { by, channel } = slackRequestSchema.parse(await store.get(pipeline, approvalKeys.request(slackRequest)));
  const user = slackUserOf(by);
  if (user === undefined) return 0;
  await (await connect()).tell(channel, user, reason ?? 'Nothing was done.');
  return 1;
}

/**
 * Tells Slack what came of a request or a decision: a decision takes the buttons of its messages away, an approval of one of two persons
 * is added to them, a refusal is told to whoever pressed the button, and to nobody else.
 *
 * @returns how many messages were changed or sent
 */
export async function reportApproval(ports: ReportPorts, event: ReportApproval): Promise<{ messages: number }> {
  const { pipeline, version, outcome, voters, needed } = event;
  switch (outcome) {
    case 'recorded':
      return { messages: await closeMessages(ports, event) };
    case 'counted': {
      const lines = (voters ?? []).map((voter, i): Rich => ['Approved by ', named(voter), ` (${i + 1} of ${needed})`]);
      const what = { version: version ?? 0, about: 'approval', open: true };
      return { messages: await updateMessages(ports, pipeline, what, lines) };
    }
    case 'refused':
    case 'ignore':
      return { messages: await tellPerson(ports, event) };
    default:
      return unreachable(outcome, 'outcome');
  }
}
