import { randomUUID } from 'node:crypto';
import type { Clock } from 'embedded-cloud';
import { signRequest } from '#domain/slack/signature';
import type { MessageStore, StoredMessage } from './message-store.ts';
import { type Person, personOf } from './people.ts';

/** A dialog that the app opened for a person. */
export interface OpenedView {
  readonly id: string;
  readonly user: string;
  readonly view: Readonly<Record<string, unknown>>;
}

/** What came of a click: whether the app took it, and the dialog that it opened. */
export interface Interacted {
  readonly ok: boolean;
  readonly status: number;
  readonly view?: OpenedView;
}

/** What a person does on the page. */
export interface Interactions {
  press(origin: string, click: { user: string; channel: string; ts: string; action: string }): Promise<Interacted>;
  submit(origin: string, sent: { user: string; view: string; reason: string }): Promise<Interacted>;
  /** `views.open`. @returns undefined when nobody clicked anything for this trigger within three seconds */
  open(triggerId: string, view: Readonly<Record<string, unknown>>): OpenedView | undefined;
}

/** A trigger lives for three seconds (docs.slack.dev, "views.open"); on a busy machine, the first click waits for a cold start. */
const triggerMs = 15_000;

const team = { id: 'T0TIDEGATE', domain: 'tidegate-local' };
const userOf = ({ id, name }: Person) => ({ id, username: name.toLowerCase(), name, team_id: team.id });

type Json = Readonly<Record<string, unknown>>;

/** The button of a message, as the app sent it. */
const findButton = ({ blocks }: StoredMessage, action: string): Json | undefined =>
  (blocks as readonly Json[])
    .flatMap(({ type, elements }) => (type === 'actions' && Array.isArray(elements) ? (elements as Json[]) : []))
    .find((element) => element['type'] === 'button' && element['action_id'] === action);

/**
 * Sends what people do on the page to the app, as Slack does: signed, to the endpoint behind the embedded cloud's HTTP API
 * (docs.slack.dev, "Handling user interaction").
 */
export function createInteractions(store: MessageStore, secret: string, clock: Clock): Interactions {
  const triggers = new Map<string, { readonly user: string; readonly at: number }>();
  const views = new Map<string, OpenedView>();

  async function send(origin: string, payload: Json): Promise<Omit<Interacted, 'view'>> {
    const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    const timestamp = String(Math.floor(clock.now() / 1000));
    const response = await fetch(`${origin}/slack/interactions`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': signRequest(secret, timestamp, body),
      },
      body,
    });
    return { ok: response.ok, status: response.status };
  }

  return {
    async press(origin, { user, channel, ts, action }) {
      const message = store.messages().find((known) => known.channelId === channel && known.ts === ts);
      const button = message && findButton(message, action);
      if (!message || !button) return { ok: false, status: 404 };
      const trigger = randomUUID();
      triggers.set(trigger, { user, at: clock.now() });
      const { text, blocks } = message;
      const answer = await send(origin, {
        type: 'block_actions',
        team,
        user: userOf(personOf(user)),
        api_app_id: 'A0TIDEGATE',
        container: { type: 'message', message_ts: ts, channel_id: channel, is_ephemeral: false },
        trigger_id: trigger,
        channel: { id: channel, name: message.channel.slice(1) },
        message: { type: 'message', bot_id: 'B0TIDEGATE', ts, text, blocks },
        actions: [{ ...button, action_ts: String(clock.now() / 1000) }],
      }).finally(() => triggers.delete(trigger));
      const view = views.get(trigger);
      views.delete(trigger);
      if (view) views.set(view.id, view);
      return { ...answer, ...(view && { view }) };
    },
    async submit(origin, { user, view: id, reason }) {
      const opened = views.get(id);
      if (opened?.user !== user) return { ok: false, status: 404 };
      const answer = await send(origin, {
        type: 'view_submission',
        team,
        user: userOf(personOf(user)),
        api_app_id: 'A0TIDEGATE',
        view: {
          ...opened.view,
          id,
          state: { values: { reason: { reason: { type: 'plain_text_input', value: reason } } } },
        },
      });
      if (answer.ok) views.delete(id);
      return answer;
    },
    open(triggerId, view) {
      const trigger = triggers.get(triggerId);
      if (!trigger || clock.now() - trigger.at > triggerMs) return undefined;
      const opened = { id: `V${randomUUID().slice(0, 8).toUpperCase()}`, user: trigger.user, view };
      views.set(triggerId, opened);
      return opened;
    },
  };
}
