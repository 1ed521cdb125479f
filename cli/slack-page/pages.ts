import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { CloudContext } from 'embedded-cloud';
import { answerJson, openDatabase, type PagePlugin, readPageBody } from 'embedded-cloud/pages';
import { callUnderFault, slackApi } from './faults.ts';
import { messageStore, type StoredMessage } from './message-store.ts';
import { contentSecurityPolicy, renderPage } from './page.ts';
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
  const methods = slackMethods(store, context.clock);

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

  const page = (request: IncomingMessage, response: ServerResponse, wanted: string | null): void => {
    const channels = store.channels();
    const newest = [...channels].sort((a, b) => b.newest.localeCompare(a.newest))[0]?.name;
    const current = wanted === null ? newest : wanted.replace(/^#/, '');
    const html = renderPage(channels, current, current === undefined ? [] : store.messages(current));
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
      if (request.method !== 'GET' && request.method !== 'HEAD')
        return answerJson(response, 405, { error: 'method_not_allowed' });
      if (url.pathname === '/_slack/messages') {
        const messages = store.messages(url.searchParams.get('channel') ?? undefined).map(toListed);
        return answerJson(response, 200, { messages });
      }
      if (url.pathname === '/_slack/') return page(request, response, url.searchParams.get('channel'));
      return answerJson(response, 404, { error: 'not_found' });
    },
    close: async () => db.close(),
  };
}

/** The Slack page as a plug-in of the embedded cloud. */
export const slackPage: PagePlugin = { api: slackApi, create: createSlackPages };
