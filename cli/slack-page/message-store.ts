import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';

/** A message in its current state, with updates applied. */
export interface StoredMessage {
  /** `#name`. */
  readonly channel: string;
  readonly channelId: string;
  /** Slack's id of a message: seconds since the epoch with six decimals. */
  readonly ts: string;
  readonly threadTs?: string;
  readonly text: string;
  readonly blocks: readonly unknown[];
  readonly attachments: readonly unknown[];
  readonly username: string;
  readonly edited: boolean;
}

export type MessageContent = Pick<StoredMessage, 'text' | 'blocks' | 'attachments'>;

export interface Channel {
  readonly id: string;
  /** Without the `#`. */
  readonly name: string;
  readonly messages: number;
  /** `ts` of the newest message, or an empty text. */
  readonly newest: string;
}

/** A message that one person alone sees. */
export interface Whisper {
  readonly user: string;
  readonly ts: string;
  readonly text: string;
}

/** Channels and messages, kept in SQLite. */
export interface MessageStore {
  /** A channel by id or by name (with or without `#`). A new name creates it. Undefined when neither is valid. */
  resolve(channel: string): { readonly id: string; readonly name: string } | undefined;
  post(
    channelId: string,
    content: MessageContent,
    meta: { readonly threadTs?: string; readonly username: string },
    now: number,
  ): StoredMessage;
  /** @returns undefined when there is no such message. */
  update(channelId: string, ts: string, content: MessageContent): StoredMessage | undefined;
  channels(): Channel[];
  /** Adds a message that one person alone sees. @returns its ts */
  whisper(channelId: string, user: string, text: string, now: number): string;
  /** The last messages of a channel (by name) that a person alone sees, oldest first. */
  whispers(channelName: string, user: string): Whisper[];
  /** Oldest first; of one channel (by name) or of all. */
  messages(channelName?: string): StoredMessage[];
}

const schema = `
  CREATE TABLE IF NOT EXISTS channels (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE IF NOT EXISTS messages (
    channel TEXT NOT NULL REFERENCES channels(id), ts TEXT NOT NULL, thread_ts TEXT, content TEXT NOT NULL,
    username TEXT NOT NULL, edited INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (channel, ts)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS whispers (
    channel TEXT NOT NULL REFERENCES channels(id), ts TEXT NOT NULL, user TEXT NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (channel, ts)
  ) STRICT;`;

const idOf = (name: string): string => `C${createHash('sha256').update(name).digest('hex').slice(0, 10).toUpperCase()}`;

/** Opens the store in a database and creates missing tables. */
export function messageStore(db: DatabaseSync): MessageStore {
  db.exec(schema);
  const select = 'SELECT m.*, c.name FROM messages m JOIN channels c ON c.id = m.channel';

  const toMessage = (row: Record<string, unknown>): StoredMessage => ({
    channel: `#${row['name']}`,
    channelId: String(row['channel']),
    ts: String(row['ts']),
    ...(row['thread_ts'] === null ? {} : { threadTs: String(row['thread_ts']) }),
    ...(JSON.parse(String(row['content'])) as MessageContent),
    username: String(row['username']),
    edited: row['edited'] === 1,
  });
  const read = (channelId: string, ts: string): StoredMessage | undefined => {
    const row = db.prepare(`${select} WHERE m.channel = ? AND m.ts = ?`).get(channelId, ts);
    return row && toMessage(row);
  };
  /** The next free ts at or after a time: messages of one millisecond keep their order. */
  const nextTs = (now: number): string => {
    const last = db
      .prepare('SELECT max(ts) AS ts FROM (SELECT ts FROM messages UNION ALL SELECT ts FROM whispers)')
      .get()?.['ts'];
    const free = typeof last === 'string' ? Math.round(Number(last) * 1e6) + 1 : 0;
    const micros = Math.max(now * 1000, free);
    return `${Math.floor(micros / 1e6)}.${String(micros % 1e6).padStart(6, '0')}`;
  };

  return {
    resolve: (channel) => {
      const known = db.prepare('SELECT id, name FROM channels WHERE id = ?').get(channel);
      if (known) return { id: String(known['id']), name: String(known['name']) };
      const name = /^#?([a-z0-9_-]{1,80})$/.exec(channel)?.[1];
      if (name === undefined) return undefined;
      db.prepare('INSERT OR IGNORE INTO channels VALUES (?, ?)').run(idOf(name), name);
      return { id: idOf(name), name };
    },
    post: (channelId, content, { threadTs, username }, now) => {
      const ts = nextTs(now);
      db.prepare('INSERT INTO messages (channel, ts, thread_ts, content, username) VALUES (?, ?, ?, ?, ?)').run(
        channelId,
        ts,
        threadTs ?? null,
        JSON.stringify(content),
        username,
      );
      return read(channelId, ts) as StoredMessage;
    },
    update: (channelId, ts, content) => {
      db.prepare('UPDATE messages SET content = ?, edited = 1 WHERE channel = ? AND ts = ?').run(
        JSON.stringify(content),
        channelId,
        ts,
      );
      return read(channelId, ts);
    },
    channels: () =>
      db
        .prepare(
          `SELECT c.id, c.name, count(m.ts) AS messages, coalesce(max(m.ts), '') AS newest
           FROM channels c LEFT JOIN messages m ON m.channel = c.id GROUP BY c.id ORDER BY c.name`,
        )
        .all()
        .map((row) => ({
          id: String(row['id']),
          name: String(row['name']),
          messages: Number(row['messages']),
          newest: String(row['newest']),
        })),
    whisper: (channelId, user, text, now) => {
      const ts = nextTs(now);
      db.prepare('INSERT INTO whispers (channel, ts, user, text) VALUES (?, ?, ?, ?)').run(channelId, ts, user, text);
      return ts;
    },
    whispers: (channelName, user) =>
      db
        .prepare(
          'SELECT w.* FROM whispers w JOIN channels c ON c.id = w.channel WHERE c.name = ? AND w.user = ? ORDER BY w.ts DESC LIMIT 5',
        )
        .all(channelName, user)
        .map((row) => ({ user: String(row['user']), ts: String(row['ts']), text: String(row['text']) }))
        .toReversed(),
    messages: (channelName) => {
      const rows =
        channelName === undefined
          ? db.prepare(`${select} ORDER BY m.ts`).all()
          : db.prepare(`${select} WHERE c.name = ? ORDER BY m.ts`).all(channelName.replace(/^#/, ''));
      return rows.map(toMessage);
    },
  };
}
