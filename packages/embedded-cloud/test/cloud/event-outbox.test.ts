import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it } from 'vitest';
import { type EventOutbox, eventOutbox, eventOutboxSchema } from '#src/cloud/event-outbox';
import type { BusEvent } from '#src/cloud/service';
import { inTransaction, statementsOf } from '#src/cloud/sqlite';
import { fakeContext } from '../support/door.ts';

const event = (n: number): BusEvent => ({ source: 'test', 'detail-type': 'Counted', detail: { n } });

let db: DatabaseSync;
let emitted: { n: unknown; id: string | undefined; time: number | undefined }[];
let busIsDown: boolean;
let outbox: EventOutbox;

/** As the service does when it starts: on the database it had. */
const open = (): EventOutbox =>
  eventOutbox(
    statementsOf(db),
    fakeContext('', {
      emit: (told, occasion) => {
        if (busIsDown) throw new Error('the bus is closed');
        emitted.push({ n: (told.detail as { n: number }).n, ...{ id: occasion?.id, time: occasion?.time } });
      },
    }),
  );
const numbers = () => emitted.map(({ n }) => n);

beforeEach(() => {
  db = new DatabaseSync(':memory:');
  db.exec(eventOutboxSchema);
  emitted = [];
  busIsDown = false;
  outbox = open();
});

describe('the outbox of a service', () => {
  it('sends events in order, once', () => {
    outbox.add(event(1));
    outbox.add(event(2));
    outbox.send();
    outbox.send();
    expect(numbers()).toEqual([1, 2]);
  });

  it('sends nothing of a change that was rolled back', () => {
    const change = () =>
      inTransaction(db, () => {
        outbox.add(event(1));
        throw new Error('refused');
      });
    expect(change).toThrow('refused');
    outbox.send();
    expect(numbers()).toEqual([]);
  });

  it('sends at the next start what a killed process had committed and not sent', () => {
    outbox.add(event(1));
    outbox = open();
    outbox.start();
    expect(numbers()).toEqual([1]);
  });

  it('keeps what the bus did not accept, and sends it before later events', () => {
    busIsDown = true;
    outbox.add(event(1));
    outbox.send();
    busIsDown = false;
    outbox.add(event(2));
    outbox.send();
    expect(numbers()).toEqual([1, 2]);
  });

  it('sends an event again under the id and time it had', () => {
    outbox.add(event(1));
    const [row] = db.prepare('SELECT * FROM event_outbox').all();
    outbox.send();
    // Killed between the bus and its own commit.
    db.prepare('INSERT INTO event_outbox VALUES (?, ?, ?, ?)').run(
      ...(['number', 'id', 'time', 'event'] as const).map((column) => row?.[column] ?? null),
    );
    outbox = open();
    outbox.start();
    expect(emitted[1]).toEqual(emitted[0]);
  });
});
