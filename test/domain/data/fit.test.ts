import { describe, expect, test } from 'vitest';
import { fitTransform } from '#domain/data/fit';
import { DataQualityError } from '#domain/errors';
import { pipelineSchema } from '#schemas/pipeline';
import type { ColumnProfile, Moments, Profile } from '#schemas/records/profile';
import { smallPipeline } from '../../fakes/data-run.ts';

const none: Moments = { count: 0, mean: 0, m2: 0, min: null, max: null };
const side = (negatives: number, positives: number) => ({
  rows: negatives + positives,
  classes: [negatives, positives],
  label: none,
});
const numbers = (min: number | null, max: number | null, trainMissing = 0): ColumnProfile => ({
  kind: 'number',
  missing: trainMissing,
  trainMissing,
  train: min === null ? none : { count: 70 - trainMissing, mean: 3, m2: 1, min, max },
});
const categories = (counts: Record<string, number>, trainMissing = 0, rest = 0): ColumnProfile => ({
  kind: 'category',
  missing: trainMissing,
  trainMissing,
  counts: Object.entries(counts),
  rest,
});
const profileOf = (columns: Record<string, ColumnProfile>, sides: Partial<Profile['sides']> = {}): Profile => ({
  rows: 100,
  malformed: { rows: 0, reasons: [] },
  sides: { train: side(60, 10), validation: side(10, 5), test: side(10, 5), ...sides },
  columns,
});
const run = { pipeline: 'small', runId: 'r' };
const fitFrom = (
  columns: Record<string, unknown>,
  profile: Profile,
  { medians = {}, dataset = {}, rest = {} }: { medians?: Record<string, number>; dataset?: object; rest?: object } = {},
) =>
  fitTransform({
    run,
    pipeline: pipelineSchema.parse(smallPipeline({ columns, ...dataset }, rest as Record<string, unknown>)),
    profiles: [profile],
    quantiles: new Map(Object.entries(medians).map(([name, median]) => [name, new Map([[0.5, median]])])),
  }).fitted;
const number = { role: 'feature', type: 'number' };
const category = { role: 'feature', type: 'category' };
/** Keeps a fit alive whose columns under test are all dropped. */
const ballast = { z: number };
const ballastProfile = { z: numbers(0, 1) };

describe('fitting a number', () => {
  test('fills what is missing by the rule', () => {
    const fillOf = (impute: unknown) =>
      fitFrom({ x: { ...number, impute } }, profileOf({ x: numbers(0, 9, 5) }), { medians: { x: 4 } }).features;
    const feature = { kind: 'number', name: 'x', source: 'x' };
    expect(fillOf('median')).toEqual([{ ...feature, fill: 4 }]);
    expect(fillOf('mean')).toEqual([{ ...feature, fill: 3 }]);
    expect(fillOf('zero')).toEqual([{ ...feature, fill: 0 }]);
    expect(fillOf('none')).toEqual([{ ...feature, fill: null }]);
    expect(fillOf(-7)).toEqual([{ ...feature, fill: -7 }]);
  });
  test('adds an indicator only where something was missing', () => {
    const names = (missing: number) =>
      fitFrom({ x: { ...number, indicator: true } }, profileOf({ x: numbers(0, 9, missing) })).features.map(
        (f) => f.name,
      );
    expect(names(5)).toEqual(['x', 'x:missing']);
    expect(names(0)).toEqual(['x']);
  });
  test('drops it with a note when it is constant or never there', () => {
    const fitted = fitFrom(
      { a: number, b: number, ...ballast },
      profileOf({ a: numbers(5, 5), b: numbers(null, null, 70), ...ballastProfile }),
    );
    expect(fitted.dropped).toEqual([
      { column: 'a', reason: 'the same value in every training row' },
      { column: 'b', reason: 'every training row lacks a value' },
    ]);
    expect(fitted.features.map((f) => f.name)).toEqual(['z']);
  });
  test('keeps a constant whose gaps tell something', () => {
    const fitted = fitFrom({ a: { ...number, impute: 'none' } }, profileOf({ a: numbers(5, 5, 9) }));
    expect(fitted.features).toEqual([{ kind: 'number', name: 'a', source: 'a', fill: null }]);
  });
});

describe('fitting a category', () => {
  test('gives every category a feature, in an order that does not depend on counts', () => {
    const fitted = fitFrom({ c: category }, profileOf({ c: categories({ b: 1, a: 69 }) }));
    expect(fitted.features.map((f) => f.name)).toEqual(['c=a', 'c=b']);
  });
  test('keeps the most frequent ones and lets the rest share a feature', () => {
    const fitted = fitFrom(
      { c: { ...category, maxCategories: 2 } },
      profileOf({ c: categories({ a: 5, b: 50, c: 15 }) }),
    );
    expect(fitted.features.map((f) => f.name)).toEqual(['c=b', 'c=c', 'c:other']);
    expect(fitted.features.at(-1)).toMatchObject({ kind: 'other', known: ['b', 'c'] });
  });
  test('makes missing a category of its own, or the most frequent, or a given one', () => {
    const profile = profileOf({ c: categories({ a: 50, b: 10 }, 10) });
    expect(fitFrom({ c: category }, profile).features.map((f) => f.name)).toEqual(['c=a', 'c=b', 'c:missing']);
    const filled = (impute: unknown) =>
      fitFrom({ c: { ...category, impute } }, profile).features.map((f) => f.kind === 'equals' && f['orMissing']);
    expect(filled('mode')).toEqual([true, false]);
    expect(filled({ value: 'b' })).toEqual([false, true]);
  });
  test('codes by size when the categories are numbers, and by a given order', () => {
    const profile = profileOf({ c: categories({ '10': 30, '9': 40 }) });
    const order = (extra: object) => {
      const [feature] = fitFrom({ c: { ...category, encode: 'ordinal', ...extra } }, profile).features;
      return feature?.kind === 'ordinal' ? feature['order'] : undefined;
    };
    expect(order({})).toEqual(['9', '10']);
    expect(order({ order: ['low', 'high'] })).toEqual(['low', 'high']);
  });
  test('drops a single category', () => {
    const fitted = fitFrom({ c: category, ...ballast }, profileOf({ c: categories({ a: 70 }), ...ballastProfile }));
    expect(fitted.dropped.map((d) => d.column)).toEqual(['c']);
  });
});

describe('fitting the rest', () => {
  test('takes booleans and the parts of times', () => {
    const fitted = fitFrom(
      {
        b: { role: 'feature', type: 'boolean', impute: 'mode' },
        t: { role: 'feature', type: 'datetime', parts: ['hour', 'month'] },
      },
      profileOf({
        b: { kind: 'boolean', missing: 0, trainMissing: 0, trueCount: 40, falseCount: 30 },
        t: { kind: 'datetime', missing: 0, trainMissing: 0, min: '2025-01-01T00:00:00Z', max: '2025-02-01T00:00:00Z' },
      }),
    );
    expect(fitted.features).toMatchObject([{ name: 'b', fill: 1 }, { name: 't:hour' }, { name: 't:month' }]);
  });
  describe('a boolean', () => {
    const outcome = (trueCount: number, falseCount: number, trainMissing: number, impute?: string) => {
      const b = { kind: 'boolean' as const, missing: trainMissing, trainMissing, trueCount, falseCount };
      const column = { role: 'feature', type: 'boolean', ...(impute ? { impute } : {}) };
      const { features, dropped } = fitFrom({ b: column, ...ballast }, profileOf({ b, ...ballastProfile }));
      return features.find((f) => f.source === 'b')?.['fill'] ?? dropped[0]?.reason;
    };
    const constant = 'the same value in every training row';
    test('takes the more frequent value for a missing one, false when there is none', () => {
      expect([outcome(40, 30, 1, 'mode'), outcome(30, 40, 1, 'mode'), outcome(30, 30, 1, 'mode')]).toEqual([1, 0, 0]);
      expect(outcome(40, 30, 1, 'false')).toBe(0);
    });
    test('is constant unless a missing value becomes another one', () => {
      expect([outcome(9, 0, 0), outcome(0, 9, 0), outcome(9, 0, 1, 'mode'), outcome(0, 9, 1, 'false')]).toEqual(
        Array(4).fill(constant),
      );
      expect(outcome(9, 0, 1, 'false')).toBe(0);
      expect(outcome(0, 0, 9)).toBe('every training row lacks a value');
    });
    test('that is left missing varies with what is missing', () => {
      const b = { kind: 'boolean' as const, missing: 1, trainMissing: 1, trueCount: 9, falseCount: 0 };
      expect(fitFrom({ b: { role: 'feature', type: 'boolean' } }, profileOf({ b })).features).toEqual([
        { kind: 'boolean', name: 'b', source: 'b', fill: null },
      ]);
    });
  });
  describe('a category', () => {
    const reason = (profile: ColumnProfile, extra: object = {}) =>
      fitFrom({ c: { ...category, ...extra }, ...ballast }, profileOf({ c: profile, ...ballastProfile })).dropped[0]
        ?.reason;
    test('is dropped when no training row has one', () => {
      expect(reason(categories({}, 70))).toBe('every training row lacks a value');
    });
    test('is constant when what is missing becomes the only one', () => {
      const constant = 'the same value in every training row';
      expect(reason(categories({ a: 60 }, 10), { impute: 'mode' })).toBe(constant);
      expect(reason(categories({ a: 60 }, 10), { impute: { value: 'a' } })).toBe(constant);
      expect(reason(categories({ a: 60 }, 10), { impute: { value: 'b' } })).toBeUndefined();
      expect(reason(categories({ a: 60 }, 10))).toBeUndefined();
      expect(reason(categories({ a: 60 }, 0, 10))).toBeUndefined();
    });
    test('is the first in order among those that are equally frequent', () => {
      const names = (counts: Record<string, number>) =>
        fitFrom({ c: { ...category, maxCategories: 2 } }, profileOf({ c: categories(counts) })).features.map(
          (f) => f.name,
        );
      expect(names({ c: 5, b: 5, a: 5 })).toEqual(['c=a', 'c=b', 'c:other']);
      expect(names({ b: 5, a: 5 })).toEqual(['c=a', 'c=b']);
    });
  });
  test('drops a time that no training row has', () => {
    const t: ColumnProfile = { kind: 'datetime', missing: 70, trainMissing: 70, min: null, max: null };
    const column = { role: 'feature', type: 'datetime', parts: ['hour'] };
    expect(fitFrom({ t: column, ...ballast }, profileOf({ t, ...ballastProfile })).dropped).toEqual([
      { column: 't', reason: 'every training row lacks a value' },
    ]);
  });
  test('keeps a time that never changes where some are missing', () => {
    const t: ColumnProfile = {
      kind: 'datetime',
      missing: 1,
      trainMissing: 1,
      min: '2025-01-01T00:00:00Z',
      max: '2025-01-01T00:00:00Z',
    };
    const column = { role: 'feature', type: 'datetime', parts: ['hour'] };
    expect(fitFrom({ t: column }, profileOf({ t })).features.map((f) => f.name)).toEqual(['t:hour']);
  });
  test('drops booleans and times that never change', () => {
    const fitted = fitFrom(
      {
        b: { role: 'feature', type: 'boolean' },
        t: { role: 'feature', type: 'datetime', parts: ['hour'] },
        ...ballast,
      },
      profileOf({
        b: { kind: 'boolean', missing: 0, trainMissing: 0, trueCount: 70, falseCount: 0 },
        t: { kind: 'datetime', missing: 0, trainMissing: 0, min: '2025-01-01T00:00:00Z', max: '2025-01-01T00:00:00Z' },
        ...ballastProfile,
      }),
    );
    expect(fitted.dropped.map((d) => d.column)).toEqual(['b', 't']);
  });
  test('counts classes of the training rows and plans an object for every training host', () => {
    const fitted = fitFrom(ballast, profileOf(ballastProfile), { rest: { training: { instances: { count: 3 } } } });
    expect(fitted.label).toEqual({ column: 'y', classes: ['0', '1'], classCounts: [60, 10] });
    expect(fitted.parts).toEqual({ train: [3], validation: [3] });
  });
});

describe('a drop that is not fit for training', () => {
  const refusal = (profile: Profile, options?: Parameters<typeof fitFrom>[2]) => {
    const fitting = () => fitFrom(ballast, profile, options);
    expect(fitting).toThrow(DataQualityError);
    return expect(fitting);
  };
  test('is refused when it has too few rows', () => {
    refusal(profileOf(ballastProfile), { dataset: { minRows: 1000 } }).toThrow(
      'The drop has 100 usable rows where dataset.minRows asks for 1,000',
    );
  });
  test('is refused when it holds one class, naming column and class', () => {
    const zeros = { train: side(70, 0), validation: side(15, 0), test: side(15, 0) };
    refusal(profileOf(ballastProfile, zeros)).toThrow('Column "y" holds one class only, "0", in all 100 rows');
  });
  test('is refused when a side lacks a class or rows', () => {
    refusal(profileOf(ballastProfile, { test: side(15, 0) })).toThrow('the test side has no row of class "1"');
    refusal(profileOf(ballastProfile, { validation: side(0, 0) })).toThrow('the validation side is empty');
  });
  test('is refused when there are more training hosts than rows', () => {
    refusal(profileOf(ballastProfile, { validation: side(1, 1) }), {
      rest: { training: { instances: { count: 3 } } },
    }).toThrow('the validation side has 2 rows for 3 training instances');
  });
  test('is refused when no feature carries information', () => {
    refusal(profileOf({ z: numbers(1, 1) })).toThrow(
      'No feature carries information: z (the same value in every training row)',
    );
  });
  test('is refused when a regression has nothing to explain', () => {
    const flat = { rows: 40, classes: [], label: { ...none, count: 40, mean: 2, min: 2, max: 2 } };
    refusal(profileOf(ballastProfile, { train: flat, validation: flat, test: flat }), {
      dataset: { label: { column: 'y' } },
      rest: { evaluation: { task: 'regression', gates: [{ metric: 'rmse', max: 1 }] } },
    }).toThrow('Column "y" is constant in the training rows');
  });
});

test('a column that was profiled as something else is refused', () => {
  expect(() => fitFrom({ x: category, ...ballast }, profileOf({ x: numbers(0, 1), ...ballastProfile }))).toThrow(
    'column x is a category but was profiled as number',
  );
  expect(() => fitFrom({ x: category, ...ballast }, profileOf(ballastProfile))).toThrow('profiled as nothing');
});
