import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { CloudContext } from 'embedded-cloud';
import { answerJson, openDatabase, type PagePlugin, readPageBody } from 'embedded-cloud/pages';
import { callUnderFault, slackApi } from './faults.ts';
import { createInteractions, type Interacted } from './interactions.ts';
import { messageStore, type StoredMessage } from './message-store.ts';
import { contentSecurityPolicy, renderPage } from './page.ts';
import { personOf } from './people.ts';
import { localSigningSecret } from './signing-secret.ts';
import { type Arguments, callMethod, slackMethods } from './web-api.ts';

/** Pages of the embedded cloud below a path prefix. */
export interface SlackPages {
  readonly prefix: '/_slack/';
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  close(): Promise<void>;
}

const maxBody = 1_000_000;

function readArguments(body: string, contentType: string, query: URLSearchParams): Arguments | undefined {
  if (!contentType.includes('json'))
    return { ...Object.fromEntries(query), ...Object.fromEntries(new URLSearchParams(body)) };
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Arguments) : undefined;
  } catch {
    return undefined;
  }
}

/** A message in the JSON listing. */
const toListed = (message: StoredMessage) => ({
  channel: message.channel,
  channel_id: message.channelId,
  ts: message.ts,
  ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
  text: message.text,
  blocks: message.blocks,
  attachments: message.attachments,
  username: message.username,
  edited: message.edited,
});

/**
 * The embedded Slack. `POST /_slack/api/<method>` implements the Web API (any token that starts with `xoxb-local`),
 * `POST /_slack/press` and `POST /_slack/submit` are what people do on the page: they are signed and sent to the app,
 * `GET /_slack/` shows the messages, `GET /_slack/messages?channel=` lists them as JSON.
 * State: `<stateDir>/slack/slack.db`.
 */
export function createSlackPages(context: CloudContext): SlackPages {
  const dir = join(context.stateDir, 'slack');
  mkdirSync(dir, { recursive: true });
  const db = openDatabase(
    join(dir, 'slack.db'),
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;',
  );
  const store = messageStore(db);
  const interactions = createInteractions(store, localSigningSecret(context.stateDir), context.clock);
  const methods = slackMethods(store, context.clock, interactions.open);

  const api = async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const method = url.pathname.slice('/_slack/api/'.length);
    const body = await readPageBody(request, maxBody);
    if (body === undefined) return answerJson(response, 200, { ok: false, error: 'request_too_large' });
    const args = readArguments(body, request.headers['content-type'] ?? '', url.searchParams);
    if (!args) return answerJson(response, 200, { ok: false, error: 'invalid_json' });
    const call = () => callMethod(methods, method, request.headers.authorization, args);
    const answer = await callUnderFault(context.faults?.page(slackApi.name, method), call, response, context.clock);
    if (answer === 'reset') response.destroy();
    else answerJson(response, answer.status, answer.body, answer.headers);
  };

  /** A click or a dialog of the page itself: another site can send no JSON here, and browsers say where a request comes from. */
  const interact = async (request: IncomingMessage, response: ServerResponse, what: string): Promise<void> => {
    const { 'content-type': type = '', 'sec-fetch-site': site = 'same-origin' } = request.headers;
    if (!type.startsWith('application/json') || site !== 'same-origin')
      return answerJson(response, 403, { ok: false, status: 403 });
    const args = readArguments((await readPageBody(request, maxBody)) ?? '', type, new URLSearchParams());
    const text = (name: string): string => String(args?.[name] ?? '');
    const origin = `http://127.0.0.1:${request.socket.localPort}`;
    const answer: Interacted =
      what === 'press'
        ? await interactions.press(origin, {
            user: personOf(text('user')).id,
            ...{ channel: text('channel'), ts: text('ts'), action: text('action') },
          })
        : await interactions.submit(origin, {
            user: personOf(text('user')).id,
            ...{ view: text('view'), reason: text('reason') },
          });
    answerJson(response, 200, { ...answer });
  };

  const page = (request: IncomingMessage, response: ServerResponse, query: URLSearchParams): void => {
    const wanted = query.get('channel');
    const viewer = personOf(query.get('user'));
    const channels = store.channels();
    const newest = [...channels].sort((a, b) => b.newest.localeCompare(a.newest))[0]?.name;
    const current = wanted === null ? newest : wanted.replace(/^#/, '');
    const html =
      current === undefined
        ? renderPage(channels, current, [], viewer)
        : renderPage(channels, current, store.messages(current), viewer, store.whispers(current, viewer.id));
    const etag = `"${createHash('sha256').update(html).digest('base64url')}"`;
    const headers = {
      etag,
      'cache-control': 'no-cache',
      'content-security-policy': contentSecurityPolicy,
      'content-type': 'text/html; charset=utf-8',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    };
    const unchanged = request.headers['if-none-match'] === etag;
    response.writeHead(unchanged ? 304 : 200, headers);
    response.end(unchanged ? undefined : html);
  };

  return {
    prefix: '/_slack/',
    handle: async (request, response) => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      if (url.pathname.startsWith('/_slack/api/')) return api(request, response, url);
      const interaction = /^\/_slack\/(press|submit)$/.exec(url.pathname)?.[1];
      if (interaction !== undefined && request.method === 'POST') return interact(request, response, interaction);
      if (request.method !== 'GET' && request.method !== 'HEAD')
        return answerJson(response, 405, { error: 'method_not_allowed' });
      if (url.pathname === '/_slack/messages') {
        const messages = store.messages(url.searchParams.get('channel') ?? undefined).map(toListed);
        return answerJson(response, 200, { messages });
      }
      if (url.pathname === '/_slack/') return page(request, response, url.searchParams);
      return answerJson(response, 404, { error: 'not_found' });
    },
    close: async () => db.close(),
  };
}

/** The Slack page as a plug-in of the embedded cloud. */
export const slackPage: PagePlugin = { api: slackApi, create: createSlackPages };
