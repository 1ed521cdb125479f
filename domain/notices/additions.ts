import { type Block, limits, type Message, withinLimit } from '#domain/slack/message';
import { clip, escapeMrkdwn } from '#domain/slack/rich-text';
import { count } from '#domain/text/numbers';

const small = (text: string): Block => ({
  type: 'context',
  elements: [{ type: 'mrkdwn', text: clip(text, limits.context, escapeMrkdwn), verbatim: true }],
});

/** Puts blocks before those of a message. Where there are too many, the last ones are counted. */
const preceded = (message: Message, line: string, blocks: readonly Block[]): Message => ({
  ...message,
  text: `${line}\n${message.text}`,
  blocks: withinLimit([...blocks, ...message.blocks]),
});

/**
 * The message, after a line that mentions people and groups.
 *
 * @param mentions as Slack writes them, such as `<@U012AB3CD>`, from a pipeline's file and never from data
 */
export function withMentions(message: Message, mentions: readonly string[]): Message {
  if (mentions.length === 0) return message;
  const line = mentions.join(' ');
  return preceded(message, line, [{ type: 'section', text: { type: 'mrkdwn', text: line } }]);
}

/** The message, after a line of small print. */
export const withNote = (message: Message, note: string): Message =>
  preceded(message, clip(note, limits.context, escapeMrkdwn), [small(note)]);

/** The message without its layout, for a Slack that refuses it: its text says the same. */
export const withoutLayout = (message: Message, note: string): Message =>
  withNote({ text: message.text, blocks: textBlocks(message.text) }, note);

/** A text in sections, each within Slack's limit, cut between its lines. */
function textBlocks(text: string): Block[] {
  const parts: string[] = [];
  for (const line of text.split('\n')) {
    const last = parts.at(-1);
    if (last !== undefined && last.length + line.length < limits.section) parts[parts.length - 1] = `${last}\n${line}`;
    else parts.push(line.slice(0, limits.section));
  }
  return parts
    .filter((part) => part.trim() !== '')
    .map((part) => ({ type: 'section', text: { type: 'mrkdwn', text: part, verbatim: true } }));
}

const ordinal = (n: number): string => {
  const ending = n % 100 >= 11 && n % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${count(n)}${ending}`;
};

/**
 * The message of trouble that was reported before, after a line with its count.
 *
 * @param times how often it was reported, this one included
 * @param since when it was reported first, ISO 8601
 */
export const withCount = (message: Message, times: number, since: string): Message =>
  withNote(message, `The ${ordinal(times)} time since ${since.slice(0, 16).replace('T', ' ')} UTC.`);
