import { randomUUID } from 'node:crypto';
import type { BusEvent, CloudContext } from './service.ts';
import type { Statements } from './sqlite.ts';

/**
 * Events that a service has to send to the bus. An event is stored by the transaction that makes the change and sent after the
 * commit, so that a process killed in between sends it at its next start: at least once, with the same id each time.
 */
export interface EventOutbox {
  /** Stores an event. Call it inside the transaction that makes the change. */
  add(event: BusEvent): void;
  /** Sends what was added; to be called after the commit. What the bus does not take stays and is sent with the next. */
  send(): void;
  /** Sends what an earlier process left unsent; call it once the rules of the bus exist. */
  start(): void;
}

export const eventOutboxSchema = `
  CREATE TABLE IF NOT EXISTS event_outbox (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, time REAL NOT NULL, event TEXT NOT NULL) STRICT;
`;

/** @param database has the table of `eventOutboxSchema` */
export function eventOutbox(
  database: Pick<Statements, 'run' | 'all'>,
  context: Pick<CloudContext, 'clock' | 'emit' | 'log'>,
): EventOutbox {
  let mayHold = false;
  const outbox: EventOutbox = {
    add(event) {
      mayHold = true;
      database.run(
        'INSERT INTO event_outbox (id, time, event) VALUES (?, ?, ?)',
        randomUUID(),
        context.clock.now(),
        JSON.stringify(event),
      );
    },
    send() {
      if (!mayHold) return;
      mayHold = false;
      let sent: number | undefined;
      for (const row of database.all('SELECT number, id, time, event FROM event_outbox ORDER BY number')) {
        const event = JSON.parse(String(row['event'])) as BusEvent;
        try {
          context.emit(event, { id: String(row['id']), time: Number(row['time']) });
        } catch (error) {
          mayHold = true;
          context.log('warn', 'the bus did not take an event: it is kept and sent again', {
            source: event.source,
            detailType: event['detail-type'],
            error: error instanceof Error ? error.message : String(error),
          });
          break;
        }
        sent = Number(row['number']);
      }
      if (sent !== undefined) database.run('DELETE FROM event_outbox WHERE number <= ?', sent);
    },
    start() {
      mayHold = true;
      outbox.send();
    },
  };
  return outbox;
}
