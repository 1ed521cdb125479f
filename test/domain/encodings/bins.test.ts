import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnSchema } from '#domain/data/column-schema';
import { featureSelectSql } from '#domain/data/transform';
import { bins } from '#domain/encodings/bins';
import type { Fitted } from '#domain/encodings/encoding';
import { double } from '#domain/sql/literals';
import type { FittedFeature } from '#schemas/records/fitted-transform';
import { testEngine } from '../../fakes/data-run.ts';

const settings = { impute: 'none', indicator: false, bins: 4, as: 'position' } as const;
const profile = (min: number | null, max: number | null, trainMissing = 0) =>
  ({ kind: 'number', missing: trainMissing, trainMissing, train: { count: 9, mean: 3, m2: 1, min, max } }) as const;
const cuts = (...values: number[]) => new Map(values.map((value, i) => [(i + 1) / 4, value]));
const inputs = (fitted: Fitted): readonly string[] | string =>
  'features' in fitted ? fitted.features.map(({ name }) => name) : fitted.dropped;
const featuresOf = (fitted: Fitted): readonly FittedFeature[] => ('features' in fitted ? fitted.features : []);

async function encode(features: readonly FittedFeature[], values: readonly (number | null)[]): Promise<unknown[][]> {
  using engine = await testEngine();
  const list = values.map((value) => (value === null ? 'NULL' : double(value))).join(', ');
  const sql = featureSelectSql({ features: [...features] }, `(SELECT unnest([${list}]::DOUBLE[]) AS x)`);
  return (await engine.query('encode', sql)).map((row) => features.map((_, i) => row[`x${i}`]));
}

describe('quantile bins', () => {
  it('are positions between cuts, and an end belongs to its bin', async () => {
    const fitted = bins.fit('x', settings, profile(0, 9, 1), cuts(2, 4, 6));
    expect(fitted).toEqual({ features: [{ kind: 'bin', name: 'x', source: 'x', edges: [2, 4, 6], fill: null }] });
    expect(await encode(featuresOf(fitted), [-5, 2, 2.1, 4, 6, 7, 99, null])).toEqual(
      [0, 0, 1, 1, 2, 3, 3, null].map((position) => [position]),
    );
  });

  it('are fewer where many rows have the same value', () => {
    const edges = (low: number, high: number, ...values: number[]) =>
      featuresOf(bins.fit('x', settings, profile(low, high), cuts(...values))).map((own) => own['edges']);
    expect(edges(0, 9, 0, 0, 6)).toEqual([[0, 6]]);
    // most rows have the largest value: the cut is at the smallest
    expect(edges(0, 9, 9, 9, 9)).toEqual([[0]]);
    expect(edges(0, 9)).toEqual([[0]]);
  });

  it('are an input each, and missing is one more', async () => {
    const fitted = bins.fit('x', { ...settings, as: 'onehot' }, profile(0, 9, 1), cuts(2, 4, 4));
    expect(inputs(fitted)).toEqual(['x: up to 2', 'x: over 2 up to 4', 'x: over 4', 'x:missing']);
    expect(await encode(featuresOf(fitted), [2, 3, 5, null])).toEqual([
      [1, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 1],
    ]);
    expect(
      bins.features[1].watched({ kind: 'within', name: 'n', source: 'x', over: 2, upTo: null, fill: null }),
    ).toEqual({
      as: 'indicator',
      category: 'over 2',
      transformed: true,
    });
  });

  it('put a missing value into the bin of what replaces it', async () => {
    const quantiles = new Map([...cuts(2, 4, 6), [0.5, 4]] as const);
    const position = bins.fit('x', { ...settings, impute: 'median', indicator: true }, profile(0, 9, 1), quantiles);
    expect(inputs(position)).toEqual(['x', 'x:missing']);
    expect(await encode(featuresOf(position), [null])).toEqual([[1, 1]]);
    const each = bins.fit('x', { ...settings, impute: 'zero', as: 'onehot' }, profile(1, 9, 1), cuts(2, 4, 6));
    expect(await encode(featuresOf(each), [null])).toEqual([[1, 0, 0, 0]]);
  });

  it('are not used where there is one value, or none', () => {
    expect(inputs(bins.fit('x', settings, profile(3, 3), cuts(3, 3, 3)))).toBe('the same value in every training row');
    expect(inputs(bins.fit('x', settings, profile(null, null, 9), new Map()))).toBe('every training row lacks a value');
    // what replaces a missing value is another one
    expect(inputs(bins.fit('x', { ...settings, impute: -1 }, profile(3, 3, 1), cuts(3, 3, 3)))).toEqual(['x']);
    expect(inputs(bins.fit('x', { ...settings, indicator: true }, profile(3, 3, 1), cuts(3, 3, 3)))).toEqual([
      'x:missing',
    ]);
  });

  it('need their cuts, and leave a value missing only as a position that nothing replaces', () => {
    expect(bins.quantiles(settings)).toEqual([0.25, 0.5, 0.75]);
    expect(bins.quantiles({ ...settings, impute: 'median', bins: 2 })).toEqual([0.5, 0.5]);
    expect(bins.leavesMissing(settings)).toBe(true);
    expect(bins.leavesMissing({ ...settings, as: 'onehot' })).toBe(false);
    expect(bins.leavesMissing({ ...settings, impute: 'mean' })).toBe(false);
    expect(bins.features[0].watched()).toEqual({ as: 'number', transformed: true });
  });

  it('rise with the number, and all inputs of a number but one are zero', async () => {
    const number = fc.double({ min: -1e3, max: 1e3, noNaN: true });
    await fc.assert(
      fc.asyncProperty(fc.array(number, { minLength: 2, maxLength: 20 }), async (values) => {
        const sorted = values.toSorted((a, b) => a - b);
        const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] as number;
        const of = profile(sorted[0] as number, sorted.at(-1) as number);
        const own = cuts(at(0.25), at(0.5), at(0.75));
        const position = featuresOf(bins.fit('x', settings, of, own));
        if (position.length === 0) return;
        const positions = (await encode(position, sorted)).map(([first]) => Number(first));
        expect(positions).toEqual(positions.toSorted((a, b) => a - b));
        const each = featuresOf(bins.fit('x', { ...settings, as: 'onehot' }, of, own));
        for (const row of await encode(each, values)) expect(row.filter((set) => set === 1)).toHaveLength(1);
      }),
      { numRuns: 8 },
    );
  });

  it('are what a pipeline asks for, and have no settings of another encoding', () => {
    const problem = (fields: object) =>
      columnSchema.safeParse({ role: 'feature', type: 'number', ...fields }).error?.issues[0]?.message;
    expect(problem({ encode: 'bins', bins: 5 })).toBeUndefined();
    expect(problem({ encode: 'bins', scale: 'robust' })).toBe(
      'has no effect on bins: set encode: number, or remove it',
    );
    expect(problem({ bins: 5 })).toBe('has no effect on number: set encode: bins, or remove it');
  });
});
