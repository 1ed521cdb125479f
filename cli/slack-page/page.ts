import { createHash } from 'node:crypto';
import { counted } from '#domain/text/numbers';
import type { Channel, StoredMessage } from './message-store.ts';
import { escapeHtml, renderMrkdwn } from './mrkdwn.ts';
import { pageScript, pageStyle } from './page-style.ts';
import { renderAttachments, renderBlocks } from './render-blocks.ts';

const digest = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The page's Content-Security-Policy: its own style sheet and script by hash, and requests to its own server. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src ${digest(pageStyle)}`,
  `script-src ${digest(pageScript)}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const wave = `<svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8" fill="#0b6e8f"/><path d="M4 13c4-4 8-4 12 0s8 4 12 0" fill="none" stroke="#7fe0ee" stroke-width="3" stroke-linecap="round"/><path d="M4 20c4-4 8-4 12 0s8 4 12 0" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round"/></svg>`;

const dateOf = (ts: string): Date => new Date(Number(ts) * 1000);
const clockTime = (ts: string): string => dateOf(ts).toTimeString().slice(0, 5);
const dayName = (ts: string): string =>
  dateOf(ts).toLocaleDateString('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
function messageBody(message: StoredMessage): string {
  // With blocks, Slack shows the blocks; the text is for notifications.
  const said =
    message.blocks.length > 0 ? renderBlocks(message.blocks) : `<div class="text">${renderMrkdwn(message.text)}</div>`;
  const text = message.blocks.length === 0 && message.text === '' ? '' : said;
  return `${text}${renderAttachments(message.attachments)}${message.edited ? '<span class="edited">(edited)</span>' : ''}`;
}

function article(message: StoredMessage, replies: readonly StoredMessage[]): string {
  const thread =
    replies.length === 0
      ? ''
      : `<details class="thread" id="t${escapeHtml(message.ts)}" open><summary>${counted(replies.length, 'reply')}</summary>${replies
          .map((reply) => article(reply, []))
          .join('')}</details>`;
  const time = `<time datetime="${dateOf(message.ts).toISOString()}">${clockTime(message.ts)}</time>`;
  return `<article>${wave}<div class="body"><div class="who"><b>${escapeHtml(message.username)}</b><span class="app">APP</span>${time}</div>${messageBody(message)}${thread}</div></article>`;
}

function messageLog(messages: readonly StoredMessage[]): string {
  const isReply = (message: StoredMessage) =>
    message.threadTs !== undefined &&
    message.threadTs !== message.ts &&
    messages.some(({ ts }) => ts === message.threadTs);
  const roots = messages.filter((message) => !isReply(message));
  let day = '';
  return roots
    .map((root) => {
      const name = dayName(root.ts);
      const divider = name === day ? '' : `<div class="day">${name}</div>`;
      day = name;
      return (
        divider +
        article(
          root,
          messages.filter((message) => message.ts !== root.ts && message.threadTs === root.ts),
        )
      );
    })
    .join('');
}

const channelLink = (channel: Channel, current: string | undefined): string => {
  const on = channel.name === current ? ' aria-current="page"' : '';
  return `<li><a href="?channel=${encodeURIComponent(channel.name)}"${on}><i class="hash">#</i><span>${escapeHtml(channel.name)}</span><em>${channel.messages}</em></a></li>`;
};

const empty = `<div class="empty">${wave}<h2>All quiet</h2><p>Messages Tidegate would post to Slack appear here. Drop some data and watch.</p></div>`;

/**
 * The page as HTML: channels at the left, one channel's messages and threads at the right.
 * @param current the channel shown, without `#`; undefined when there is none.
 */
export function renderPage(
  channels: readonly Channel[],
  current: string | undefined,
  messages: readonly StoredMessage[],
): string {
  const title = current === undefined ? 'Slack, locally' : `#${escapeHtml(current)} – Slack, locally`;
  const head =
    current === undefined
      ? '<h1>Welcome</h1>'
      : `<h1># ${escapeHtml(current)}</h1><span>${counted(messages.length, 'message')}</span>`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${pageStyle}</style></head><body>
<nav id="side"><div class="brand">${wave}<div><b>Tidegate</b><small>Slack, locally</small></div></div><h2>Channels</h2><ul>${channels
    .map((channel) => channelLink(channel, current))
    .join('')}</ul><footer>Nothing leaves this machine.</footer></nav>
<main id="main"><header>${head}</header><div id="log">${messages.length === 0 ? empty : messageLog(messages)}</div></main>
<script>${pageScript}</script></body></html>`;
}
