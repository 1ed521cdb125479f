import { describe, expect, it } from 'vitest';
import { compareWindow } from '#domain/drift/compare';
import { thresholdsOf } from '#domain/drift/registry';
import { decideHistory } from '#domain/drift/replay/decisions';
import { judgeHistory, strongestColumn } from '#domain/drift/replay/judge';
import { alarmLines, missedLine } from '#domain/drift/replay/summary';
import { driftSchema } from '#domain/drift/settings';
import { createRandom } from '#domain/random';
import { matrixOf, pairs } from '../joint/support.ts';
import { aWindow, estimateOf } from './a-window.ts';

const settings = driftSchema.parse({ schedule: 'rate(1 day)', minRows: 50 });
const judge = (own: Parameters<typeof aWindow>[0] = {}, drift = settings) => judgeHistory(aWindow(own), drift);
const realised = { value: 0.6, low: 0.55, high: 0.65 };

describe('a window of history', () => {
  it('is judged as a check judges it: the same columns, the same scores', () => {
    const input = aWindow({ shift: 1 });
    const found = judgeHistory(input, settings);
    const report = compareWindow({
      baseline: input.baseline,
      window: input.window,
      minRows: 50,
      thresholds: thresholdsOf(settings),
      falseAlarmRate: settings.falseAlarmRate,
    });
    expect(found).toMatchObject({
      rows: 1000,
      watched: 2,
      drifted: true,
      driftedColumns: report.driftedColumns,
      score: report.score,
      alarm: true,
      decidedBy: 'columns',
    });
    expect(found.strongest?.column).toBe('amount');
  });

  it('alarms by the estimate where there is one, unless the settings say otherwise', () => {
    expect(judge({ shift: 1, performance: estimateOf(0.79, false) })).toMatchObject({ alarm: false });
    const columns = driftSchema.parse({ ...settings, performance: { decides: false } });
    expect(judge({ shift: 1, performance: estimateOf(0.79, false) }, columns)).toMatchObject({ alarm: true });
  });

  it('is compared by rows too, and says why where it is not', () => {
    const random = createRandom(5);
    const [before, now] = [matrixOf(300, pairs(3, 0.9), random), matrixOf(200, pairs(3, -0.9), random)];
    const embeddings = [{ name: 'text', before, now }];
    const leftOut = [{ column: 'zip', reason: 'the model hardly uses it' }];
    const together = { columns: ['a', 'b', 'c'], before, now, leftOut, embeddings };
    const found = judgeHistory({ ...aWindow(), together }, settings);
    expect(found).toMatchObject({ watched: 3, driftedColumns: ['text'], together: { drifted: true, leftOut } });
    expect(judgeHistory({ ...aWindow(), together: 'no rows' }, settings)).toMatchObject({ notTogether: 'no rows' });
    const decided = decideHistory([found, judgeHistory({ ...aWindow(), together: 'no rows' }, settings)], settings, []);
    expect(decided.map(({ alarm }) => alarm)).toEqual([true, false]);
    expect(decided[0]?.decision?.drifting.map(({ column }) => column)).toEqual(['text', 'all columns together']);
  });

  it('with too few rows is not judged', () => {
    const found = judge({ rows: 10, name: 'a.csv', from: undefined, to: undefined });
    expect(found).toMatchObject({ name: 'a.csv', tooSmall: true, alarm: false });
    expect(found).not.toHaveProperty('strongest');
    expect(found).not.toHaveProperty('to');
  });

  it('has no strongest finding where no test applied to a column', () => {
    const column = { column: 'a', kind: 'number' as const, tests: {}, drifted: false, reason: 'No test applies.' };
    expect(strongestColumn([column], undefined)).toEqual({});
  });
});

describe('the alarms of a backtest', () => {
  it('are listed with when they come and why', () => {
    const lines = alarmLines([
      judge(),
      judge({ shift: 1 }),
      judge({ performance: estimateOf(0.6, true), to: '2026-02-08T06:00:00.000Z' }),
      judge({ shift: 1, name: 'late.csv', to: undefined }),
      judge({ rows: 10 }),
    ]);
    expect(lines).toEqual([
      '3 alarms in 4 windows; 1 window with too few rows to judge:',
      '  2026-02-08  amount drifted',
      '  2026-02-08T06:00Z  the estimate of auc is 0.6, and it was 0.8 on the holdout',
      '  late.csv  amount drifted',
    ]);
  });

  it('name how many columns drifted, or the scores alone', () => {
    const found = judge({ shift: 1 });
    expect(alarmLines([{ ...found, driftedColumns: ['amount', 'home', 'age'] }])[1]).toContain(
      'amount and 2 other columns drifted',
    );
    expect(alarmLines([{ ...found, driftedColumns: [] }])[1]).toContain('the scores drifted');
    const together = {
      column: 'all columns together',
      tests: {},
      drifted: true,
      reason: '',
      rows: 500,
      columns: 4,
      causes: [],
      leftOut: [],
    };
    expect(alarmLines([{ ...found, driftedColumns: [], together }])[1]).toContain('all columns together drifted');
    expect(alarmLines([judge()])).toEqual(['0 alarms in 1 window.']);
  });
});

describe('what the alarms missed', () => {
  const estimated = { performance: estimateOf(0.79, false), realised };

  it('are windows in which the labels show a worse model', () => {
    const line = missedLine([judge(estimated), judge({ ...estimated, name: 'next' })], 'auc');
    expect(line).toMatch(
      /^Without an alarm, auc was worse than on the holdout \(0\.8\) in 2 windows, from 2026-02-01 on/,
    );
    expect(line).toContain('docs/outcomes.md');
    expect(missedLine([judge({ ...estimated, shift: 1 })], 'auc')).toContain('performance.decides=false');
  });

  it('are none where the interval reaches the holdout, an alarm came, or nothing is known', () => {
    const fine = { ...estimated, realised: { ...realised, high: 0.81 } };
    const alarmed = { ...estimated, performance: estimateOf(0.6, true) };
    expect(missedLine([judge(fine), judge(alarmed), judge({ realised }), judge()], 'auc')).toBeUndefined();
  });

  it('count a lower error as better', () => {
    const low = { ...estimated, realised: { value: 0.6, low: 0.55, high: 0.65 } };
    expect(missedLine([judge(low)], 'log_loss')).toBeUndefined();
    expect(missedLine([judge({ ...low, realised: { value: 1, low: 0.9, high: 1.1 } })], 'log_loss')).toContain(
      'log_loss was worse',
    );
    expect(missedLine([judge(low)], 'of another version')).toContain('was worse');
  });
});
