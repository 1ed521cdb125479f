/** A piece of text in a message. A plain string is always escaped: no input can mention, link or format anything. */
export type Inline =
  | string
  | { readonly code: string }
  | { readonly bold: string }
  /** The id of a Slack user: they are named, and told. */
  | { readonly user: string }
  | { readonly link: { readonly url: string; readonly label: string } };

/** A line of text. */
export type Rich = Inline | readonly Inline[];

/** Escapes text for Slack's mrkdwn (docs.slack.dev, "Formatting message text": &, < and > and nothing else). */
export const escapeMrkdwn = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Shortens text to at most `max` UTF-16 units once `encode` has been applied, never within a character or an entity. */
export function clip(text: string, max: number, encode: (char: string) => string = (char) => char): string {
  let whole = '';
  let clipped = '';
  for (const char of text) {
    whole += encode(char);
    if (whole.length <= max - 1) clipped = whole;
    if (whole.length > max) return max < 1 ? '' : `${clipped}…`;
  }
  return whole;
}

const one = (text: string): string => text.replaceAll(/\s+/g, ' ');

/** Only web addresses become links; anything else is shown as it is. */
const webAddress = (url: string): string | undefined => {
  if (!URL.canParse(url)) return undefined;
  const { protocol, href } = new URL(url);
  return protocol === 'https:' || protocol === 'http:' ? href.replaceAll('|', '%7C') : undefined;
};

/** What is no id of a user is a text like any other. */
const inlineUser = (id: string, max: number): string =>
  /^[UW][A-Z0-9]{1,30}$/.test(id) && id.length + 3 <= max ? `<@${id}>` : clip(id, max, escapeMrkdwn);

function inlineMrkdwn(inline: Inline, max: number): string {
  if (typeof inline === 'string') return clip(inline, max, escapeMrkdwn);
  if ('code' in inline) {
    const inner = clip(one(inline.code).replaceAll('`', "'"), max - 2, escapeMrkdwn);
    return inner.trim() === '' ? '' : `\`${inner}\``;
  }
  if ('bold' in inline) {
    const inner = clip(one(inline.bold).replaceAll('*', '∗').trim(), max - 2, escapeMrkdwn);
    return inner === '' ? '' : `*${inner}*`;
  }
  if ('user' in inline) return inlineUser(inline.user, max);
  const url = webAddress(inline.link.url);
  const href = url === undefined ? '' : escapeMrkdwn(url);
  const room = max - href.length - 3;
  if (href === '' || room < 1) return clip(inline.link.label, max, escapeMrkdwn);
  return `<${href}|${clip(one(inline.link.label).replaceAll('|', '¦'), room, escapeMrkdwn) || 'link'.slice(0, room)}>`;
}

const pieces = (rich: Rich): readonly Inline[] =>
  Array.isArray(rich) ? (rich as readonly Inline[]) : [rich as Inline];

/** Renders a line as mrkdwn of at most `max` characters. A longer line is cut with an ellipsis. */
export function toMrkdwn(rich: Rich, max: number): string {
  let output = '';
  for (const piece of pieces(rich)) output += inlineMrkdwn(piece, max - output.length);
  return output;
}

/** Renders a line without markup, still escaped: Slack reads a message's `text` as mrkdwn too. */
export const toPlain = (rich: Rich): string =>
  pieces(rich)
    .map((piece) => {
      if (typeof piece === 'string') return escapeMrkdwn(piece);
      if ('code' in piece) return escapeMrkdwn(one(piece.code));
      if ('bold' in piece) return escapeMrkdwn(one(piece.bold));
      if ('user' in piece) return escapeMrkdwn(piece.user);
      return escapeMrkdwn(`${piece.link.label}: ${piece.link.url}`);
    })
    .join('');

/**
 * Joins lines up to a limit of lines and characters. Omitted lines are counted: "… and 12 more".
 * @param render the line at most `max` characters long.
 */
export function joinLines<T>(
  items: readonly T[],
  render: (item: T, max: number) => string,
  limits: { readonly lines: number; readonly characters: number },
  unlisted = 0,
): string {
  const reserve = '\n… and 9999999999 more'.length;
  const lines: string[] = [];
  let used = 0;
  for (const [index, item] of items.entries()) {
    const rest = limits.characters - reserve - used;
    const line = index < limits.lines && rest > 40 ? render(item, rest) : undefined;
    if (line === undefined) {
      return [...lines, `… and ${items.length - index + unlisted} more`].join('\n');
    }
    lines.push(line);
    used += line.length + 1;
  }
  return [...lines, ...(unlisted > 0 ? [`… and ${unlisted} more`] : [])].join('\n');
}
