import { describe, expect, it } from 'vitest';
import { measureDrift } from '#functions/use-cases/measure-drift';
import { driftCheckSchema } from '#schemas/records/drift-check';
import { type CapturedRun, capturedRun } from '../support/captured-run.ts';
import { countAll } from '../support/count-captures.ts';

const memoryMb = 1024;
const checkedAt = '2026-01-15T00:00:00.000Z';

/** Counts what is new, then measures. */
async function check({ clean, artifacts, store }: CapturedRun, at = checkedAt) {
  const counted = await countAll({ clean, artifacts, store }, at);
  const ports = { clean, artifacts, store, memoryMb };
  return driftCheckSchema.parse(await measureDrift(ports, { pipeline: 'loan', checkedAt: at, counted }));
}
/** The rows with `x` moved far out. */
const moved = (lines: readonly string[]) => lines.map((line) => line.replace(/^[^,]+/, (x) => String(Number(x) + 500)));
/** Captures the same rows at noon of some days of January. */
async function askOn(own: CapturedRun, days: readonly number[], rows: readonly string[]): Promise<void> {
  for (const day of days) await own.ask(`2026-01-${String(day).padStart(2, '0')}T12:00:00Z`, 'a', rows);
}

describe('a check that compares with earlier windows', () => {
  it('of a rolling length sees what is new since then, and not what was so before', async () => {
    using own = await capturedRun({ reference: { kind: 'rolling', length: '3d' } });
    await askOn(own, [11, 12, 13, 14], moved(own.lines));

    expect(await check(own)).toMatchObject({
      drifted: false,
      reference: {
        kind: 'rolling',
        rows: 3 * own.lines.length,
        from: '2026-01-11T00:00:00.000Z',
        to: '2026-01-14T00:00:00.000Z',
      },
    });
    await askOn(own, [15], own.lines);
    expect(await check(own, '2026-01-16T00:00:00.000Z')).toMatchObject({ drifted: true, driftedColumns: ['x'] });
  });

  it('of the same weekday leaves out the days between', async () => {
    using own = await capturedRun({ reference: { kind: 'season', period: '7d', periods: 1 } });
    await askOn(own, [7, 14], moved(own.lines));
    await askOn(own, [8, 9, 10, 11, 12, 13], own.lines);

    expect(await check(own)).toMatchObject({
      drifted: false,
      reference: { kind: 'season', rows: own.lines.length, from: '2026-01-07T00:00:00.000Z' },
    });
  });

  it('weighs how few rows they have: the same shift may be chance', async () => {
    const few = { reference: { kind: 'rolling', length: '24h' }, minRows: 2, window: '24h' };
    const shifted = async (before: number) => {
      using own = await capturedRun(few);
      const c = own.lines.map((line) => line.replace(/,[01],[01],[01]$/, ',1,0,0'));
      await askOn(own, [13], own.lines.slice(0, before));
      await askOn(own, [14], [...c.slice(0, 20), ...own.lines.slice(20, 40)]);
      const { columns, reference } = await check(own);
      expect(reference).toMatchObject({ kind: 'rolling', rows: before });
      return columns.find(({ column }) => column === 'c')?.tests['psi']?.p ?? 1;
    };

    expect(await shifted(6)).toBeGreaterThan(await shifted(40));
  });

  it.each([
    [
      'they begin before the model went into service',
      { kind: 'rolling', length: '28d' },
      'are counted since 2026-01-01',
    ],
    ['they have few rows', { kind: 'rolling', length: '2d' }, 'the reference has 0 rows, fewer than drift.minRows'],
  ])('falls back to the training rows when %s', async (_, reference, reason) => {
    using own = await capturedRun({ reference });
    await askOn(own, [14], moved(own.lines));

    const answer = await check(own);

    expect(answer).toMatchObject({ drifted: true, reference: { kind: 'training' } });
    expect(answer.reference?.fellBack).toContain(reason);
    expect(await own.artifacts.readText(answer.reportKey)).toContain(reason);
  });

  it('looks at none for a window that is too small', async () => {
    using own = await capturedRun({ reference: { kind: 'rolling', length: '28d' } });
    await askOn(own, [14], own.lines.slice(0, 3));
    const { tooSmall, reference } = await check(own);
    expect(tooSmall).toBe(true);
    expect(reference).not.toHaveProperty('fellBack');
  });
});

describe('a check of a model with an embedding', () => {
  it('finds that it moved as a whole, beside the holdout and beside earlier windows', async () => {
    using own = await capturedRun({ reference: { kind: 'rolling', length: '24h' }, window: '24h' }, 'binary', {
      embedding: true,
    });
    // the two numbers of the embedding are the last inputs: the second one of the window follows the first
    const turned = own.lines.map((line) => line.replace(/([^,]+),[^,]+$/, '$1,$1'));
    await askOn(own, [11], own.lines);
    await askOn(own, [12, 13, 14], turned);

    const first = await check(own, '2026-01-12T00:00:00.000Z');
    const moved = await check(own, '2026-01-13T00:00:00.000Z');
    const later = await check(own, '2026-01-14T00:00:00.000Z');

    const found = (of: typeof first) => of.columns.find(({ kind }) => kind === 'embedding');
    expect([first.reference?.kind, found(first)?.drifted]).toEqual(['training', false]);
    expect([moved.reference?.kind, found(moved)?.drifted]).toEqual(['rolling', true]);
    expect(moved.driftedColumns).toContain('text');
    expect([later.reference?.kind, found(later)?.drifted]).toEqual(['rolling', false]);
    expect(moved.coverage).toMatchObject({
      watched: 3,
      notWatched: expect.arrayContaining([
        { reason: 'part of the embedding text, which is watched as a whole', count: 2, columns: ['e0', 'e1'] },
      ]),
    });
  });
});

describe('a check without a capture', () => {
  it('tells once that there was none since the model went into service', async () => {
    using own = await capturedRun();
    const silent = await check(own);
    expect(silent).toMatchObject({ arrivals: 'never', notify: true, fellSilent: false, alarm: false });
    expect(await check(own)).toEqual(silent);
    expect(await check(own, '2026-01-16T00:00:00.000Z')).toMatchObject({ arrivals: 'never', notify: false });
  });

  it('waits until a new model has been in service for a window', async () => {
    using own = await capturedRun();
    await own.promote('r1', '2026-01-14T06:00:00.000Z');
    expect(await check(own)).toMatchObject({ arrivals: 'not-yet', notify: false });
    expect(await check(own, '2026-01-16T00:00:00.000Z')).toMatchObject({ arrivals: 'never', notify: true });
  });

  it('tells once that they stopped, and remembers that there were some', async () => {
    using own = await capturedRun();
    await askOn(own, [14], own.lines);
    expect(await check(own)).toMatchObject({ arrivals: 'arrived', notify: false });
    const stopped = await check(own, '2026-01-16T00:00:00.000Z');
    expect(stopped).toMatchObject({ arrivals: 'stopped', fellSilent: true, notify: true });
    const later = await check(own, '2026-01-17T00:00:00.000Z');
    expect(later).toMatchObject({ arrivals: 'stopped', fellSilent: false, notify: false });
    expect(await check(own, '2026-01-18T00:00:00.000Z')).toMatchObject({ arrivals: 'stopped', notify: false });
  });

  it('that could be read tells once what is damaged', async () => {
    using own = await capturedRun();
    const cut = await own.put('2026-01-14T12:00:00Z', 'cut', '{"captureData":');
    const answer = await check(own);
    expect(answer).toMatchObject({ arrivals: 'unreadable', notify: true, fellSilent: false, window: { rows: 0 } });
    expect(answer.unread).toEqual({ unusable: 0, damaged: 1, objects: 1, named: [cut] });
    await own.put('2026-01-15T12:00:00Z', 'cut', 'no JSON');
    expect(await check(own, '2026-01-16T00:00:00.000Z')).toMatchObject({ arrivals: 'unreadable', notify: false });
  });
});

it('captures of a model that was replaced while they were counted are not those of the next', async () => {
  using own = await capturedRun();
  await askOn(own, [14], own.lines);
  const { clean, artifacts, store } = own;
  const counted = await countAll(own, checkedAt);
  await own.promote('r1', '2026-01-14T06:00:00.000Z');
  const event = { pipeline: 'loan', checkedAt, counted };
  expect(await measureDrift({ clean, artifacts, store, memoryMb }, event)).toMatchObject({ window: { rows: 0 } });
});

it('a check that is tried again sees what it saw, although more was counted meanwhile', async () => {
  using own = await capturedRun();
  await askOn(own, [14], own.lines);
  const { clean, artifacts, store } = own;
  const counted = await countAll(own, checkedAt);
  const again = () => measureDrift({ clean, artifacts, store, memoryMb }, { pipeline: 'loan', checkedAt, counted });
  const first = await again();
  await own.ask('2026-01-14T13:00:00Z', 'b', moved(own.lines));
  await countAll(own, '2026-01-15T01:00:00.000Z');

  expect(await again()).toEqual(first);
});
