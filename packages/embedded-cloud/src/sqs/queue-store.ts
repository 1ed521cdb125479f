import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { type QueueAttributes, redriveOf } from './queue-settings.ts';

/** A message attribute as SQS takes it. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  /** Base64. */
  readonly BinaryValue?: string;
}
export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

export interface Queue {
  readonly name: string;
  readonly attributes: QueueAttributes;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

export interface Message {
  readonly id: string;
  readonly receipt: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly sentAt: number;
  readonly firstReceivedAt: number;
  readonly receiveCount: number;
}

/** Queues and their messages, stored in SQLite. Times are milliseconds since the epoch. */
export interface QueueStore {
  put(name: string, attributes: Readonly<Record<string, string>>, now: number): void;
  get(name: string): Queue | undefined;
  list(prefix: string): Queue[];
  /** @returns the message's id. */
  send(queue: string, body: string, attributes: MessageAttributes, now: number, delaySeconds: number): string;
  /** Takes up to `limit` visible messages and hides them for `hideSeconds`. */
  receive(queue: Queue, limit: number, hideSeconds: number, now: number): Message[];
  remove(queue: string, receipt: string): void;
  /** Shows a message in flight again at `visibleAt`. @returns false when it is not in flight */
  hideUntil(queue: string, receipt: string, visibleAt: number, now: number): boolean;
  purge(queue: string): void;
  /** Removes a queue with its messages. */
  drop(queue: string): void;
  /** Messages to be received, in flight, and not yet to be received for the first time. */
  counts(queue: string, now: number): { readonly visible: number; readonly hidden: number; readonly delayed: number };
}

const schema = `
  CREATE TABLE IF NOT EXISTS queues (name TEXT PRIMARY KEY, attributes TEXT NOT NULL, created_at INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS messages (
    id TEXT PRIMARY KEY, queue TEXT NOT NULL, body TEXT NOT NULL, attributes TEXT NOT NULL, sent_at INTEGER NOT NULL,
    visible_at INTEGER NOT NULL, received_at INTEGER, receives INTEGER NOT NULL DEFAULT 0, receipt TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS messages_queue ON messages (queue, visible_at);`;

const fourDays = 345_600;

/** Opens the store in a database, making its tables when they are missing. */
export function queueStore(db: DatabaseSync): QueueStore {
  db.exec(schema);
  const visible = db.prepare(
    'SELECT * FROM messages WHERE queue = ? AND visible_at <= ? ORDER BY visible_at, rowid LIMIT ?',
  );
  const take = db.prepare(
    'UPDATE messages SET visible_at = ?, received_at = coalesce(received_at, ?), receives = receives + 1, receipt = ? WHERE id = ?',
  );
  const move = db.prepare('UPDATE messages SET queue = ?, visible_at = ?, receives = 0, receipt = NULL WHERE id = ?');
  const expire = db.prepare('DELETE FROM messages WHERE queue = ? AND sent_at <= ?');
  const toQueue = (row: Record<string, unknown>): Queue => ({
    name: String(row['name']),
    attributes: JSON.parse(String(row['attributes'])) as Record<string, string>,
    createdAt: Number(row['created_at']),
  });

  return {
    put: (name, attributes, now) => {
      db.prepare(
        'INSERT INTO queues VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET attributes = excluded.attributes',
      ).run(name, JSON.stringify(attributes), now);
    },
    get: (name) => {
      const row = db.prepare('SELECT * FROM queues WHERE name = ?').get(name);
      return row && toQueue(row);
    },
    list: (prefix) =>
      db
        .prepare('SELECT * FROM queues ORDER BY name')
        .all()
        .map(toQueue)
        .filter(({ name }) => name.startsWith(prefix)),
    send: (queue, body, attributes, now, delaySeconds) => {
      const id = randomUUID();
      db.prepare(
        'INSERT INTO messages (id, queue, body, attributes, sent_at, visible_at) VALUES (?, ?, ?, ?, ?, ?)',
      ).run(id, queue, body, JSON.stringify(attributes), now, now + delaySeconds * 1000);
      return id;
    },
    receive: (queue, limit, hideSeconds, now) => {
      const retention = Number(queue.attributes['MessageRetentionPeriod'] ?? fourDays);
      expire.run(queue.name, now - retention * 1000);
      const deadLetters = redriveOf(queue.attributes);
      const deadLetterQueue = deadLetters?.queueArn.split(':').at(-1) ?? '';
      const messages: Message[] = [];
      for (let rows = visible.all(queue.name, now, limit); rows.length > 0 && messages.length < limit; ) {
        for (const row of rows) {
          const id = String(row['id']);
          if (deadLetters && Number(row['receives']) >= deadLetters.limit) {
            move.run(deadLetterQueue, now, id);
            continue;
          }
          const receipt = randomUUID();
          take.run(now + hideSeconds * 1000, now, receipt, id);
          messages.push({
            id,
            receipt,
            body: String(row['body']),
            attributes: JSON.parse(String(row['attributes'])) as MessageAttributes,
            sentAt: Number(row['sent_at']),
            firstReceivedAt: Number(row['received_at'] ?? now),
            receiveCount: Number(row['receives']) + 1,
          });
        }
        // With a visibility timeout of 0 the same messages would come again at once.
        rows = hideSeconds > 0 ? visible.all(queue.name, now, limit - messages.length) : [];
      }
      return messages;
    },
    remove: (queue, receipt) => {
      db.prepare('DELETE FROM messages WHERE queue = ? AND receipt = ?').run(queue, receipt);
    },
    hideUntil: (queue, receipt, visibleAt, now) =>
      db
        .prepare('UPDATE messages SET visible_at = ? WHERE queue = ? AND receipt = ? AND visible_at > ?')
        .run(visibleAt, queue, receipt, now).changes > 0,
    drop: (queue) => {
      db.prepare('DELETE FROM messages WHERE queue = ?').run(queue);
      db.prepare('DELETE FROM queues WHERE name = ?').run(queue);
    },
    purge: (queue) => {
      db.prepare('DELETE FROM messages WHERE queue = ?').run(queue);
    },
    counts: (queue, now) => {
      const row = db
        .prepare(
          `SELECT sum(visible_at <= ?1) AS visible, sum(visible_at > ?1 AND receipt IS NOT NULL) AS hidden,
             sum(visible_at > ?1 AND receipt IS NULL) AS delayed FROM messages WHERE queue = ?2`,
        )
        .get(now, queue);
      const count = (name: string): number => Number(row?.[name] ?? 0);
      return { visible: count('visible'), hidden: count('hidden'), delayed: count('delayed') };
    },
  };
}
