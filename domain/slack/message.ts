import { type Asks, type ButtonPayload, writePayload } from './buttons.ts';
import { clip, escapeMrkdwn, joinLines, type Rich, toMrkdwn, toPlain } from './rich-text.ts';

interface PlainText {
  readonly type: 'plain_text';
  readonly text: string;
  readonly emoji: true;
}
interface Mrkdwn {
  readonly type: 'mrkdwn';
  readonly text: string;
  /** Slack makes no link or mention of what only looks like one (docs.slack.dev, "Text object"). */
  readonly verbatim?: true;
}

/** The Block Kit blocks Tidegate writes (docs.slack.dev, "Blocks"). */
export type Block =
  | { readonly type: 'header'; readonly text: PlainText }
  | { readonly type: 'section'; readonly text: Mrkdwn }
  | { readonly type: 'section'; readonly fields: readonly Mrkdwn[] }
  | { readonly type: 'context'; readonly elements: readonly Mrkdwn[] }
  | { readonly type: 'actions'; readonly elements: readonly ButtonElement[] }
  | { readonly type: 'divider' };

/** A button in Block Kit's form. */
interface ButtonElement {
  readonly type: 'button';
  readonly action_id: string;
  readonly text: PlainText;
  readonly value: string;
  readonly style?: 'primary' | 'danger';
  readonly confirm?: {
    readonly title: PlainText;
    readonly text: PlainText;
    readonly confirm: PlainText;
    readonly deny: PlainText;
  };
}

/** The arguments of `chat.postMessage`: blocks, and the same content as plain text for notifications and screen readers. */
export interface Message {
  readonly text: string;
  readonly blocks: readonly Block[];
  /** What its buttons ask about, if it has any. Not sent. */
  readonly asks?: Pick<ButtonPayload, 'version'> & { readonly about: Asks['about'] };
}

/** Limits of Block Kit, in characters or items. */
export const limits = {
  blocks: 50,
  header: 150,
  section: 3000,
  fields: 10,
  field: 2000,
  context: 2000,
  text: 4000,
} as const;

/** A table set in monospace. Cells are cut to 28 characters. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A titled part of a message. */
export interface Part {
  readonly title?: string;
  readonly lines?: readonly Rich[];
  /** Lines that are not in `lines`: they are counted with those that do not fit. */
  readonly unlisted?: number;
  readonly table?: Table;
}

/** The content of a message. `composeMessage` formats it within Slack's limits. */
export interface Draft {
  /** At most one emoji, at the start. */
  readonly heading: string;
  readonly summary?: Rich;
  readonly facts?: readonly (readonly [label: string, value: Rich])[];
  readonly parts?: readonly Part[];
  /** Small print. */
  readonly footer?: readonly Rich[];
  /** Buttons, below everything else. */
  readonly actions?: Asks | undefined;
}

const listed = { lines: 15, characters: limits.section } as const;
const cellWidth = 28;

const cell = (text: string): string => clip(text.replaceAll(/[\s`]+/g, ' '), cellWidth);

function tableLines(table: Table): string[] {
  const rows = [table.columns, ...table.rows].map((row) => row.map(cell));
  const widths = table.columns.map((_, i) =>
    Math.max(...rows.slice(0, listed.lines + 1).map((row) => (row[i] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

function partText({ title: heading, table, lines = [], unlisted }: Part): string {
  const title = heading === undefined ? '' : `*${escapeMrkdwn(heading)}*\n`;
  const room = limits.section - title.length - 8;
  const body = table
    ? `\`\`\`${joinLines(tableLines(table), (line, max) => clip(line, max, escapeMrkdwn), { lines: listed.lines + 1, characters: room })}\`\`\``
    : joinLines(lines, (line, max) => toMrkdwn(line, Math.min(max, 600)), { ...listed, characters: room }, unlisted);
  return title + body;
}

const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));

const mrkdwn = (text: string): Mrkdwn => ({ type: 'mrkdwn', text, verbatim: true });
/** The rows of a table as plain text: `auc: candidate 0.81, champion 0.8`. */
const spokenRows = ({ columns, rows }: Table): string[] =>
  rows.map(([name = '', ...cells]) => {
    const named = cells.flatMap((text, i) => (text === '' ? [] : `${columns[i + 1] ?? ''} ${text}`.trim()));
    return named.length === 0 ? name : `${name}: ${named.join(', ')}`;
  });

const hasContent = (part: Part): boolean => (part.lines?.length ?? 0) > 0 || (part.table?.rows.length ?? 0) > 0;

function fallback(draft: Draft): string {
  const lines = [
    escapeMrkdwn(draft.heading),
    ...(draft.summary === undefined ? [] : [toPlain(draft.summary)]),
    ...(draft.facts ?? []).map(([label, value]) => `${escapeMrkdwn(label)}: ${toPlain(value)}`),
    ...(draft.parts ?? [])
      .filter(hasContent)
      .flatMap(({ title, table, lines = [] }) => [
        ...(title === undefined ? [] : [`${escapeMrkdwn(title)}:`]),
        ...(table ? spokenRows(table).map(escapeMrkdwn) : lines.map(toPlain)),
      ]),
    ...(draft.footer ?? []).map(toPlain),
  ];
  // Already escaped: whole lines are kept or dropped, and a long line is cut before a possible entity.
  return joinLines(
    lines,
    (line, max) => (line.length <= max ? line : `${line.slice(0, max - 8).replace(/&[^;]{0,4}$/, '')}…`),
    {
      lines: Number.POSITIVE_INFINITY,
      characters: limits.text,
    },
  );
}

const plain = (text: string): PlainText => ({ type: 'plain_text', text, emoji: true });

/** The block of a message's buttons. Slack cuts no label: 75 characters are all it takes. */
const buttonBlock = ({ payload, buttons }: Asks): Block => ({
  type: 'actions',
  elements: buttons.map(({ action, label, style, confirm }) => ({
    type: 'button',
    action_id: action,
    text: plain(label),
    value: writePayload(payload),
    ...(style === undefined ? {} : { style }),
    ...(confirm && {
      confirm: {
        title: plain(confirm.title),
        text: plain(clip(confirm.text, 300)),
        confirm: plain(confirm.yes),
        deny: plain('Cancel'),
      },
    }),
  })),
});

/**
 * A message after the decision that it asked for: without buttons, with who decided what. The text for notifications stays.
 *
 * @param open whether it still asks
 */
export function answeredMessage({ text, blocks }: Message, lines: readonly Rich[], open = false): Message {
  const buttons = open ? blocks.filter(({ type }) => type === 'actions') : [];
  const said: Block[] =
    lines.length === 0
      ? []
      : [{ type: 'context', elements: lines.slice(0, 10).map((l) => mrkdwn(toMrkdwn(l, limits.context))) }];
  const kept = blocks.filter(({ type }) => type !== 'actions');
  return { text, blocks: [...kept.slice(0, limits.blocks - buttons.length - said.length), ...buttons, ...said] };
}

/** Blocks that are too many are counted in one; the buttons at the end stay. */
export function withinLimit(blocks: readonly Block[]): readonly Block[] {
  if (blocks.length <= limits.blocks) return blocks;
  const buttons = blocks.filter(({ type }) => type === 'actions');
  const others = blocks.filter(({ type }) => type !== 'actions');
  const shown = limits.blocks - buttons.length - 1;
  return [
    ...others.slice(0, shown),
    { type: 'context', elements: [mrkdwn(`… and ${others.length - shown} more, in the report`)] },
    ...buttons,
  ];
}

/** Formats a message. The result is always within Slack's limits. */
export function composeMessage(draft: Draft): Message {
  const facts = (draft.facts ?? []).map(([label, value]) => {
    const name = `*${clip(label, 200, escapeMrkdwn)}*\n`;
    return mrkdwn(name + (toMrkdwn(value, 600) || '–'));
  });
  const footer = (draft.footer ?? []).map((line) => toMrkdwn(line, limits.context)).filter((line) => line !== '');
  const summary = draft.summary === undefined ? '' : toMrkdwn(draft.summary, limits.section);
  const blocks: Block[] = [
    { type: 'header', text: { type: 'plain_text', text: clip(draft.heading, limits.header), emoji: true } },
    ...(summary === '' ? [] : [{ type: 'section' as const, text: mrkdwn(summary) }]),
    ...chunks(facts, limits.fields).map((fields) => ({ type: 'section' as const, fields })),
    ...(draft.parts ?? [])
      .filter(hasContent)
      .map(partText)
      .filter((text) => text.trim() !== '')
      .map((text) => ({ type: 'section' as const, text: mrkdwn(text) })),
    ...chunks(footer, 10).map((lines) => ({ type: 'context' as const, elements: lines.map(mrkdwn) })),
  ];
  const { actions } = draft;
  return {
    text: fallback(draft),
    blocks: withinLimit(actions ? [...blocks, buttonBlock(actions)] : blocks),
    ...(actions && { asks: { version: actions.payload.version, about: actions.about } }),
  };
}
