import { describe, expect, it } from 'vitest';
import { applyGates } from '#domain/gates/apply';
import { gateSchema } from '#domain/gates/registry';
import { sliceBound } from '#domain/gates/slice-bound';
import { sliceName } from '#domain/gates/slice-name';
import { sliceRatio } from '#domain/gates/slice-ratio';
import { sliceVsChampion } from '#domain/gates/slice-vs-champion';
import type { Evaluation } from '#schemas/records/evaluation';
import type { FairnessRecord, Slice, Slices } from '#schemas/records/slices';

/** The standard error of a value on the logit scale, for so many rows. */
const error = (value: number, rows: number): number => 1 / Math.sqrt(rows * value * (1 - value));

function slice(group: number, auc: number, rows: number, over: Partial<Slice> = {}): Slice {
  const half = 1.96 * Math.sqrt((auc * (1 - auc)) / rows);
  const estimate = { value: auc, low: auc - half, high: auc + half, error: error(auc, rows) };
  return {
    of: { column: 'sex', group },
    rows,
    metrics: { auc: estimate, log_loss: { ...estimate, error: half / auc / 1.96 } },
    ...over,
  };
}
const slices = (own: Slice[], over: Partial<Slices> = {}): Slices => ({
  columns: [
    { column: 'sex', values: ['Female', 'Male'], named: true },
    { column: 'region', values: ['secret'] },
  ],
  leastRows: 50,
  metric: 'auc',
  whole: 0.8,
  falseShare: 0.05,
  tested: own.length,
  slices: own,
  found: [],
  ...over,
});

const whole = { value: 0.8, low: 0.78, high: 0.82 };
const difference = { difference: 0.01, low: -0.01, high: 0.02, bounds: [] };
const champion = { metrics: { auc: whole }, differences: { auc: difference } };
function judge(gate: object, own: Partial<Evaluation>) {
  const evaluation = {
    task: 'binary',
    metrics: { auc: whole, log_loss: whole },
    n: 1000,
    champion,
    ...own,
  } as Evaluation;
  const [result] = applyGates({ gates: [gateSchema.parse(gate)], evaluation, champion: 'loans/7' }).gates;
  return result;
}

describe('a gate on each slice', () => {
  const sure = slices([slice(0, 0.6, 400), slice(1, 0.8, 600)]);

  it('fails where a group surely misses the bound, and names it', () => {
    expect(judge({ metric: 'auc', sliceBound: { min: 0.7 } }, { slices: sure })).toMatchObject({
      gate: 'auc ≥ 0.7 in each slice',
      kind: 'sliceBound',
      metric: 'auc',
      value: 0.6,
      bound: 0.7,
      passed: false,
      reason:
        '1 of 2 groups fails: at worst, auc is 0.6 (95 % interval 0.552 to 0.648) for sex Female with 400 rows; at least 0.7 is required in each.',
    });
  });

  it('passes where chance explains the miss, unless the value decides', () => {
    const few = { slices: slices([slice(0, 0.66, 60), slice(1, 0.8, 600)]) };
    const byInterval = judge({ metric: 'auc', sliceBound: { min: 0.7 } }, few);
    expect(byInterval).toMatchObject({ passed: true, value: 0.66 });
    expect(byInterval?.reason).toContain(', which chance explains; at least 0.7');
    expect(judge({ metric: 'auc', sliceBound: { min: 0.7, by: 'value' } }, few)).toMatchObject({ passed: false });
  });

  it('takes all groups together: what one group alone would fail by, many do not', () => {
    const alone = { slices: slices([slice(0, 0.7, 60)]) };
    const many = { slices: slices([slice(0, 0.7, 60), ...Array.from({ length: 30 }, () => slice(1, 0.9, 60))]) };
    const gate = { metric: 'auc', sliceBound: { min: 0.8 } };
    expect(judge(gate, alone)).toMatchObject({ passed: false });
    expect(judge(gate, many)).toMatchObject({ passed: true });
  });

  it('has a greatest value for a metric where lower is better', () => {
    const result = judge({ metric: 'log_loss', sliceBound: { max: 0.7 } }, { slices: sure });
    expect(result).toMatchObject({ gate: 'log_loss ≤ 0.7 in each slice', value: 0.8, passed: false });
    expect(judge({ metric: 'log_loss', sliceBound: { max: 0.9 } }, { slices: sure })).toMatchObject({ passed: true });
  });

  it('does not judge small groups, wide intervals and other columns, and says how many it left out', () => {
    const own = slices(
      [
        slice(0, 0.3, 20, { small: true, metrics: {} }),
        slice(0, 0.3, 60),
        slice(1, 0.9, 900),
        slice(1, 0.9, 900, { metrics: {} }),
      ],
      { widest: 0.1 },
    );
    const result = judge({ metric: 'auc', sliceBound: { min: 0.7, by: 'value' } }, { slices: own });
    expect(result).toMatchObject({ passed: true });
    expect(result?.reason).toBe(
      'None of 1 group fails: at worst, auc is 0.9 (95 % interval 0.8804 to 0.9196) for sex Male with 900 rows; at least 0.7 is required in each. 3 groups have too few rows to be judged.',
    );
    const other = judge({ metric: 'auc', sliceBound: { min: 0.7, columns: ['region'] } }, { slices: own });
    expect(other).toMatchObject({ passed: false, value: null, interval: null });
    expect(other?.reason).toContain('no group has 50 rows');
  });

  it('does not say of a group whose error is not known that it surely misses', () => {
    const { error: _, ...estimate } = slice(0, 0.5, 60).metrics['auc'] ?? { value: 0, low: 0, high: 0 };
    const own = { slices: slices([slice(0, 0.5, 60, { metrics: { auc: estimate } }), slice(1, 0.9, 60)]) };
    expect(judge({ metric: 'auc', sliceBound: { min: 0.7 } }, own)).toMatchObject({ passed: true });
    expect(judge({ metric: 'auc', sliceRatio: { min: 0.9 } }, own)).toMatchObject({ passed: true });
    expect(judge({ metric: 'auc', sliceBound: { min: 0.7, by: 'value' } }, own)?.reason).toMatch(
      /^1 of 2 groups fails/,
    );
    const two = { slices: slices([slice(0, 0.3, 400), slice(1, 0.31, 400, {})]) };
    expect(judge({ metric: 'auc', sliceBound: { min: 0.7 } }, two)?.reason).toMatch(/^2 of 2 groups fail: /);
  });

  it('compares with all rows by their ratio, the other way round where lower is better', () => {
    expect(judge({ metric: 'auc', sliceRatio: { min: 0.9 } }, { slices: sure })).toMatchObject({
      gate: 'auc in each slice ≥ 0.9 × all rows',
      bound: expect.closeTo(0.72, 12),
      passed: false,
    });
    expect(judge({ metric: 'auc', sliceRatio: { min: 0.7 } }, { slices: sure })).toMatchObject({ passed: true });
    const errors = { slices: slices([slice(0, 0.95, 4000), slice(1, 0.8, 600)]) };
    expect(judge({ metric: 'log_loss', sliceRatio: { min: 0.9 } }, errors)).toMatchObject({
      gate: 'log_loss in each slice ≤ 1.111 × all rows',
      value: 0.95,
      passed: false,
    });
  });

  it('leaves out a group in which the metric is not defined, and knows nothing of a metric of another version', () => {
    const own = { slices: slices([slice(0, 0.6, 400, { metrics: {} }), slice(1, 0.8, 600)]) };
    expect(judge({ metric: 'auc', sliceRatio: { min: 0.9 } }, own)?.reason).toContain('1 group has too few rows');
    const old = { metric: 'gone', sliceBound: { min: 0.7, by: 'interval' as const, confidence: 0.95 } };
    const metrics = { gone: { value: 0.5, low: 0.4, high: 0.6, error: 0.01 } };
    const evaluation = { slices: slices([slice(0, 0.5, 90, { metrics })]), metrics: { gone: whole } } as never;
    const context = { evaluation, champion: undefined, metrics: [] };
    expect(sliceBound.judge(old, context)).toMatchObject({ passed: false, value: 0.5 });
    const ratio = { metric: 'gone', sliceRatio: { min: 0.9, by: 'interval' as const, confidence: 0.95 } };
    expect(sliceRatio.judge(ratio, context)).toMatchObject({ passed: false });
  });

  it.each(['sliceBound', 'sliceRatio', 'sliceVsChampion'])('%s says what to do where no group was measured', (kind) => {
    const settings = kind === 'sliceVsChampion' ? {} : { min: 0.7 };
    expect(() => judge({ metric: 'auc', [kind]: settings }, {})).toThrow(`gate ${kind}: the evaluation has no groups`);
  });

  it.each([{}, { min: 0.5, max: 0.6 }])('needs one bound: %j is refused', (bounds) => {
    expect(gateSchema.safeParse({ metric: 'auc', sliceBound: bounds }).success).toBe(false);
  });
});

describe('a gate on each slice against the champion', () => {
  const gate = { metric: 'auc', sliceVsChampion: { notWorseBy: 0.02 } };
  const against = (lost: number, spread: number): Slice['champion'] => ({
    rows: 300,
    metrics: {},
    differences: { auc: { difference: -lost, low: -lost - 2 * spread, high: -lost + 2 * spread, error: spread } },
  });
  const own = (...champions: Slice['champion'][]) => ({
    slices: slices(champions.map((one, i) => slice(i, 0.8, 300, one ? { champion: one } : {}))),
  });

  it('fails where the candidate is surely worse in a group', () => {
    expect(judge(gate, own(against(0.1, 0.01), against(-0.01, 0.01)))).toMatchObject({
      gate: 'auc − champion ≥ −0.02 in each slice',
      metric: 'auc',
      value: -0.1,
      bound: -0.02,
      passed: false,
      reason: expect.stringContaining('auc − champion is −0.1'),
    });
  });

  it('passes where it is no worse, where chance explains it, and where the models agree', () => {
    expect(judge(gate, own(against(0.01, 0.01)))).toMatchObject({ passed: true });
    expect(judge(gate, own(against(0.03, 0.02)))).toMatchObject({ passed: true });
    expect(judge({ metric: 'auc', sliceVsChampion: {} }, own(against(0, 0), undefined))).toMatchObject({
      passed: true,
      bound: 0,
    });
  });

  it('is shown with the sign of the difference, or without a point where nothing was compared', () => {
    const result = judge(gate, own(against(0.1, 0.01)));
    if (!result) throw new Error('the gate was not judged');
    expect(sliceVsChampion.show(result)).toEqual({ signed: true, point: -0.1 });
    expect(sliceVsChampion.show({ ...result, value: null })).toEqual({ signed: true, point: undefined });
    const elsewhere = own({ rows: 300, metrics: {}, differences: {} }, against(0, 0.01));
    expect(judge(gate, elsewhere)?.reason).toMatch(/^None of 1 group fails/);
  });

  it('passes where nothing can be compared, and says why', () => {
    expect(judge(gate, { ...own(undefined), champion: undefined } as never)).toMatchObject({
      passed: true,
      value: null,
    });
    expect(judge(gate, own(undefined))?.reason).toContain('No group has enough rows');
    const apart = { ...own(undefined), comparison: { rows: 3, notJudged: 'too few rows' } };
    expect(judge(gate, apart)?.reason).toBe('Not compared with loans/7: too few rows.');
  });
});

describe('the name of a group', () => {
  const { columns } = slices([]);
  it('shows no value of a file', () => {
    expect(sliceName(columns, [{ column: 'region', group: 0 }])).toBe('region group 1');
    expect(sliceName(columns, [{ column: 'other', group: 1 }])).toBe('other group 2');
    expect(
      sliceName(columns, [
        { column: 'sex', group: 1 },
        { column: 'region', group: 0 },
      ]),
    ).toBe('sex Male and region group 1');
  });
  it('shows bins and periods', () => {
    const bins = [
      { column: 'age', values: ['below 25', '25 and above'], edges: [25] },
      { column: 'opened', values: ['2026'], unit: 'year' as const },
    ];
    expect(
      sliceName(bins, [
        { column: 'age', group: 1 },
        { column: 'opened', group: 0 },
      ]),
    ).toBe('age 25 and above and opened 2026');
  });
});

describe('a gate on bias', () => {
  const record = (over: Partial<FairnessRecord> = {}): FairnessRecord => ({
    column: 'sex',
    disadvantaged: 'sex Female',
    advantaged: 'the others',
    favourable: '1',
    rows: { advantaged: 600, disadvantaged: 400, neither: 0 },
    metrics: { DI: { value: 0.7, low: 0.6, high: 0.8 }, CI: { value: 0.2, low: 0.1, high: 0.3 } },
    notMeasured: { FT: 'it needs the nearest rows' },
    ...over,
  });
  const fairness = [record(), record({ column: 'race', metrics: { DI: { value: 1.4, low: 1.2, high: 1.6 } } })];

  it.each([
    [{ metric: 'DI', min: 0.8, max: 1.25 }, false, 0.8],
    [{ metric: 'DI', min: 0.6 }, true, 0.6],
    [{ metric: 'DI', min: 0.6, max: 0.75 }, true, 0.75],
    [{ metric: 'DI', min: 0.69, max: 1 }, true, 0.69],
    [{ metric: 'CI', max: 0.1 }, false, 0.1],
    [{ metric: 'DI', min: 0.8, max: 1.25, column: 'race' }, false, 1.25],
  ])('judges %j: %s', (gate, passed, bound) => {
    expect(judge({ fairness: gate }, { fairness })).toMatchObject({ kind: 'fairness', passed, bound });
  });

  it('says between whom, and how sure it is', () => {
    expect(judge({ fairness: { metric: 'DI', min: 0.8, max: 1.25 } }, { fairness })).toMatchObject({
      gate: 'DI by sex ≥ 0.8 and ≤ 1.25',
      reason:
        'Disparate Impact between sex Female and the others is 0.7 (95 % interval 0.6 to 0.8); ≥ 0.8 and ≤ 1.25 is required.',
    });
  });

  it('does not pass what was not measured', () => {
    const of = (metric: string, max = 1) => judge({ fairness: { metric, max } }, { fairness });
    expect(of('FT')).toMatchObject({ passed: false, value: null, reason: expect.stringContaining('nearest rows') });
    expect(of('GE')).toMatchObject({ passed: false, reason: expect.stringContaining('earlier version') });
    expect(() => judge({ fairness: { metric: 'DI', min: 1 } }, {})).toThrow('no bias was measured; list the column');
    expect(() => judge({ fairness: { metric: 'DI', min: 1, column: 'age' } }, { fairness })).toThrow('measured by age');
  });

  it('needs a bound', () => {
    expect(gateSchema.safeParse({ fairness: { metric: 'DI' } }).success).toBe(false);
  });
});
