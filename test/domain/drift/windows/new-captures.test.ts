import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hourOf, hourStart } from '#domain/drift/windows/hours';
import { hourOfCapture, LATE_HOURS, listedFrom, planCaptures } from '#domain/drift/windows/new-captures';
import type { CaptureLedger } from '#schemas/records/capture-counts';

const nothing: CaptureLedger = { hours: {} };
const noon = '2026-01-10T12:00:00.000Z';
const hour = (n: number): string => hourOf(hourStart(noon, n));
const object = (n: number, file: string, size = 1000) => ({ name: `${hour(n)}/${file}.jsonl`, size });
const names = ({ batches }: ReturnType<typeof planCaptures>): string[] => batches.flatMap(({ objects }) => objects);

describe('what is new among captures', () => {
  it('is everything at first, and nothing when it has been counted', () => {
    const listed = [object(0, 'a'), object(0, 'b'), object(1, 'a')];
    const first = planCaptures(listed, nothing);
    expect(names(first)).toEqual(listed.map(({ name }) => name));
    expect(first.ledger).toEqual({
      newest: hour(1),
      hours: { [hour(0)]: ['a.jsonl', 'b.jsonl'], [hour(1)]: ['a.jsonl'] },
    });
    expect(planCaptures(listed, first.ledger)).toEqual({ batches: [], ledger: first.ledger, more: false });
    expect(planCaptures([], nothing)).toEqual({ batches: [], ledger: nothing, more: false });
  });

  it('is an object that arrives in an hour that has been counted', () => {
    const early = [object(0, 'b'), object(3, 'a')];
    const { ledger } = planCaptures(early, nothing);
    const late = planCaptures([object(0, 'a'), ...early], ledger);
    expect(names(late)).toEqual([object(0, 'a').name]);
    expect(late.ledger.newest).toBe(hour(3));
    expect(late.ledger.hours[hour(0)]).toEqual(['b.jsonl', 'a.jsonl']);
  });

  it('is no object that is no capture', () => {
    const others = ['readme.txt', `${hour(0)}/notes.txt`, `${hour(0)}/deeper/a.jsonl`, '2026/01/10/a.jsonl'];
    expect(
      planCaptures(
        others.map((name) => ({ name, size: 1 })),
        nothing,
      ).batches,
    ).toEqual([]);
    expect(hourOfCapture(object(0, 'a').name)).toBe(hour(0));
  });

  it('is looked for from the newest hour less a day, never before counting began', () => {
    expect(listedFrom('2026-01-01T00:30:00Z', undefined)).toBe('2026/01/01/00');
    expect(listedFrom('2026-01-01T00:30:00Z', hour(0))).toBe(hour(-LATE_HOURS));
    expect(listedFrom('2026-01-10T06:30:00Z', hour(0))).toBe('2026/01/10/06');
  });

  it('is remembered as long as it is listed', () => {
    const first = planCaptures([object(0, 'a'), object(1, 'a')], nothing).ledger;
    const next = planCaptures([object(LATE_HOURS + 1, 'a')], first).ledger;
    expect(Object.keys(next.hours)).toEqual([hour(1), hour(LATE_HOURS + 1)]);
  });

  it('is divided by the number and the size of its objects', () => {
    const many = planCaptures(
      Array.from({ length: 600 }, (_, i) => object(0, String(1000 + i))),
      nothing,
    );
    expect(many.batches.map(({ index, objects }) => [index, objects.length])).toEqual([
      [0, 250],
      [1, 250],
      [2, 100],
    ]);
    const large = [object(0, 'a', 20e6), object(0, 'b', 20e6), object(0, 'c', 50e6), object(0, 'd', 1)];
    expect(planCaptures(large, nothing).batches.map(({ objects }) => objects.length)).toEqual([1, 1, 1, 1]);
    expect(planCaptures([object(0, 'a', 10e6), object(0, 'b', 20e6)], nothing).batches).toHaveLength(1);
  });

  it('is counted once, in whatever order it arrives within a day, however little is counted at a time', () => {
    const arrival = fc.record({ hour: fc.nat(LATE_HOURS), file: fc.integer({ min: 10, max: 40 }), check: fc.nat(4) });
    fc.assert(
      fc.property(
        fc.uniqueArray(arrival, { selector: (a) => `${a.hour}-${a.file}`, maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        (arrivals, most) => {
          const counted: string[] = [];
          let ledger = nothing;
          for (let check = 0; check <= 4; check++) {
            const there = arrivals
              .filter((a) => a.check <= check)
              .map((a) => object(a.hour, String(a.file)))
              .toSorted((a, b) => (a.name < b.name ? -1 : 1));
            for (let more = true; more; ) {
              const from = listedFrom(hourStart(noon, -100), ledger.newest);
              const plan = planCaptures(
                there.filter(({ name }) => name > from),
                ledger,
                most,
              );
              expect(names(plan).length).toBeLessThanOrEqual(most);
              counted.push(...names(plan));
              ({ ledger, more } = plan);
            }
          }
          expect(counted.toSorted()).toEqual(arrivals.map((a) => object(a.hour, String(a.file)).name).toSorted());
        },
      ),
    );
  });
});
