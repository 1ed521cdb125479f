import { describe, expect, it } from 'vitest';
import { decideHistory } from '#domain/drift/replay/decisions';
import { judgeHistory } from '#domain/drift/replay/judge';
import { alarmLines, quietLine } from '#domain/drift/replay/summary';
import { driftSchema } from '#domain/drift/settings';
import { aWindow, estimateOf } from './a-window.ts';

const day = (n: number): string => new Date(Date.UTC(2026, 1, n)).toISOString();
const settingsOf = (decision: object) => driftSchema.parse({ schedule: 'rate(1 day)', minRows: 50, decision });

/** Windows of a day each; those whose estimate fell have a warning. */
const windows = (values: readonly number[], isTimed = true) =>
  values.map((value, i) =>
    judgeHistory(
      aWindow({
        name: `d${i}`,
        ...(isTimed ? { from: day(i + 1), to: day(i + 2) } : { from: undefined, to: undefined }),
        performance: estimateOf(value, value < 0.75),
      }),
      settingsOf({}),
    ),
  );
const alarmsOf = (values: readonly number[], decision: object, isTimed = true): boolean[] =>
  decideHistory(windows(values, isTimed), settingsOf(decision), []).map(({ alarm }) => alarm);

describe('windows of history, decided as checks are', () => {
  it('alarm one by one by default', () => {
    expect(alarmsOf([0.79, 0.6, 0.79, 0.6], {})).toEqual([false, true, false, true]);
  });

  it('alarm when as many of the last windows have a warning as the settings want', () => {
    expect(alarmsOf([0.79, 0.6, 0.79, 0.6, 0.6], { persistence: { k: 2, of: 2 } })).toEqual([
      false,
      false,
      false,
      false,
      true,
    ]);
  });

  it('do not repeat an alarm within its cooldown, which windows without times do not have', () => {
    expect(alarmsOf([0.6, 0.6, 0.6, 0.6], { cooldown: '2d' })).toEqual([true, false, true, false]);
    expect(alarmsOf([0.6, 0.6], { cooldown: '2d' }, false)).toEqual([true, true]);
  });

  it('find a slow drift that no window shows alone', () => {
    const falling = Array.from({ length: 60 }, (_, i) => 0.79 - Math.max(0, i - 30) * 0.0012 + (i % 2) * 0.002);
    const found = decideHistory(windows(falling), settingsOf({ slowDrift: 500 }), []);
    const first = found.findIndex(({ alarm }) => alarm);
    expect(first).toBeGreaterThan(30);
    expect(found[first]).toMatchObject({ decidedBy: 'slow-drift' });
    expect(alarmLines(found)[1]).toContain('getting worse slowly since');
    expect(alarmsOf(falling, {})).not.toContain(true);
  });

  it('say how many stayed quiet, and why', () => {
    const found = decideHistory(windows([0.6, 0.6, 0.79]), settingsOf({ persistence: { k: 2, of: 3 } }), []);
    expect(quietLine(found)).toBe(
      '1 window with a warning and no alarm, the first d0: 1 of the last 3 windows has a warning, and drift.decision.persistence wants 2.',
    );
    expect(quietLine(windows([0.6]))).toBeUndefined();
  });
});
