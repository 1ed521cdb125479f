import { describe, expect, it } from 'vitest';
import { guessLabel, proposeLabel } from '#domain/profiling/label';
import { columnOf, type Described, numbered } from './a-column.ts';

const labelOf = (described: Described) => proposeLabel(columnOf({ name: 'y', ...described }));

describe('the guess of a label', () => {
  it('goes by the surest name, else by the last column', () => {
    expect(guessLabel(['price', 'target', 'x'])).toEqual({ name: 'target', because: 'its name says so', sure: true });
    expect(guessLabel(['isFraud', 'income'])).toMatchObject({ name: 'isFraud' });
    expect(guessLabel(['a', 'Churn?', 'b'])).toMatchObject({ name: 'Churn?' });
    expect(guessLabel(['a', 'b'])).toEqual({ name: 'b', because: 'it is the last column', sure: false });
    expect(guessLabel([])).toBeUndefined();
  });
});

describe('a label', () => {
  it('of two values is a binary task whose positive value is named as such', () => {
    expect(labelOf({ values: { 'True.': 60, 'False.': 40 } })).toEqual({
      column: 'y',
      task: 'binary',
      settings: { positive: 'True.', negative: 'False.' },
      classes: [
        { values: ['False.'], rows: 40 },
        { values: ['True.'], rows: 60 },
      ],
      unlabelled: 0,
      because: 'two values; the positive one is named as such, 60 % of the rows',
    });
    expect(labelOf({ values: { 0: 70, 1: 30 } }).settings).toEqual({ positive: 1, negative: 0 });
  });

  it('has the rarer value as the positive one where no name says it, and asks', () => {
    expect(labelOf({ values: { 1: 70, 2: 30 } })).toMatchObject({
      settings: { positive: 2, negative: 1 },
      doubt: 'is the rarer value the one to find? If not, exchange positive and negative',
    });
    expect(labelOf({ values: { blue: 3, red: 7 } })).toMatchObject({ settings: { positive: 'blue', negative: 'red' } });
  });

  it('of a few values has classes in their order', () => {
    expect(labelOf({ values: { plus: 30, basic: 50, family: 20 } })).toMatchObject({
      task: 'multiclass',
      settings: { classes: ['basic', 'family', 'plus'] },
      because: '3 classes',
    });
    expect(labelOf({ values: { 10: 30, 9: 50, 8: 20 } })).toMatchObject({
      settings: { classes: [8, 9, 10] },
      doubt: expect.stringContaining('regression'),
    });
  });

  it('leaves classes out that are too rare to be divided', () => {
    const { settings, because, classes } = labelOf({ values: { 3: 5, 4: 30, 5: 40, 6: 50, 7: 1 } });
    expect(settings).toEqual({ map: { 4: 4, 5: 5, 6: 6 }, others: 'leaveOut' });
    expect(because).toBe('5 classes, of which 2 are too rare to be divided and left out');
    expect(classes.map(({ rows }) => rows)).toEqual([30, 40, 50]);
  });

  it('of amounts is a regression', () => {
    expect(labelOf({ values: { 1.5: 3, 2: 3 } })).toMatchObject({ task: 'regression', settings: {}, classes: [] });
    expect(labelOf({ values: numbered(16, String) })).toMatchObject({
      task: 'regression',
      because: '16 different numbers: a regression',
    });
  });

  it('counts rows without one', () => {
    const { unlabelled, because } = labelOf({ values: { yes: 40, no: 40, '?': 10 }, words: ['?'], rows: 100 });
    expect(unlabelled).toBe(20);
    expect(because).toContain('20 % of the rows have no label and are malformed');
  });

  it.each([
    ['the same value everywhere', { values: { x: 9 } }, /all rows have the same value/],
    ['dates', { values: { '2020-01-01': 3, '2020-01-02': 3 }, dates: [{ settings: {}, read: 6 }] }, /holds dates/],
    ['too many texts', { values: numbered(30, (i) => `t${i}`) }, /30 different texts/],
    ['classes that are all rare', { values: { a: 5, b: 5, c: 50 } }, /fewer than three have 20 rows/],
  ])('is refused for %s', (_, described, message) => {
    expect(() => labelOf(described)).toThrow(message);
    expect(() => labelOf(described)).toThrow('Name another column with --label.');
  });
});
