import { describe, expect, it } from 'vitest';
import { fairnessSchema } from '#domain/fairness/settings';
import { type FairnessInput, measureFairness } from '#domain/slices/fairness';
import { judgeSlices } from '#domain/slices/judge';
import { fairnessRecordSchema } from '#schemas/records/slices';
import { binaryRows, bootstrap, settings } from './rows.ts';

const classes = ['repaid', 'defaulted'];
const { judged, columns, age } = binaryRows(600, 31);
const inputs = { rows: 600, width: 1, values: Float64Array.from(age.values, Number) };
function measured(fairness: object, over: Partial<FairnessInput> = {}) {
  const own = fairnessSchema.parse({ column: 'sex', disadvantaged: ['Female'], ...fairness });
  const record = measureFairness({ judged, classes, columns, settings: own, bootstrap, inputs, ...over });
  return fairnessRecordSchema.parse(JSON.parse(JSON.stringify(record)));
}

describe('bias between facets', () => {
  it('is measured by every metric, with intervals, and with the champion’s', () => {
    const record = measured({ group: ['region'] });
    expect(Object.keys(record.metrics)).toHaveLength(21);
    expect(record.notMeasured).toEqual({});
    expect(record).toMatchObject({ favourable: 'defaulted', group: ['region'], disadvantaged: 'sex Female' });
    const { advantaged, disadvantaged, neither } = record.rows;
    expect(record.metrics['CI']?.value).toBeCloseTo((advantaged - disadvantaged) / 600, 12);
    expect(neither).toBe(0);
    for (const [name, { value, low, high }] of Object.entries(record.metrics)) {
      expect(low, name).toBeLessThanOrEqual(high);
      expect(Number.isFinite(value)).toBe(true);
    }
    // both models are one on these rows; neighbours are known for the candidate alone
    expect(record.champion?.metrics['DPPL']).toEqual(record.metrics['DPPL']);
    expect(record.champion?.metrics).not.toHaveProperty('FT');
    expect(record.champion?.metrics).not.toHaveProperty('CI');
  });

  it('says why a metric was not measured', () => {
    const record = measured({}, { inputs: undefined });
    expect(record.notMeasured).toEqual({
      CDDL: 'it needs a group variable: evaluation.fairness.group',
      CDDPL: 'it needs a group variable: evaluation.fairness.group',
      FT: 'it needs the nearest rows of the other facet, and there are none',
    });
    const nobody = measured({ disadvantaged: ['x'] });
    expect(nobody.metrics).not.toHaveProperty('DPL');
    expect(nobody.notMeasured['DPL']).toBe('the rows do not define it');
    expect(measured({ column: 'gone' }).metrics).toEqual({});
  });

  it('turns round with the favourable label', () => {
    const [defaulting, repaying] = [measured({}), measured({ favourable: 'repaid' })];
    expect(repaying.metrics['DPL']?.value).toBeCloseTo(-(defaulting.metrics['DPL']?.value ?? 0), 12);
    expect(repaying.metrics['RD']?.value).toBeCloseTo(-(defaulting.metrics['SD']?.value ?? 0), 12);
    expect(measured({ favourable: ['repaid'] })).toEqual(repaying);
  });

  it('refuses a favourable class that the label does not have', () => {
    expect(() => measured({ favourable: 'paid' })).toThrow(
      'evaluation.fairness of sex: no class is favourable; name one of repaid, defaulted',
    );
  });

  it('counts rows that are of neither facet', () => {
    const record = measured({ column: 'region', disadvantaged: ['north'], advantaged: ['west'] });
    expect(record.rows.neither).toBeGreaterThan(50);
  });

  it('is compared with the champion on the rows that this was not trained on, if there are any', () => {
    const half = Uint8Array.from(judged.labels, (_, row) => row % 2);
    expect(measured({}, { judged: { ...judged, comparable: half } }).champion?.rows).toBe(300);
    expect(measured({}, { judged: { ...judged, comparable: new Uint8Array(600) } }).champion).toBeUndefined();
    expect(measured({}, { judged: { ...judged, champion: undefined } }).champion).toBeUndefined();
  });

  it('takes several classes, and numbers beyond a threshold', () => {
    const three = Float64Array.from({ length: 1800 }, (_, i) => {
      const score = judged.candidate[Math.floor(i / 3)] as number;
      return [1 - score, score * 0.7, score * 0.3][i % 3] as number;
    });
    const many = { ...judged, task: 'multiclass' as const, classes: 3, candidate: three, champion: undefined };
    const record = measured({ favourable: ['b', 'c'] }, { judged: many, classes: ['a', 'b', 'c'] });
    expect(record.favourable).toBe('b, c');
    expect(record.metrics['DI']?.value).toBeGreaterThan(0);
    const number = { ...judged, task: 'regression' as const, classes: 0, champion: undefined };
    const above = measured({ favourable: { above: 0.4 } }, { judged: number, classes: [] });
    expect(above.favourable).toBe('above 0.4');
    expect(above.metrics['DPL']?.value).toBeCloseTo(measured({}).metrics['DPL']?.value ?? 0, 12);
  });
});

describe('the part of an evaluation that needs slices', () => {
  const common = {
    thresholds: { candidate: 0.5, champion: 0.5 },
    task: 'binary' as const,
    classes,
    holdout: judged,
    isComparable: true,
    columns,
    inputs,
  };
  const evaluation = {
    gates: [{ fairness: {} }, { metric: 'pr_auc', min: 0.1 }],
    bootstrap,
    slices: settings,
  };

  it('goes by the metric of the first gate that has one', () => {
    const fairness = [fairnessSchema.parse({ column: 'sex', disadvantaged: ['Female'] })];
    const result = judgeSlices({ ...common, evaluation: { ...evaluation, fairness } });
    expect(result.slices?.metric).toBe('pr_auc');
    expect(result.fairness).toHaveLength(1);
    expect(result.slices?.slices[0]?.champion).toBeDefined();
  });

  it('compares with no champion where the two cannot be compared, and is empty without slice columns', () => {
    const apart = judgeSlices({ ...common, evaluation, isComparable: false });
    expect(apart.slices?.slices[0]?.champion).toBeUndefined();
    expect(judgeSlices({ ...common, evaluation, columns: [] })).toEqual({});
  });
});
