import { createHash } from 'node:crypto';
import { counted } from '#domain/text/numbers';
import type { Channel, StoredMessage, Whisper } from './message-store.ts';
import { escapeHtml, renderMrkdwn } from './mrkdwn.ts';
import { pageScript, pageStyle } from './page-style.ts';
import { type Person, people } from './people.ts';
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
  return `<article data-channel="${escapeHtml(message.channelId)}" data-ts="${escapeHtml(message.ts)}">${wave}<div class="body"><div class="who"><b>${escapeHtml(message.username)}</b><span class="app">APP</span>${time}</div>${messageBody(message)}${thread}</div></article>`;
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

const whisper = ({ ts, text }: Whisper): string =>
  `<article class="whisper">${wave}<div class="body"><div class="who"><b>Tidegate</b><span class="app">APP</span><time datetime="${dateOf(ts).toISOString()}">${clockTime(ts)}</time><span class="edited">Only visible to you</span></div><div class="text">${renderMrkdwn(text)}</div></div></article>`;

const personLink = (person: Person, viewer: Person, channel: string | undefined): string => {
  const at = channel === undefined ? '' : `channel=${encodeURIComponent(channel)}&amp;`;
  const on = person.id === viewer.id ? ' aria-current="true"' : '';
  return `<li><a href="?${at}user=${person.id}"${on}><i class="hash">@</i><span>${person.name}</span></a></li>`;
};

/** Where the page's script asks once more, or for a reason. */
const dialog = `<dialog id="ask"><form method="dialog"><h3></h3><p></p><label hidden><span></span><textarea rows="4" maxlength="1000"></textarea></label><menu><button class="button" value="no">Cancel</button><button class="button primary" value="yes"></button></menu></form></dialog><output id="note"></output>`;

const channelLink = (channel: Channel, current: string | undefined, viewer: Person): string => {
  const on = channel.name === current ? ' aria-current="page"' : '';
  return `<li><a href="?channel=${encodeURIComponent(channel.name)}&amp;user=${viewer.id}"${on}><i class="hash">#</i><span>${escapeHtml(channel.name)}</span><em>${channel.messages}</em></a></li>`;
};

const empty = `<div class="empty">${wave}<h2>All quiet</h2><p>Messages Tidegate would post to Slack appear here. Drop some data and watch.</p></div>`;

/**
 * The page as HTML: channels at the left, one channel's messages and threads at the right.
 * @param current the channel shown, without `#`; undefined when there is none.
 * @param viewer who looks at it, and presses its buttons
 */
export function renderPage(
  channels: readonly Channel[],
  current: string | undefined,
  messages: readonly StoredMessage[],
  viewer: Person = people[0],
  whispers: readonly Whisper[] = [],
): string {
  const title = current === undefined ? 'Slack, locally' : `#${escapeHtml(current)} – Slack, locally`;
  const head =
    current === undefined
      ? '<h1>Welcome</h1>'
      : `<h1># ${escapeHtml(current)}</h1><span>${counted(messages.length, 'message')}</span>`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${pageStyle}</style></head><body data-user="${viewer.id}">
<nav id="side"><div class="brand">${wave}<div><b>Tidegate</b><small>Slack, locally</small></div></div><h2>Channels</h2><ul>${channels
    .map((channel) => channelLink(channel, current, viewer))
    .join('')}</ul><h2>You are</h2><ul class="people">${people
    .map((person) => personLink(person, viewer, current))
    .join('')}</ul><footer>Nothing leaves this machine.</footer></nav>
<main id="main"><header>${head}</header><div id="log">${messages.length === 0 ? empty : messageLog(messages)}${whispers.map(whisper).join('')}</div></main>
${dialog}
<script>${pageScript}</script></body></html>`;
}
