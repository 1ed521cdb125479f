import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../cloud/service.ts';
import { openDatabase } from '../cloud/sqlite.ts';

/** An asynchronous event on its way to a function. */
export interface QueuedEvent {
  readonly id: string;
  readonly functionName: string;
  /** JSON. */
  readonly payload: string;
  /** Attempts made so far. */
  readonly attempts: number;
  readonly acceptedAt: number;
}

/** What becomes of an event after an attempt: it is done, or tried again at a time. */
export type Disposition = 'done' | { readonly retryAt: number; readonly countsAsAttempt: boolean };

export interface EventQueue {
  /** Accepts an event: it is on disk when this returns. */
  add(functionName: string, payload: string): string;
  /** Starts delivering, what was left over from the last time included. */
  start(deliver: (event: QueuedEvent) => Promise<Disposition>): void;
  close(): Promise<void>;
}

/** Asynchronous invocations, stored until delivered or given up: at least once, across restarts. */
export function openEventQueue(stateDir: string, clock: Clock, onError: (cause: unknown) => void): EventQueue {
  const folder = join(stateDir, 'lambda');
  mkdirSync(folder, { recursive: true });
  const database = openDatabase(
    join(folder, 'events.sqlite'),
    `
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS events (
      id TEXT PRIMARY KEY, function_name TEXT NOT NULL, payload TEXT NOT NULL,
      attempts INTEGER NOT NULL, accepted_at INTEGER NOT NULL, due INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS events_by_due ON events (due);
  `,
  );
  const insert = database.prepare('INSERT INTO events VALUES (?, ?, ?, 0, ?, ?)');
  const select = database.prepare(
    'SELECT id, function_name, payload, attempts, accepted_at, due FROM events ORDER BY due, rowid',
  );
  const remove = database.prepare('DELETE FROM events WHERE id = ?');
  const postpone = database.prepare('UPDATE events SET attempts = ?, due = ? WHERE id = ?');

  const underWay = new Map<string, Promise<void>>();
  const ending = new AbortController();
  let alarm: AbortController | undefined;
  let deliver: ((event: QueuedEvent) => Promise<Disposition>) | undefined;

  function dispatch(event: QueuedEvent): void {
    const work = (async () => {
      try {
        const disposition = await deliver?.(event);
        if (ending.signal.aborted || disposition === undefined) return;
        if (disposition === 'done') remove.run(event.id);
        else postpone.run(event.attempts + (disposition.countsAsAttempt ? 1 : 0), disposition.retryAt, event.id);
      } catch (cause) {
        // Only our own failure comes here: the event stays and is delivered after the next start.
        if (!ending.signal.aborted) onError(cause);
        return;
      } finally {
        underWay.delete(event.id);
      }
      look();
    })();
    underWay.set(event.id, work);
  }

  /** Delivers what is due and sleeps until the next is. */
  function look(): void {
    if (!deliver || ending.signal.aborted) return;
    alarm?.abort();
    let next = Number.POSITIVE_INFINITY;
    for (const row of select.all()) {
      const id = String(row['id']);
      if (underWay.has(id)) continue;
      const due = Number(row['due']);
      if (due > clock.now()) {
        next = Math.min(next, due);
        continue;
      }
      dispatch({
        id,
        functionName: String(row['function_name']),
        payload: String(row['payload']),
        attempts: Number(row['attempts']),
        acceptedAt: Number(row['accepted_at']),
      });
    }
    if (next === Number.POSITIVE_INFINITY) return;
    alarm = new AbortController();
    clock.sleep(next - clock.now(), AbortSignal.any([alarm.signal, ending.signal])).then(look, () => undefined);
  }

  return {
    add(functionName, payload) {
      const id = randomUUID();
      insert.run(id, functionName, payload, clock.now(), clock.now());
      queueMicrotask(look);
      return id;
    },
    start(handler) {
      deliver = handler;
      look();
    },
    async close() {
      ending.abort();
      await Promise.allSettled(underWay.values());
      database.close();
    },
  };
}
