import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { repeats, spent } from '#domain/drift/decision/alarms';
import { columnHistory, meanEffect, rowsThatMoved } from '#domain/drift/decision/columns';
import { decide } from '#domain/drift/decision/decide';
import { describeLoss, explainDecision } from '#domain/drift/decision/explain';
import { decisionSettings, decisionSettingsSchema } from '#domain/drift/decision/settings';
import { createRandom } from '#domain/random';
import { column, day, decideAll, driftSettings, estimated, itemOf, measured, outside, worse } from './support.ts';

const moved = [column('income', 0.5), column('term', 0.01)];
const togetherDrifted = {
  column: 'all columns together',
  tests: { domainClassifier: { statistic: 0.8, threshold: 0.6, p: 0.0001, drifted: true } },
  drifted: true,
  reason: 'Classifier AUC 0.8 is over 0.6.',
  rows: 500,
  columns: 4,
  causes: [],
  leftOut: [],
};

describe('the settings', () => {
  it('of a pipeline without any keep what a check alone decides', () => {
    const defaults = { persistence: { k: 1, of: 1 }, cooldown: '0h', retrains: { most: 2, per: '30d' } };
    expect(decisionSettings(undefined)).toEqual({ ...defaults, slowDrift: undefined });
    const given = decisionSettingsSchema.parse({ persistence: { k: 2, of: 3 }, retrains: {}, slowDrift: 500 });
    expect(decisionSettings(given)).toEqual({ ...defaults, persistence: { k: 2, of: 3 }, slowDrift: 500 });
  });

  it.each([
    { persistence: { k: 3, of: 2 } },
    { cooldown: '3 days' },
    { retrains: { most: -1 } },
    { slowDrift: 1 },
    { unknown: 1 },
  ])('refuse %o', (settings) => {
    expect(decisionSettingsSchema.safeParse(settings).success).toBe(false);
  });
});

describe('a check', () => {
  it('alarms by default exactly where its window does', () => {
    const performances = fc.constantFrom(estimated(0.8), worse, outside, undefined);
    fc.assert(
      fc.property(fc.array(fc.tuple(performances, fc.boolean()), { minLength: 1, maxLength: 8 }), (windows) => {
        const checks = windows.map(([performance, drifted], i) =>
          measured(i + 1, { ...(performance ? { performance } : {}), columns: drifted ? moved : [] }),
        );
        const decided = decideAll(checks);
        expect(decided.map(({ alarm }) => alarm)).toEqual(checks.map(({ alarm }) => alarm));
        expect(decided.map(({ decidedBy }) => decidedBy)).toEqual(checks.map(({ decidedBy }) => decidedBy));
      }),
    );
  });

  it('alarms when two of the last three windows have a warning, and small windows do not count', () => {
    const bad = (i: number) => measured(i, { columns: moved });
    const small = (i: number) => measured(i, { columns: [], tooSmall: true });
    const checks = [bad(1), measured(2), small(3), bad(4), bad(5), measured(6), measured(7), bad(8)];

    const decided = decideAll(checks, { decision: { persistence: { k: 2, of: 3 } } });

    expect(decided.map(({ alarm }) => alarm)).toEqual([false, false, false, true, true, false, false, false]);
    expect(decided[0]?.decision.quiet).toBe(
      '1 of the last 3 windows has a warning, and drift.decision.persistence wants 2',
    );
    expect(decided[3]?.decision.persistence).toEqual({ bad: 2, windows: 3, needed: 2 });
    expect(decided[2]?.decision).toMatchObject({
      severity: 'none',
      reason: 'too few rows to judge: see drift.minRows',
    });
    const all = decideAll([bad(1), bad(2)], { decision: { persistence: { k: 3, of: 3 } } });
    expect(all[1]?.decision.quiet).toContain('2 of the last 3 windows have a warning');
  });

  it('says since when: the first of the consecutive windows', () => {
    const decided = decideAll([
      measured(1),
      measured(2, { columns: [column('income', 0.5)] }),
      measured(3, { columns: [column('income', 0.6), column('term', 0.9)] }),
      measured(4, { tooSmall: true }),
      measured(5, { columns: [column('income', 0.7)], score: column('score', 0.5) }),
      measured(6, { columns: [column('income', 0.1)] }),
    ]);

    expect(decided.map(({ decision }) => decision.since)).toEqual([
      undefined,
      day(1),
      day(1),
      undefined,
      day(1),
      undefined,
    ]);
    expect(decided[2]?.decision.drifting).toEqual([
      { column: 'income', since: day(1) },
      { column: 'term', since: day(2) },
    ]);
    expect(decided[4]?.columns).toMatchObject([{ column: 'income', effect: 0.7, since: day(1) }]);
    expect(decided[4]?.score).toMatchObject({ column: 'score', since: day(4) });
    expect(decided[4]?.decision.reason).toBe('1 of 1 column drifted, and the scores');
    expect(decided[5]?.decision).toMatchObject({ severity: 'none', reason: 'no drift', drifting: [] });
  });

  it('stops at a ground of an alarm that it does not know', () => {
    const check = { ...measured(1, { columns: moved }), decidedBy: 'of-another-version' as never };
    expect(() => decideAll([check])).toThrow('There is no rule for this ground of an alarm.');
  });

  it('counts the columns that were watched, reported or not', () => {
    const coverage = { watched: 40, notWatched: [] };
    const [decided] = decideAll([measured(1, { columns: moved, coverage })]);
    expect(decided?.decision.reason).toBe('1 of 40 columns drifted');
  });

  it('says that drift did no harm', () => {
    const [decided] = decideAll([measured(1, { performance: estimated(0.8), columns: moved })]);
    expect(decided).toMatchObject({ alarm: false, decision: { severity: 'note' } });
    expect(decided?.decision.reason).toContain('columns drifted, and that gives no reason for an alarm');
    expect(decided?.decision.loss).toMatchObject({ metric: 'auc', lost: 0 });
  });

  it('of a new model has no history, and knows how the model before did', () => {
    const old = { runId: 'r1' };
    const first = measured(1, { ...old, performance: estimated(0.8) });
    const small = measured(2, { ...old, tooSmall: true });
    const decided = decideAll(
      [first, small, measured(3, { performance: worse }), measured(4, { performance: worse })],
      { decision: { persistence: { k: 2, of: 2 } } },
    );

    expect(decided[2]?.carried).toEqual({
      retrains: [],
      former: { runId: 'r1', severity: 'none', estimated: true },
      firstFrom: day(2),
    });
    expect(decided[3]?.carried).toMatchObject({ firstFrom: day(2), former: { runId: 'r1' } });
    expect(decided.map(({ alarm }) => alarm)).toEqual([false, false, false, true]);
    expect(decided[3]?.decision.since).toBe(decided[3]?.carried.firstFrom);
  });

  it('does not take the checks of a model for its own that served before and serves again', () => {
    const bad = measured(1, { performance: worse });
    const [before] = decideAll([bad]);
    if (!before) throw new Error('no decision');
    const next = measured(9, { performance: worse });
    const again = decide({
      check: next,
      drift: driftSettings(),
      slices: [],
      history: [itemOf(bad, before, [day(1)])],
      promotedAt: day(5),
    });
    expect(again.decision.since).toBe(day(8));
    expect(again.carried).toMatchObject({ firstFrom: day(8), retrains: [day(1)], former: { runId: 'r2' } });
  });

  it('of the first model has none before it, however small its windows were', () => {
    const decided = decideAll([measured(1, { runId: 'r1', tooSmall: true }), measured(2)]);
    expect(decided[1]?.carried).toEqual({ retrains: [], firstFrom: day(1) });
  });
});

describe('the cooldown', () => {
  const settings = { decision: { cooldown: '3d' } };
  const alarms = (checks: Parameters<typeof decideAll>[0]) => decideAll(checks, settings).map(({ alarm }) => alarm);

  it('repeats an alarm after it is over, and not before', () => {
    const checks = [1, 2, 3, 4, 5].map((i) => measured(i, { performance: worse }));
    expect(alarms(checks)).toEqual([true, false, false, true, false]);
    expect(decideAll(checks, settings)[1]?.decision.quiet).toBe(
      `it was reported at ${day(1)}, and drift.decision.cooldown is 3d`,
    );
  });

  it('ends for a greater severity, another ground, another column and another model', () => {
    const critical = estimated(0.6, { low: 0.55, high: 0.65, alarm: true });
    const two = [column('income', 0.5), column('term', 0.9)];
    expect(alarms([measured(1, { performance: worse }), measured(2, { performance: critical })])).toEqual([true, true]);
    expect(alarms([measured(1, { performance: critical }), measured(2, { performance: worse })])).toEqual([
      true,
      false,
    ]);
    expect(alarms([measured(1, { performance: worse }), measured(2, { performance: outside })])).toEqual([true, true]);
    expect(alarms([measured(1, { columns: moved }), measured(2, { columns: two })])).toEqual([true, true]);
    expect(alarms([measured(1, { columns: two }), measured(2, { columns: moved })])).toEqual([true, false]);
    expect(alarms([measured(1, { columns: moved, runId: 'r1' }), measured(2, { columns: moved })])).toEqual([
      true,
      true,
    ]);
    const scores = { columns: [], drifted: true, alarm: true, score: column('score', 0.9) };
    expect(alarms([measured(1, scores), measured(2, scores)])).toEqual([true, false]);
    const whole = { ...scores, score: undefined, together: togetherDrifted };
    expect(alarms([measured(1, scores), measured(2, whole), measured(3, whole)])).toEqual([true, true, false]);
    const [first, second] = decideAll([measured(1, whole), measured(2, whole)]);
    expect(first?.decision.reason).toContain('columns drifted, and all columns together');
    expect(second?.together).toMatchObject({ test: 'Classifier AUC', drifted: true, since: first?.decision.since });
    expect(second?.decision.drifting).toEqual([{ column: 'all columns together', since: first?.decision.since }]);
  });

  it('of no time repeats every alarm', () => {
    const at = { at: day(1), severity: 'warning', subject: ['a'] } as const;
    expect(repeats({ ...at, subject: ['a'] }, at, '0h')).toBeUndefined();
    expect(repeats(undefined, at, '3d')).toBeUndefined();
  });
});

it('counts the retrains of a period alone', () => {
  expect(spent([day(1), day(10), day(39)], day(40), '30d')).toEqual([day(39)]);
  expect(spent([day(1), day(11)], day(40), '30d')).toEqual([day(11)]);
});

describe('slow drift', () => {
  const slowly = (random = createRandom(3)) =>
    Array.from({ length: 80 }, (_, i) =>
      measured(i + 1, { performance: estimated(0.8 - 0.0004 * Math.max(0, i - 20) + 0.004 * random.normal()) }),
    );
  const settings = { decision: { slowDrift: 500 } };

  it('alarms where each window is quiet', () => {
    expect(decideAll(slowly()).some(({ alarm }) => alarm)).toBe(false);

    const decided = decideAll(slowly(), settings);
    const alarm = decided.findIndex((own) => own.alarm);

    expect(alarm).toBeGreaterThan(20);
    expect(decided[alarm]).toMatchObject({
      decidedBy: 'slow-drift',
      decision: { severity: 'warning', slow: { found: true } },
    });
    expect(decided[alarm]?.decision.since).toBe(decided[alarm]?.decision.slow?.since);
    expect(decided[alarm]?.decision.reason).toMatch(
      /^the estimate of auc has been getting worse slowly since 2026-.*: the sum of \d+ windows is .*, and the limit is 4\.\d+$/,
    );
  });

  it('is not held back by persistence, but by the cooldown', () => {
    const persistent = { decision: { slowDrift: 500, persistence: { k: 3, of: 3 }, cooldown: '300d' } };
    const alarms = decideAll(slowly(), persistent).filter(
      ({ alarm, decidedBy }) => alarm && decidedBy === 'slow-drift',
    );
    expect(alarms).toHaveLength(1);
  });

  it('keeps the ground of a window that alarms by itself', () => {
    const checks = [...slowly().slice(0, 40), measured(41, { performance: worse })];
    expect(decideAll(checks, settings).at(-1)).toMatchObject({ alarm: true, decidedBy: 'performance' });
  });

  it('follows the effects of the columns where there is no estimate, beyond what chance gives', () => {
    const checks = Array.from({ length: 40 }, (_, i) =>
      measured(i + 1, { columns: [column('income', 0.01 * (1 + ((i * 7) % 3)) + (i > 25 ? 0.03 : 0), false)] }),
    );
    const decided = decideAll(checks, settings);
    const alarm = decided.find((own) => own.alarm);
    expect(alarm).toMatchObject({ decidedBy: 'slow-drift', decision: { slow: { series: 'columns' } } });
    expect(alarm?.decision.reason).toContain('the columns have been moving away slowly since');
  });

  it('passes over windows without a value', () => {
    const decided = decideAll(
      [
        measured(1, { performance: estimated(0.8) }),
        measured(2, { performance: outside }),
        measured(3, { tooSmall: true, performance: estimated(0.7) }),
        measured(4, { performance: estimated(0.79) }),
      ],
      settings,
    );
    expect(decided.map(({ decision }) => decision.slow?.windows)).toEqual([1, 1, 1, 2]);
    expect(decideAll([measured(1)], settings)[0]?.decision).not.toHaveProperty('slow');
    const byColumns = { ...settings, performance: { decides: false } };
    const check = measured(1, { performance: outside, columns: moved });
    expect(decideAll([check], byColumns)[0]?.decision.slow?.series).toBe('columns');
  });
});

describe('a column', () => {
  it('without a test has no effect, and one that cannot be chance has a probability that can be stored', () => {
    const none = { column: 'x', kind: 'number', tests: {}, drifted: false, reason: '' } as const;
    expect(columnHistory(none, day(1), undefined)).toEqual({
      column: 'x',
      test: 'none',
      effect: 0,
      threshold: 0,
      drifted: false,
    });
    expect(meanEffect([none], 0.2)).toBeUndefined();
    const sure = { ...none, tests: { psi: { statistic: 3, threshold: 0.2, p: 1e-200, drifted: true } }, drifted: true };
    expect(columnHistory(sure, day(1), undefined)).toMatchObject({ p: 0, effect: 3 });
    const former = { ...none, tests: { psi: { statistic: 0.3, threshold: 0.25, drifted: true } }, drifted: true };
    expect(columnHistory(former, day(1), undefined)).not.toHaveProperty('p');
    expect(meanEffect([none, former], 0.2)).toBeCloseTo(0.25, 12);
  });
});

describe('the rows that moved', () => {
  const coverage = { watched: 1, notWatched: [{ reason: 'requests hold …', count: 1, columns: ['region'] }] };

  it.each([
    [
      'the slice that moved most',
      ['term', 'income'],
      'of the slices, income moved most (PSI 0.5); its values are in the record of the check',
    ],
    ['that no slice moved', ['term'], 'no slice moved (term)'],
    [
      'that the window does not hold the slices',
      ['region'],
      'the window does not hold the slice columns (region): drops do (drift.source: newest-drop)',
    ],
    ['that there are no slices', [], 'the pipeline has no slice columns that could name the rows'],
  ])('are %s', (_, slices, text) => {
    expect(rowsThatMoved(slices, moved, coverage)).toBe(text);
  });

  it('are unknown where a column moved by a test that is gone', () => {
    const gone = { ...column('home', 0.9), tests: {} };
    expect(rowsThatMoved(['home'], [gone], undefined)).toBe('no slice moved (home)');
  });
});

describe('an explanation', () => {
  it('has a line for each thing that is known', () => {
    const columns = Array.from({ length: 7 }, (_, i) => column(`c${i}`, 0.5));
    const checks = [1, 2].map((i) => measured(i, { performance: worse, columns }));
    const [, decided] = decideAll(checks, {
      decision: { slowDrift: 500, persistence: { k: 2, of: 3 }, cooldown: '1h' },
    });
    if (!decided) throw new Error('no decision');
    expect(Object.fromEntries(explainDecision(decided.decision))).toEqual({
      severity: 'warning',
      since: '2026-01-01 00:00 UTC',
      windows: '2 of the last 2 with a warning, 2 for an alarm',
      'estimated loss': '0.1 of auc (12.5 %, 95 % interval 2.5 % to 22.5 % of its value on the holdout)',
      'slow drift': expect.stringMatching(/^0 after 2 windows, 4\.\d+ for an alarm$/),
      columns: `${[0, 1, 2, 3, 4].map((i) => `c${i} since 2026-01-01 00:00 UTC`).join(', ')} and 2 more`,
      rows: 'the pipeline has no slice columns that could name the rows',
    });
  });

  it('of a quiet check says why it is quiet, and no more than is known', () => {
    const [, decided] = decideAll(
      [1, 2].map((i) => measured(i, { performance: worse })),
      { decision: { cooldown: '3d' } },
    );
    const lines = decided ? explainDecision(decided.decision) : [];
    expect(lines.map(([name]) => name)).toEqual(['severity', 'since', 'estimated loss']);
    expect(lines[0]?.[1]).toContain('warning; no alarm: it was reported at');
    const loss = { metric: 'auc', lost: -0.01, share: -0.0125, least: -0.03, most: 0.01 };
    expect(describeLoss(loss)).toBe('−0.01 of auc (−1.3 %, 95 % interval −3 % to 1 % of its value on the holdout)');
  });
});
