import type { Clock } from 'embedded-cloud';
import { checkBlocks } from './block-kit.ts';
import type { Interactions } from './interactions.ts';
import type { MessageContent, MessageStore, StoredMessage } from './message-store.ts';

/** Arguments of a Web API call: form fields, or the members of a JSON body. */
export type Arguments = Readonly<Record<string, unknown>>;
export type Answer = Readonly<Record<string, unknown>> & { readonly ok: boolean };

const text = (args: Arguments, name: string): string => {
  const value = args[name];
  return typeof value === 'string' ? value : '';
};
const fail = (error: string, messages: readonly string[] = []): Answer => ({
  ok: false,
  error,
  ...(messages.length > 0 ? { errors: messages, response_metadata: { messages } } : {}),
});

/** In a form, structured arguments are JSON strings. Undefined when it is not a list. */
function structured(args: Arguments, name: string): readonly unknown[] | undefined {
  const value = args[name];
  if (value === undefined || value === '' || value === null) return [];
  let parsed = value;
  if (typeof value === 'string') {
    try {
      parsed = JSON.parse(value);
    } catch {
      return undefined;
    }
  }
  return Array.isArray(parsed) ? parsed : undefined;
}

/** Reads the message, or returns Slack's error. */
function readContent(args: Arguments): MessageContent | Answer {
  const blocks = structured(args, 'blocks');
  const attachments = structured(args, 'attachments');
  if (!blocks) return fail('invalid_blocks_format');
  if (!attachments) return fail('invalid_arguments');
  const nested = attachments.map((attachment) => (attachment as { blocks?: unknown } | null)?.blocks ?? []);
  const problems = [
    ...checkBlocks(blocks),
    ...nested.flatMap((inner, i) => checkBlocks(inner, `/attachments/${i}/blocks`)),
  ];
  if (problems.length > 0) return fail('invalid_blocks', problems);
  const body = text(args, 'text');
  if (body === '' && blocks.length === 0 && attachments.length === 0) return fail('no_text');
  if (body.length > 40_000) return fail('msg_too_long');
  return { text: body, blocks, attachments };
}

const toWire = (message: StoredMessage) => ({
  type: 'message',
  ts: message.ts,
  ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
  text: message.text,
  blocks: message.blocks,
  username: message.username,
  bot_id: 'B0TIDEGATE',
});

/** A view, which a form has as JSON. Undefined when it is none. */
function readView(value: unknown): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = typeof value === 'string' ? JSON.parse(value) : value;
    const view = typeof parsed === 'object' && parsed !== null ? (parsed as Readonly<Record<string, unknown>>) : {};
    return view['type'] === 'modal' && Array.isArray(view['blocks']) ? view : undefined;
  } catch {
    return undefined;
  }
}

/** The Web API methods of the embedded Slack, by name. */
export function slackMethods(
  store: MessageStore,
  clock: Clock,
  open: Interactions['open'] = () => undefined,
): Readonly<Record<string, (args: Arguments) => Answer>> {
  return {
    'api.test': (args) => ({ ok: true, args }),
    'auth.test': () => ({
      ok: true,
      url: 'https://tidegate-local.slack.com/',
      team: 'Tidegate (embedded cloud)',
      team_id: 'T0TIDEGATE',
      user: 'tidegate',
      user_id: 'U0TIDEGATE',
      bot_id: 'B0TIDEGATE',
      is_enterprise_install: false,
    }),
    'chat.postMessage': (args) => {
      const channel = store.resolve(text(args, 'channel'));
      if (!channel) return fail('channel_not_found');
      const content = readContent(args);
      if ('ok' in content) return content;
      const threadTs = text(args, 'thread_ts');
      const username = text(args, 'username') || 'Tidegate';
      const meta = threadTs === '' ? { username } : { username, threadTs };
      const message = store.post(channel.id, content, meta, clock.now());
      return { ok: true, channel: channel.id, ts: message.ts, message: toWire(message) };
    },
    'chat.update': (args) => {
      const id = text(args, 'channel');
      // Slack takes ids only here: a name would not be resolved.
      if (!store.channels().some((channel) => channel.id === id)) return fail('channel_not_found');
      const content = readContent(args);
      if ('ok' in content) return content;
      const message = store.update(id, text(args, 'ts'), content);
      if (!message) return fail('message_not_found');
      return { ok: true, channel: id, ts: message.ts, text: message.text, message: toWire(message) };
    },
    'chat.postEphemeral': (args) => {
      const id = text(args, 'channel');
      if (!store.channels().some((channel) => channel.id === id)) return fail('channel_not_found');
      if (text(args, 'user') === '') return fail('user_not_in_channel');
      if (text(args, 'text') === '') return fail('no_text');
      return { ok: true, message_ts: store.whisper(id, text(args, 'user'), text(args, 'text'), clock.now()) };
    },
    'views.open': (args) => {
      const view = readView(args['view']);
      if (!view) return fail('invalid_arguments');
      const opened = open(text(args, 'trigger_id'), view);
      return opened ? { ok: true, view: { ...view, id: opened.id } } : fail('expired_trigger_id');
    },
    'conversations.list': () => ({
      ok: true,
      channels: store
        .channels()
        .map(({ id, name }) => ({ id, name, is_channel: true, is_archived: false, is_member: true })),
      response_metadata: { next_cursor: '' },
    }),
  };
}

/** Whether the token is valid: local tokens start with `xoxb-local`. */
export function checkToken(authorization: string | undefined, args: Arguments): Answer | undefined {
  const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? text(args, 'token');
  if (token === '') return fail('not_authed');
  return token.startsWith('xoxb-local') ? undefined : fail('invalid_auth');
}

/** Handles one call. */
export function callMethod(
  methods: Readonly<Record<string, (args: Arguments) => Answer>>,
  name: string,
  authorization: string | undefined,
  args: Arguments,
): Answer {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (!method) return fail('unknown_method');
  const refused = name === 'api.test' ? undefined : checkToken(authorization, args);
  return refused ?? method(args);
}
