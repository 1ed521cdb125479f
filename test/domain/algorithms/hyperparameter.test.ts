import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  boundsText,
  choice,
  flag,
  type Hyperparameter,
  integer,
  isWithin,
  real,
  text,
  tunableInteger,
  tunableReal,
  words,
} from '#domain/algorithms/hyperparameter';

const accepts = ({ schema }: Hyperparameter, value: unknown) => schema.safeParse(value).success;

describe('the bounds of a hyperparameter', () => {
  it.each([
    [{}, 'any number'],
    [{ to: 1 }, 'any number to 1'],
    [{ below: 1 }, 'any number to below 1'],
    [{ from: 0 }, 'at least 0'],
    [{ from: 0, to: 1 }, 'from 0 to 1'],
    [{ above: 0 }, 'above 0'],
    [{ above: 0, to: 1 }, 'above 0 to 1'],
    [{ from: 1, below: 2 }, 'from 1 to below 2'],
  ])('%o are said as %s', (bounds, said) => {
    expect(boundsText(bounds)).toBe(said);
  });

  it('allow the same numbers where a value is fixed and where it is searched', () => {
    const bound = fc.option(fc.integer({ min: -2, max: 2 }), { nil: undefined });
    const bounds = fc
      .record({ from: bound, above: bound, to: bound, below: bound })
      .map((all) => Object.fromEntries(Object.entries(all).filter(([, v]) => v !== undefined)));
    fc.assert(
      fc.property(bounds, fc.integer({ min: -3, max: 3 }), (own, n) => {
        expect(accepts(real('', own, 1), n)).toBe(isWithin(n, own));
        expect(accepts(integer('', own, 1), n)).toBe(isWithin(n, own));
      }),
    );
  });

  it('leave out the number itself only where they say above or below', () => {
    expect([isWithin(1, { from: 1 }), isWithin(1, { to: 1 })]).toEqual([true, true]);
    expect([isWithin(1, { above: 1 }), isWithin(1, { below: 1 })]).toEqual([false, false]);
    expect([
      isWithin(0, { from: 1 }),
      isWithin(2, { to: 1 }),
      isWithin(2, { above: 1 }),
      isWithin(0, { below: 1 }),
    ]).toEqual([false, false, true, true]);
  });
});

describe('a hyperparameter', () => {
  it('that is a number takes it as text too', () => {
    expect(real('', {}, 1).schema.parse('0.1')).toBe(0.1);
    expect(integer('', {}, 1).schema.parse('3')).toBe(3);
    for (const value of ['', ' ', 'x', '1e999', true]) expect(accepts(real('', {}, 1), value)).toBe(false);
    expect(accepts(integer('', {}, 1), 1.5)).toBe(false);
  });
  it('that is a flag takes true and false, as text too', () => {
    expect([true, 'true', false, 'false'].map((v) => flag('').schema.parse(v))).toEqual([true, true, false, false]);
    for (const value of [1, 'yes', '']) expect(accepts(flag(''), value)).toBe(false);
  });
  it('that is a text takes what YAML reads as a number or a flag', () => {
    expect(['a', 1, true].map((v) => text('', 'a').schema.parse(v))).toEqual(['a', '1', 'true']);
    for (const value of ['', null, {}]) expect(accepts(text('', 'a'), value)).toBe(false);
  });
  it('that is a choice takes its words, and shows the first of them or another one', () => {
    const shape = choice('', ['row', 'col']);
    expect([accepts(shape, 'row'), accepts(shape, 'col'), accepts(shape, 'cell')]).toEqual([true, true, false]);
    expect(shape.schema.meta()?.['examples']).toEqual(['row']);
    expect(choice('', ['row', 'col'], 'col').schema.meta()?.['examples']).toEqual(['col']);
  });
  it('that is a list of words names every wrong one, blank ones left out', () => {
    const list = words('', (word) => (word === 'good' ? undefined : `${word} is wrong`), 'good');
    for (const value of ['good', '[good, good]', 'good,,good', ' good ']) expect(accepts(list, value)).toBe(true);
    expect(list.schema.safeParse('bad, good,worse').error?.issues.map((i) => i.message)).toEqual([
      'bad is wrong',
      'worse is wrong',
    ]);
  });
  it('that a tuning may search is searched within the same bounds', () => {
    const bounds = { from: 1, to: 9 };
    expect(tunableReal('', bounds, 2).search).toEqual({ type: 'continuous', bounds });
    expect(tunableInteger('', bounds, 2).search).toEqual({ type: 'integer', bounds });
    expect(accepts(tunableInteger('', bounds, 2), 10)).toBe(false);
    expect(real('', bounds, 2).search).toBeUndefined();
  });
});
