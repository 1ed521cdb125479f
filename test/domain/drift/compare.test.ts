import { describe, expect, it } from 'vitest';
import { buildBaseline, buildWindow, mergeWindows, type RowsInput } from '#domain/drift/baseline';
import { compareWindow } from '#domain/drift/compare';
import { ks } from '#domain/drift/ks';
import { thresholdsOf } from '#domain/drift/registry';
import { driftSchema } from '#domain/drift/settings';
import { EvaluationError } from '#domain/errors';
import { createRandom, type Random } from '#domain/random';
import {
  baselineSchema,
  driftReportSchema,
  type Histogram,
  type Window,
  windowSchema,
} from '#schemas/records/baseline';

const fill = (rows: number, draw: () => number) => Float64Array.from({ length: rows }, draw);

/** Rows of a made-up market: amount, zero-inflated fees, a rare flag, gaps, a category, a constant, and a score. */
function market(random: Random, rows: number, shift: { amount?: number; score?: number } = {}): RowsInput {
  return {
    rows,
    columns: [
      { column: 'amount', kind: 'number', values: fill(rows, () => random.normal() + (shift.amount ?? 0)) },
      { column: 'fees', kind: 'number', values: fill(rows, () => (random.float() < 0.9 ? 0 : random.float())) },
      { column: 'flag', kind: 'number', values: fill(rows, () => (random.float() < 0.02 ? 1 : 0)) },
      {
        column: 'age',
        kind: 'number',
        values: fill(rows, () => (random.float() < 0.05 ? Number.NaN : random.float())),
      },
      { column: 'home', kind: 'category', values: Array.from({ length: rows }, () => `h${random.below(4)}`) },
      { column: 'version', kind: 'number', values: fill(rows, () => 2) },
    ],
    scores: { task: 'binary', values: fill(rows, () => random.float() ** (1 + (shift.score ?? 0))) },
  };
}

const limits = { thresholds: thresholdsOf(driftSchema.parse({ schedule: 'rate(1 day)' })), minRows: 50 };
const baseline = buildBaseline(market(createRandom(1), 8000));
const compare = (window: Window, change: Partial<typeof limits> = {}) =>
  compareWindow({ baseline, window, ...limits, ...change });

/** Replaces one column of an unshifted window. */
const withColumn = (column: string, values: Float64Array): Window => {
  const rows = market(createRandom(2), values.length);
  const columns = rows.columns.map((own) =>
    own.column === column ? { column, kind: 'number' as const, values } : own,
  );
  return buildWindow(baseline, { ...rows, columns });
};

describe('compareWindow', () => {
  it('stores baseline, window and report as JSON', () => {
    const window = buildWindow(baseline, market(createRandom(3), 500));
    expect(baselineSchema.parse(JSON.parse(JSON.stringify(baseline)))).toEqual(baseline);
    expect(windowSchema.parse(JSON.parse(JSON.stringify(window)))).toEqual(window);
    expect(driftReportSchema.parse(JSON.parse(JSON.stringify(compare(window))))).toEqual(compare(window));
  });

  it('raises an alarm on at most one in a hundred windows without drift, small or large', () => {
    const random = createRandom(5);
    for (const [rows, repeats] of [
      [50, 200],
      [200, 200],
      [2000, 60],
    ] as const) {
      let alarms = 0;
      for (let i = 0; i < repeats; i++) {
        if (compare(buildWindow(baseline, market(random, rows))).drifted) alarms += 1;
      }
      expect(alarms / repeats, `${rows} rows`).toBeLessThanOrEqual(0.01);
    }
  });

  it('tests a window of just enough rows and none that is smaller or empty', () => {
    const window = (rows: number) => buildWindow(baseline, market(createRandom(4), rows));

    expect(compare(window(50))).toMatchObject({ rows: 50, tooSmall: false });
    expect(compare(window(49))).toMatchObject({ rows: 49, tooSmall: true, columns: [], drifted: false });
    expect(compare(window(1), { minRows: 0 }).tooSmall).toBe(false);
    expect(compare(window(0), { minRows: 0 }).tooSmall).toBe(true);
  });

  it('names the column that moved, with numbers', () => {
    const report = compare(buildWindow(baseline, market(createRandom(6), 1000, { amount: 0.8 })));
    expect(report).toMatchObject({ drifted: true, tooSmall: false, rows: 1000, driftedColumns: ['amount'] });
    expect(report.columns[0]?.reason).toMatch(
      /^PSI 0\.\d+ is over 0\.\d+, KS 0\.\d+ is over 0\.1, .*Wasserstein 0\.\d+ is over 0\.25; most of it: values .* went from [\d.]+ % to [\d.]+ % of the rows\.$/,
    );
    expect(report.columns[1]?.reason).toMatch(
      /^PSI 0\.\d+ is within 0\.\d+, KS 0\.\d+ is within 0\.1, .*Range 0 is within 0\.01\.$/,
    );
  });

  it('sees a shift of the score alone, and does not list it among the columns', () => {
    const report = compare(buildWindow(baseline, market(createRandom(7), 1000, { score: 1 })));
    expect(report.score?.drifted).toBe(true);
    expect(report).toMatchObject({ drifted: true, driftedColumns: [] });
  });

  it('calls a shift small that is more than chance and less than the thresholds', () => {
    const report = compare(buildWindow(baseline, market(createRandom(6), 60_000, { amount: 0.1 })));
    expect(report.drifted).toBe(false);
    expect(report.columns[0]?.reason).toMatch(/^PSI .*; more than chance, but too small to matter\.$/);
    expect(report.columns[0]?.tests['ks']?.p).toBeLessThan(1e-6);
    expect(report.columns[1]?.reason).not.toContain('chance, but');
  });

  it('calls an effect in a small window that is above a threshold what it may be: chance', () => {
    const even = compare(buildWindow(baseline, market(createRandom(11), 50)));
    expect(even.drifted).toBe(false);
    expect(even.columns.map(({ reason }) => reason).join(' ')).toContain('may be chance');
  });

  it('finds less where fewer false alarms are allowed', () => {
    const window = buildWindow(baseline, market(createRandom(6), 150, { amount: 0.5 }));
    const at = (falseAlarmRate: number) => compareWindow({ baseline, window, ...limits, falseAlarmRate }).drifted;
    expect([at(0.05), at(1e-9)]).toEqual([true, false]);
  });

  it('catches a column that was constant at training as soon as it moves', () => {
    const random = createRandom(8);
    const moving = withColumn(
      'version',
      fill(1000, () => (random.float() < 0.1 ? 2.001 : 2)),
    );
    const report = compare(moving);
    expect(report.driftedColumns).toEqual(['version']);
    expect(report.columns[5]?.reason).toContain('values above the training maximum went from 0 % to');
    const falling = compare(
      withColumn(
        'version',
        fill(1000, () => 1),
      ),
    );
    expect(falling.columns[5]?.reason).toContain('values below the training minimum went from 0 % to 100 %');
  });

  it.each<[string, number, RegExp]>([
    ['age', Number.NaN, /missing values went from [\d.]+ % to 100 %/],
    ['flag', 1, /values from 0\.5 up went from [\d.]+ % to 100 %/],
    ['fees', 0.99, /values from 0\.\d+ up went from/],
    ['amount', -2, /values below −1\.\d+ went from/],
    ['amount', 0.05, /values from −?0\.\d+ to 0\.\d+ went from/],
    ['amount', 99, /values above the training maximum went from 0 % to 100 %/],
  ])('tells in words which values of %s moved when all become %d', (column, value, words) => {
    const window = withColumn(column, new Float64Array(500).fill(value));
    expect(compare(window).columns.find((own) => own.column === column)?.reason).toMatch(words);
  });

  it('judges missing values though no distance can be measured', () => {
    const report = compare(
      withColumn(
        'age',
        fill(500, () => Number.NaN),
      ),
    );
    expect(Object.keys(report.columns[3]?.tests ?? {})).toEqual([
      'psi',
      'chiSquare',
      'jensenShannon',
      'missing',
      'range',
    ]);
    expect(report.driftedColumns).toEqual(['age']);
  });

  it('judges categories: a new one, a vanished one, one that grew', () => {
    const window = (home: string) => {
      const rows = market(createRandom(2), 400);
      const values = Array.from({ length: 400 }, () => home);
      const columns = rows.columns.map((own) =>
        own.column === 'home' ? { column: 'home', kind: 'category' as const, values } : own,
      );
      return compare(buildWindow(baseline, { ...rows, columns })).columns[4];
    };
    expect(window('boat')).toMatchObject({ drifted: true, kind: 'category' });
    expect(window('boat')?.reason).toContain('other categories went from 0 % to 100 %');
    expect(window('h1')?.reason).toContain('category "h1" went from');
    expect(Object.keys(window('h1')?.tests ?? {})).toEqual(['psi', 'chiSquare', 'jensenShannon', 'unseen', 'missing']);
  });

  it('sees values in a column that had none at training, and gaps where every value was alike', () => {
    const rows = (values: Float64Array): RowsInput => ({
      rows: 500,
      columns: [{ column: 'x', kind: 'number', values }],
    });
    const never = buildBaseline(rows(fill(500, () => Number.NaN)));
    const filled = compareWindow({ baseline: never, window: buildWindow(never, rows(fill(500, () => 1))), ...limits });
    expect(filled.columns[0]?.reason).toContain('values in a column that had none at training went from 0 % to 100 %');
    const gaps = buildBaseline(rows(fill(500, () => Number.NaN).fill(1, 0, 50)));
    const constant = compareWindow({ baseline: gaps, window: buildWindow(gaps, rows(fill(500, () => 1))), ...limits });
    expect(constant.columns[0]?.reason).toContain('values within the training range went from 10 % to 100 %');
  });

  it('does not judge a window that is too small', () => {
    const report = compare(buildWindow(baseline, market(createRandom(3), 49, { amount: 9 })));
    expect(report).toEqual({ rows: 49, tooSmall: true, columns: [], drifted: false, driftedColumns: [] });
    expect(compare(buildWindow(baseline, market(createRandom(3), 0)), { minRows: 0 }).tooSmall).toBe(true);
  });

  it('orders drifted columns by how far they moved', () => {
    const rows = market(createRandom(2), 500, { amount: 0.6 });
    const columns = rows.columns.map((own) =>
      own.column === 'version' ? { column: 'version', kind: 'number' as const, values: fill(500, () => 3) } : own,
    );
    expect(compare(buildWindow(baseline, { ...rows, columns })).driftedColumns).toEqual(['version', 'amount']);
  });

  it('compares without scores when either side has none', () => {
    const { scores: _, ...bare } = market(createRandom(3), 500);
    expect(compare(buildWindow(baseline, bare))).not.toHaveProperty('score');
    const silent = buildBaseline(bare);
    const report = compareWindow({
      baseline: silent,
      window: buildWindow(silent, market(createRandom(4), 500)),
      ...limits,
    });
    expect(report).not.toHaveProperty('score');
  });

  it('has no drift in a column that no test applies to', () => {
    const report = compareWindow({ baseline, window: buildWindow(baseline, market(createRandom(5), 500)), ...limits }, [
      ks,
    ]);
    expect(report.columns[4]).toEqual({
      column: 'home',
      kind: 'category',
      tests: {},
      drifted: false,
      reason: 'No test applies.',
    });
    const category = baseline.columns[4] as Histogram;
    expect(ks.measure(category, category)).toBeUndefined();
  });

  it('refuses a window in other bins', () => {
    const window = buildWindow(baseline, market(createRandom(3), 500));
    expect(() => compare({ ...window, columns: window.columns.slice(1) })).toThrow(
      /window has 5 columns, the baseline 6/,
    );
    expect(() => compare({ ...window, columns: window.columns.toReversed() })).toThrow(
      /differ in their bins: count it with buildWindow/,
    );
  });
});

describe('buildWindow', () => {
  it('matches columns by name and leaves others aside', () => {
    const rows = market(createRandom(3), 100);
    const extra = { column: 'new', kind: 'number' as const, values: new Float64Array(100) };
    expect(buildWindow(baseline, { ...rows, columns: [extra, ...rows.columns.toReversed()] })).toEqual(
      buildWindow(baseline, rows),
    );
  });

  it('refuses a missing column, a column of another kind, and a score of another kind', () => {
    const rows = market(createRandom(3), 100);
    const refused = (change: Partial<RowsInput>) => () => buildWindow(baseline, { ...rows, ...change });
    expect(refused({ columns: rows.columns.slice(1) })).toThrow(/lacks column amount/);
    const text = { column: 'amount', kind: 'category' as const, values: [] };
    expect(refused({ columns: [text, ...rows.columns.slice(1)] })).toThrow(
      /amount is a number in the baseline, a category in the window/,
    );
    const classes = { task: 'multiclass' as const, values: new Float64Array(200), classes: ['a', 'b'] };
    expect(refused({ scores: classes })).toThrow(EvaluationError);
  });

  it('counts predicted classes for a multiclass model', () => {
    const scores = {
      task: 'multiclass' as const,
      values: Float64Array.of(0.2, 0.8, 0.9, 0.1, 0.6, 0.4),
      classes: ['no', 'yes'],
    };
    const own = buildBaseline({ rows: 3, columns: [], scores });
    expect(own.score).toMatchObject({ kind: 'category', categories: ['no', 'yes'], counts: [2, 1, 0] });
    expect(buildWindow(own, { rows: 3, columns: [], scores }).score).toEqual(own.score);
  });
});

describe('mergeWindows', () => {
  const part = (seed: number, rows: number) => buildWindow(baseline, market(createRandom(seed), rows));

  it('is associative and commutative', () => {
    const [a, b, c] = [part(1, 30), part(2, 40), part(3, 50)];
    expect(mergeWindows(mergeWindows(a, b), c)).toEqual(mergeWindows(a, mergeWindows(b, c)));
    expect(mergeWindows(a, b)).toEqual(mergeWindows(b, a));
    expect(mergeWindows(a, b).rows).toBe(70);
  });

  it('merges windows without scores, and refuses to mix', () => {
    const { score: _, ...silent } = part(1, 30);
    expect(mergeWindows(silent, silent)).not.toHaveProperty('score');
    expect(() => mergeWindows(silent, part(2, 30))).toThrow(EvaluationError);
    expect(() => mergeWindows({ ...silent, columns: [] }, silent)).toThrow(/differ in their columns/);
  });
});
