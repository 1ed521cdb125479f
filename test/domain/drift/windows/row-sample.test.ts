import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  mergeSamples,
  noRows,
  type RowSample,
  rowsOf,
  sketchRows,
  toWindowRows,
} from '#domain/drift/windows/row-sample';

/** Rows of two inputs and a score, all of which say which row of all it is. */
const part = (from: number, rows: number) => ({
  inputs: { rows, width: 2, values: Float64Array.from({ length: 2 * rows }, (_, i) => from + Math.floor(i / 2)) },
  scores: Float64Array.from({ length: rows }, (_, i) => from + i),
});
/** Parts of these sizes, each in a sketch of at most `kept` rows, merged to at most `most`. */
function sample(sizes: readonly number[], kept: number, most: number): RowSample {
  const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0));
  return sizes
    .map((size, i) => mergeSamples(noRows, rowsOf(`object ${i}`, part(starts[i] as number, size)), kept))
    .reduce((all, own) => mergeSamples(all, own, most), noRows);
}
const scoresIn = (own: RowSample): number[] => own.rows.map(({ scores }) => scores[0] as number);

describe('a sample of captured rows', () => {
  it('has all rows where they fit, inputs and scores together', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 10 }), (sizes) => {
        const all = sizes.reduce((sum, size) => sum + size, 0);
        const { inputs, scores } = toWindowRows(sample(sizes, 20, 200), 2, 1);
        expect(inputs).toMatchObject({ rows: all, width: 2 });
        expect(scores.toSorted()).toEqual(Float64Array.from({ length: all }, (_, i) => i));
        for (const [row, score] of scores.entries()) {
          expect([...inputs.values.slice(2 * row, 2 * row + 2)]).toEqual([score, score]);
        }
      }),
    );
  });

  it('is the same in whatever order its parts come, and has no row twice', () => {
    const sizes = fc.array(fc.nat(30), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 40 }), (all, kept, most) => {
        const parts = all.map((size, i) => mergeSamples(noRows, rowsOf(`object ${i}`, part(100 * i, size)), kept));
        const forth = parts.reduce((a, b) => mergeSamples(a, b, most), noRows);
        const back = parts.toReversed().reduce((a, b) => mergeSamples(a, b, most), noRows);
        expect(forth).toEqual(back);
        expect(forth.rows.length).toBeLessThanOrEqual(most);
        expect(new Set(scoresIn(forth)).size).toBe(forth.rows.length);
        for (const { priority } of forth.rows) expect(priority).toBeLessThan(forth.below);
      }),
    );
  });

  it('takes the rows of a busy hour and of a quiet one as often, although a sketch has a limit', () => {
    // hour 0 has 5,000 rows of which its sketch keeps 500; hour 1 has 500 rows and keeps them all
    const taken = scoresIn(sample([5000, 500], 500, 4000));
    const busy = taken.filter((row) => row < 5000).length;
    expect(busy).toBe(500);
    // about 50 of 500 expected: 10 % of the rows, as of the busy hour, with a deviation of about 7
    expect(Math.abs(taken.length - busy - 50)).toBeLessThan(28);
  });

  it('takes late rows as often as early ones', () => {
    const taken = scoresIn(sample(Array<number>(20).fill(100), 100, 500));
    expect(taken).toHaveLength(500);
    // 250 of 500 expected, with a deviation of about 10
    expect(Math.abs(taken.filter((row) => row >= 1000).length - 250)).toBeLessThan(40);
  });

  it('draws the same again from the same text, and other rows from another', () => {
    const draw = (text: string) => mergeSamples(noRows, rowsOf(text, part(0, 100)), 10);
    expect(draw('a')).toEqual(draw('a'));
    expect(scoresIn(draw('a'))).not.toEqual(scoresIn(draw('b')));
  });

  it('of nothing has no rows', () => {
    expect(toWindowRows(rowsOf('a', part(0, 0)), 2, 1)).toEqual({
      inputs: { rows: 0, width: 2, values: new Float64Array(0) },
      scores: new Float64Array(0),
    });
  });

  it.each([
    [10, 2000],
    [100, 2000],
    [1000, 200],
    [400_000, 1],
  ])('of %d numbers a row keeps %d rows of an hour', (numbers, rows) => {
    expect(sketchRows(numbers)).toBe(rows);
  });
});
