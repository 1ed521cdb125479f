import { describe, expect, it } from 'vitest';
import { featureSelectSql } from '#domain/data/transform';
import { number } from '#domain/encodings/number';
import { fitScaled, type ScaledFeature, scaledFeature, scalingQuantiles } from '#domain/encodings/scaled';
import { double } from '#domain/sql/literals';
import { testEngine } from '../../fakes/data-run.ts';

const moments = { count: 4, mean: 5, m2: 36 };
const none = new Map<number, number>();
const quartiles = new Map([
  [0.25, 3],
  [0.5, 4],
  [0.75, 8],
]);
/** The quantiles of these values, at the shares that are asked for. */
const quantilesOf = (values: readonly number[], shares: readonly number[]) =>
  new Map(
    shares.map((share) => [share, values[Math.min(values.length - 1, Math.floor(share * values.length))] as number]),
  );
const scaled = (power: 'none' | 'log' | 'yeo-johnson', scale: 'none' | 'standard' | 'robust', quantiles = none) =>
  fitScaled('x', null, { power, scale }, moments, quantiles);

async function encode(feature: ScaledFeature, values: readonly (number | null)[]): Promise<unknown[]> {
  using engine = await testEngine();
  const list = values.map((value) => (value === null ? 'NULL' : double(value))).join(', ');
  const sql = featureSelectSql({ features: [feature] }, `(SELECT unnest([${list}]::DOUBLE[]) AS x)`);
  return (await engine.query('encode', sql)).map((row) => row['x0']);
}

describe('a scaled number', () => {
  it('has a mean of 0 and a deviation of 1', async () => {
    const feature = scaled('none', 'standard');
    expect(feature).toEqual({
      kind: 'scaled',
      name: 'x',
      source: 'x',
      fill: null,
      power: { kind: 'none' },
      center: 5,
      spread: 3,
    });
    expect(await encode(feature, [2, 5, 8, null])).toEqual([-1, 0, 1, null]);
    expect(await encode({ ...feature, fill: 11 }, [null])).toEqual([2]);
  });

  it('has its quartiles one apart, whatever the outliers', async () => {
    expect(await encode(scaled('none', 'robust', quartiles), [4, 9, -1])).toEqual([0, 1, -1]);
  });

  it('is made even first', async () => {
    const feature = scaled('log', 'robust', new Map([...quartiles].map(([share, x]) => [share, Math.expm1(x)])));
    expect(feature).toMatchObject({ power: { kind: 'log' } });
    expect(feature.center).toBeCloseTo(4, 9);
    expect(feature.spread).toBeCloseTo(5, 9);
    const [encoded] = await encode(scaled('log', 'none'), [Math.E - 1]);
    expect(encoded).toBeCloseTo(1, 12);
  });

  it('has a mean of 0 and a deviation of 1 after the power too', () => {
    const values = Array.from({ length: 500 }, (_, i) => Math.exp(i / 50));
    const settings = { power: 'log', scale: 'standard' } as const;
    const { center, spread } = fitScaled('x', null, settings, moments, quantilesOf(values, scalingQuantiles(settings)));
    const even = values.map((x) => (Math.log1p(x) - center) / spread);
    const mean = even.reduce((sum, x) => sum + x / even.length, 0);
    expect(mean).toBeCloseTo(0, 9);
    expect(even.reduce((sum, x) => sum + (x - mean) ** 2 / even.length, 0)).toBeCloseTo(1, 9);
  });

  it('has the exponent that makes its quantiles most normal', () => {
    const settings = { power: 'yeo-johnson', scale: 'none' } as const;
    const values = Array.from({ length: 500 }, (_, i) => Math.expm1(i / 100));
    const { power } = fitScaled('x', null, settings, moments, quantilesOf(values, scalingQuantiles(settings)));
    expect(power).toMatchObject({ kind: 'yeo-johnson' });
    // the logarithm of these is uniform
    expect(power.kind === 'yeo-johnson' && Math.abs(power.lambda)).toBeLessThan(0.2);
  });

  it('that does not vary, or of which nothing is known, is not divided', () => {
    expect(
      fitScaled('x', null, { power: 'none', scale: 'standard' }, { count: 3, mean: 7, m2: 0 }, none),
    ).toMatchObject({
      center: 7,
      spread: 1,
    });
    expect(scaled('none', 'robust')).toMatchObject({ center: 5, spread: 1 });
    expect(scaled('yeo-johnson', 'standard')).toMatchObject({ power: { kind: 'yeo-johnson', lambda: 1 }, spread: 1 });
    const overflowing = new Map([
      [0.25, 1e300],
      [0.5, 1e300],
      [0.75, 1.5e308],
    ]);
    const own = fitScaled('x', null, { power: 'none', scale: 'robust' }, moments, overflowing);
    expect(Number.isFinite(own.spread)).toBe(true);
    const unknown = { count: 2, mean: Number.POSITIVE_INFINITY, m2: 0 };
    expect(fitScaled('x', null, { power: 'none', scale: 'standard' }, unknown, none)).toMatchObject({ center: 0 });
    const wide = new Map([
      [0.25, -1.5e308],
      [0.5, 0],
      [0.75, 1.5e308],
    ]);
    expect(fitScaled('x', null, { power: 'none', scale: 'robust' }, moments, wide)).toMatchObject({
      center: 0,
      spread: 1,
    });
  });

  it('is never infinite', async () => {
    const largest = 3.4028234663852886e38;
    const power = { kind: 'yeo-johnson', lambda: 3 } as const;
    const feature = { ...scaled('none', 'standard'), power, spread: 1e-300 };
    expect(await encode(feature, [1e308, -1e308, null])).toEqual([largest, -largest, null]);
  });

  it('needs the quantiles of its settings alone, and is watched as a number', () => {
    expect(scalingQuantiles({ power: 'none', scale: 'standard' })).toEqual([]);
    expect(scalingQuantiles({ power: 'log', scale: 'none' })).toEqual([]);
    expect(scalingQuantiles({ power: 'log', scale: 'standard' })).toHaveLength(500);
    expect(scalingQuantiles({ power: 'yeo-johnson', scale: 'robust' })).toHaveLength(503);
    expect(scaledFeature.watched()).toEqual({ as: 'number', transformed: true });
  });

  it('is what a number becomes by its settings', () => {
    const profile = { kind: 'number', missing: 1, trainMissing: 1, train: { ...moments, min: 0, max: 9 } } as const;
    const settings = { impute: 'median', indicator: true, power: 'none', scale: 'robust' } as const;
    expect(number.fit('x', settings, profile, quartiles)).toEqual({
      features: [
        { kind: 'scaled', name: 'x', source: 'x', fill: 4, power: { kind: 'none' }, center: 4, spread: 5 },
        { kind: 'missing', name: 'x:missing', source: 'x' },
      ],
    });
    expect(number.quantiles(settings)).toEqual([0.5, 0.25, 0.5, 0.75]);
  });
});
