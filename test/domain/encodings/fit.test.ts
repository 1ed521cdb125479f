import { describe, expect, it } from 'vitest';
import { columnSchema } from '#domain/data/column-schema';
import { boolean } from '#domain/encodings/boolean';
import { datetime } from '#domain/encodings/datetime';
import type { Fitted } from '#domain/encodings/encoding';
import { number } from '#domain/encodings/number';
import { onehot } from '#domain/encodings/onehot';
import { ordinal } from '#domain/encodings/ordinal';

const constant = { dropped: 'the same value in every training row' };
const empty = { dropped: 'every training row lacks a value' };
const missing = (source: string) => ({ kind: 'missing', name: `${source}:missing`, source });
const inputs = (fitted: Fitted): readonly string[] | string =>
  'features' in fitted ? fitted.features.map(({ name }) => name) : fitted.dropped;

describe('a boolean', () => {
  const profile = (trueCount: number, falseCount: number, trainMissing = 0) =>
    ({ kind: 'boolean', missing: trainMissing, trainMissing, trueCount, falseCount }) as const;
  const input = (fill: 0 | 1 | null) => ({ features: [{ kind: 'boolean', name: 'x', source: 'x', fill }] });

  it.each([
    ['mode', 3, 2, 0, input(1)],
    ['mode', 2, 3, 0, input(0)],
    // as many of both: false
    ['mode', 2, 2, 0, input(0)],
    ['false', 3, 2, 1, input(0)],
    [false, 3, 2, 1, input(0)],
    ['none', 3, 2, 1, input(null)],
    ['none', 0, 0, 4, empty],
    // one value: whether it varies depends on what replaces a missing one
    ['mode', 3, 0, 0, constant],
    ['mode', 3, 0, 1, constant],
    ['mode', 0, 3, 1, constant],
    ['false', 3, 0, 0, constant],
    ['false', 3, 0, 1, input(0)],
    ['false', 0, 3, 1, constant],
    ['none', 3, 0, 0, constant],
    ['none', 3, 0, 1, input(null)],
    ['none', 0, 3, 1, input(null)],
  ] as const)('%s with %d true, %d false, %d missing is fitted', (impute, yes, no, missing, fitted) => {
    expect(boolean.fit('x', { impute }, profile(yes, no, missing))).toEqual(fitted);
  });

  it('reads 1 as true and 0 as false where drift is checked', () => {
    const [kind] = boolean.features;
    const watched = kind.watched({ kind: 'boolean', name: 'x', source: 'x', fill: null });

    expect([1, 0, Number.NaN].map((encoded) => watched.category(encoded))).toEqual(['true', 'false', null]);
    expect(watched).toMatchObject({ as: 'category', column: 'x' });
    expect(kind.sql({ kind: 'boolean', name: 'x', source: 'x', fill: null }, 'v')).toBe('CAST(v AS INTEGER)');
    expect(kind.sql({ kind: 'boolean', name: 'x', source: 'x', fill: 0 }, 'v')).toBe('coalesce(CAST(v AS INTEGER), 0)');
  });

  it('leaves a value missing only when nothing replaces it', () => {
    expect((['mode', 'false', false, 'none'] as const).map((impute) => boolean.leavesMissing({ impute }))).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });
});

describe('a number', () => {
  const profile = (min: number | null, max: number | null, mean: number | null, trainMissing = 0, count = 5) =>
    ({ kind: 'number', missing: trainMissing, trainMissing, all: {}, train: { count, min, max, mean } }) as never;
  const fitted = (settings: object, of: never, median?: number) =>
    number.fit(
      'x',
      { impute: 'median', indicator: false, power: 'none', scale: 'none', ...settings },
      of,
      new Map(median === undefined ? [] : [[0.5, median]]),
    );
  const input = (fill: number | null) => ({ features: [{ kind: 'number', name: 'x', source: 'x', fill }] });

  it.each([
    [{ impute: 'median' }, 4, input(4)],
    // without a median: the mean
    [{ impute: 'median' }, undefined, input(3)],
    [{ impute: 'mean' }, undefined, input(3)],
    [{ impute: 'zero' }, undefined, input(0)],
    [{ impute: 'none' }, undefined, input(null)],
    [{ impute: -1 }, undefined, input(-1)],
  ])('with %o and the median %s is fitted', (settings, median, expected) => {
    expect(fitted(settings, profile(1, 5, 3), median)).toEqual(expected);
  });

  it('with one value is constant, unless a missing one is replaced by another', () => {
    expect(fitted({}, profile(2, 2, 2), 2)).toEqual(constant);
    expect(fitted({}, profile(2, 2, 2, 1), 2)).toEqual(constant);
    expect(fitted({ impute: 'zero' }, profile(2, 2, 2, 1))).toEqual(input(0));
    expect(fitted({ impute: 'zero' }, profile(2, 2, 2))).toEqual(constant);
    expect(fitted({ impute: 'none' }, profile(2, 2, 2, 1))).toEqual(input(null));
    expect(fitted({ indicator: true }, profile(2, 2, 2, 1), 2)).toEqual({ features: [missing('x')] });
  });

  it('has an input for missing values only where some are missing', () => {
    expect(inputs(fitted({ indicator: true }, profile(1, 5, 3, 1)))).toEqual(['x', 'x:missing']);
    expect(inputs(fitted({ indicator: true }, profile(1, 5, 3)))).toEqual(['x']);
    expect(inputs(fitted({}, profile(1, 5, 3, 1)))).toEqual(['x']);
  });

  it('without a value is not used', () => {
    expect(fitted({ indicator: true }, profile(null, null, null, 5, 0))).toEqual(empty);
  });

  it('needs the median for that alone, and leaves a value missing only when nothing replaces it', () => {
    const choices = ['median', 'mean', 'zero', 'none', 7] as const;
    const settings = choices.map((impute) => ({ impute, indicator: false, power: 'none', scale: 'none' }) as const);

    expect(settings.map((own) => number.quantiles(own))).toEqual([[0.5], [], [], [], []]);
    expect(settings.map((own) => number.leavesMissing(own))).toEqual([false, false, false, true, false]);
  });

  it('is replaced in SQL where it is missing', () => {
    const [kind, , indicator] = number.features;

    expect(kind.sql({ kind: 'number', name: 'x', source: 'x', fill: null }, 'v')).toBe('v');
    expect(kind.sql({ kind: 'number', name: 'x', source: 'x', fill: 2 }, 'v')).toBe("coalesce(v, CAST('2' AS DOUBLE))");
    expect(kind.watched()).toEqual({ as: 'number' });
    expect(indicator.sql({ kind: 'missing', name: 'x:missing', source: 'x' }, 'v')).toBe(
      'CASE WHEN v IS NULL THEN 1 ELSE 0 END',
    );
  });
});

describe('a time', () => {
  const profile = (min: string | null, max: string | null, trainMissing = 0) =>
    ({ kind: 'datetime', missing: trainMissing, trainMissing, min, max }) as const;
  const fitted = (of: ReturnType<typeof profile>) => datetime.fit('t', { parts: ['month', 'hour'], cyclic: [] }, of);

  it('has an input for each part', () => {
    expect(fitted(profile('2026-01-01', '2026-02-01'))).toEqual({
      features: [
        { kind: 'datetime', name: 't:month', source: 't', part: 'month' },
        { kind: 'datetime', name: 't:hour', source: 't', part: 'hour' },
      ],
    });
  });

  it('is not used when it is always the same or never there', () => {
    expect(fitted(profile('2026-01-01', '2026-01-01'))).toEqual(constant);
    expect(inputs(fitted(profile('2026-01-01', '2026-01-01', 1)))).toEqual(['t:month', 't:hour']);
    expect(fitted(profile(null, null, 3))).toEqual(empty);
  });

  it('is read in SQL part by part, and not watched for drift', () => {
    const [kind] = datetime.features;
    const sql = (part: 'hour' | 'dayOfWeek' | 'dayOfMonth' | 'month' | 'year' | 'epochDays') =>
      kind.sql({ kind: 'datetime', name: 't', source: 't', part }, 'v');

    expect([sql('hour'), sql('dayOfWeek'), sql('dayOfMonth'), sql('month'), sql('year'), sql('epochDays')]).toEqual([
      'hour(v)',
      'isodow(v)',
      'day(v)',
      'month(v)',
      'year(v)',
      "date_diff('day', DATE '1970-01-01', CAST(v AS DATE))",
    ]);
    expect(kind.watched()).toEqual({ as: 'nothing' });
  });
});

const categories = (counts: Record<string, number>, trainMissing = 0, rest = 0) =>
  ({ kind: 'category', missing: trainMissing, trainMissing, counts: Object.entries(counts), rest }) as never;
const settings = (own: object = {}) => ({ impute: 'missing', maxCategories: 50, ...own }) as never;

describe('one-hot categories', () => {
  const fitted = (of: never, own: object = {}) => onehot.fit('c', settings(own), of);

  it('have an input each, in natural order, the others together, and missing apart', () => {
    expect(inputs(fitted(categories({ b: 1, a: 2 })))).toEqual(['c=a', 'c=b']);
    expect(inputs(fitted(categories({ 10: 5, 9: 4 })))).toEqual(['c=9', 'c=10']);
    // the same number: by text
    expect(inputs(fitted(categories({ '1.0': 5, 1: 4 })))).toEqual(['c=1', 'c=1.0']);
    expect(inputs(fitted(categories({ 1: 5, '1.0': 4 })))).toEqual(['c=1', 'c=1.0']);
    expect(inputs(fitted(categories({ b: 1, a: 2 }, 1)))).toEqual(['c=a', 'c=b', 'c:missing']);
    expect(inputs(fitted(categories({ b: 1, a: 2 }, 0, 3)))).toEqual(['c=a', 'c=b', 'c:other']);
    expect(inputs(fitted(categories({ c: 3, b: 1, a: 2 }), { maxCategories: 2 }))).toEqual(['c=a', 'c=c', 'c:other']);
    expect(inputs(fitted(categories({ c: 3, b: 1, a: 2 }), { maxCategories: 3 }))).toEqual(['c=a', 'c=b', 'c=c']);
  });

  it('of the same count keep the first by name', () => {
    expect(inputs(fitted(categories({ c: 1, b: 1, a: 1 }), { maxCategories: 2 }))).toEqual(['c=a', 'c=b', 'c:other']);
  });

  it('take a missing value into the category that replaces it', () => {
    const found = fitted(categories({ b: 1, a: 2 }, 1), { impute: 'mode' });

    expect(found).toMatchObject({
      features: [
        { name: 'c=a', orMissing: true },
        { name: 'c=b', orMissing: false },
      ],
    });
    expect(fitted(categories({ b: 1, a: 2 }, 1), { impute: { value: 'b' } })).toMatchObject({
      features: [{ orMissing: false }, { orMissing: true }],
    });
  });

  it('are not used when all rows are alike', () => {
    expect(fitted(categories({ a: 2 }))).toEqual(constant);
    expect(fitted(categories({ a: 2 }, 1), { impute: 'mode' })).toEqual(constant);
    expect(fitted(categories({ a: 2 }, 1), { impute: { value: 'a' } })).toEqual(constant);
    expect(inputs(fitted(categories({ a: 2 }, 1), { impute: { value: 'b' } }))).toEqual(['c=a']);
    expect(inputs(fitted(categories({ a: 2 }, 1)))).toEqual(['c=a', 'c:missing']);
    expect(inputs(fitted(categories({ a: 2 }, 0, 1)))).toEqual(['c=a', 'c:other']);
    expect(fitted(categories({}, 3))).toEqual(empty);
  });

  it('are 0 or 1 in SQL, and watched by category', () => {
    const [equals, other] = onehot.features;
    const feature = { kind: 'equals', name: 'c=a', source: 'c', category: "a'b", orMissing: false } as const;

    expect(equals.sql(feature, 'v')).toBe("CASE WHEN v = 'a''b' THEN 1 ELSE 0 END");
    expect(equals.sql({ ...feature, orMissing: true }, 'v')).toBe(
      "CASE WHEN v = 'a''b' OR v IS NULL THEN 1 ELSE 0 END",
    );
    expect(equals.watched(feature)).toEqual({ as: 'indicator', category: "a'b" });
    const rest = { kind: 'other', name: 'c:other', source: 'c', known: ['a', 'b'] } as const;
    expect(other.sql({ ...rest, known: ['a', 'b'] }, 'v')).toBe("CASE WHEN v NOT IN ('a', 'b') THEN 1 ELSE 0 END");
    expect(other.watched()).toEqual({ as: 'indicator', category: '(other)' });
    expect(onehot.leavesMissing()).toBe(false);
  });
});

describe('ordinal categories', () => {
  const fitted = (of: never, own: object = {}) => ordinal.fit('c', settings(own), of);
  const input = (order: string[], fill: number | null) => ({
    features: [{ kind: 'ordinal', name: 'c', source: 'c', order, fill }],
  });

  it('have their position in the given order or in natural order', () => {
    expect(fitted(categories({ 10: 1, 9: 2 }))).toEqual(input(['9', '10'], null));
    expect(fitted(categories({ b: 1, a: 2 }))).toEqual(input(['a', 'b'], null));
    expect(fitted(categories({ low: 1, high: 2 }), { order: ['low', 'high'] })).toEqual(input(['low', 'high'], null));
  });

  it('have the position of what replaces a missing value, the first included', () => {
    expect(fitted(categories({ b: 1, a: 2 }, 1), { impute: 'mode' })).toEqual(input(['a', 'b'], 0));
    expect(fitted(categories({ b: 1, a: 2 }, 1), { impute: { value: 'b' } })).toEqual(input(['a', 'b'], 1));
    expect(fitted(categories({ b: 1, a: 2 }, 1), { impute: { value: 'c' } })).toEqual(input(['a', 'b'], null));
  });

  it('are positions in SQL, and categories where drift is checked', () => {
    const [kind] = ordinal.features;
    const feature = { kind: 'ordinal' as const, name: 'c', source: 'c', order: ['low', 'high'], fill: null };

    expect(kind.sql(feature, 'v')).toBe("CASE v WHEN 'low' THEN 0 WHEN 'high' THEN 1 END");
    expect(kind.sql({ ...feature, fill: 1 }, 'v')).toBe(
      "CASE WHEN v IS NULL THEN 1 ELSE CASE v WHEN 'low' THEN 0 WHEN 'high' THEN 1 END END",
    );
    const watched = kind.watched(feature);
    expect([0, 1, 2, Number.NaN].map((code) => watched.category(code))).toEqual(['low', 'high', null, null]);
    expect(watched.column).toBe('c');
  });
});

it('the settings of the encodings have defaults and bounds', () => {
  const parsed = (fields: object) => columnSchema.parse({ role: 'feature', ...fields });
  const accepted = (fields: object) => columnSchema.safeParse({ role: 'feature', ...fields }).success;

  expect(parsed({ type: 'boolean' })).toEqual({ role: 'feature', type: 'boolean', impute: 'none' });
  expect(parsed({ type: 'number' })).toEqual({
    role: 'feature',
    type: 'number',
    encode: 'number',
    impute: 'median',
    indicator: false,
    power: 'none',
    scale: 'none',
    bins: 10,
    as: 'position',
  });
  expect(parsed({ type: 'category' })).toEqual({
    role: 'feature',
    type: 'category',
    encode: 'onehot',
    impute: 'missing',
    maxCategories: 50,
  });
  expect([1, 2, 500, 501].map((maxCategories) => accepted({ type: 'category', maxCategories }))).toEqual([
    false,
    true,
    true,
    false,
  ]);
  expect([['a'], ['a', 'b']].map((order) => accepted({ type: 'category', encode: 'ordinal', order }))).toEqual([
    false,
    true,
  ]);
  expect([[], ['hour']].map((parts) => accepted({ type: 'datetime', parts }))).toEqual([false, true]);
});

it('the summary of booleans names what is 1 and what is 0', () => {
  expect(boolean.summary).toBe('True is 1 and false is 0.');
});
