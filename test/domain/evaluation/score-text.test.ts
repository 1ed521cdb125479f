import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFeatures, parseScores } from '#domain/evaluation/score-text';

/** A text has no negative zero. */
const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((v) => v + 0);

describe('the answer of a model', () => {
  it.each([
    ['one number a line', '0.5\n0.25\n', 1, [0.5, 0.25]],
    ['numbers apart by commas', '0.5,0.25', 1, [0.5, 0.25]],
    ['a list a line', '[0.5, 0.25]\n[0.1, 0.9]', 2, [0.5, 0.25, 0.1, 0.9]],
    ['one list', '[[1e-3],\r\n [-2]]', 1, [0.001, -2]],
    ['nothing', '\n', 3, []],
  ])('may be %s', (_, text, perRow, scores) => {
    expect([...parseScores(text, perRow, 'a.out')]).toEqual(scores);
  });

  it('comes back from its text as it was, in any of these forms', () => {
    const matrix = fc
      .integer({ min: 1, max: 4 })
      .chain((perRow) => fc.array(fc.array(finite, { minLength: perRow, maxLength: perRow }), { minLength: 1 }));
    fc.assert(
      fc.property(matrix, (rows) => {
        const perRow = rows[0]?.length ?? 1;
        for (const text of [
          rows.map((row) => row.join(',')).join('\n'),
          rows.map((row) => `[${row.join(', ')}]`).join('\n'),
          JSON.stringify(rows),
        ]) {
          const scores = parseScores(text, perRow, 'a.out');
          expect([...scores]).toEqual(rows.flat());
        }
      }),
    );
  });

  it('is refused where something is no number, naming file and place but not the text', () => {
    expect(() => parseScores('0.5\nsecret\n', 1, 'a.out')).toThrow(/^a\.out: value 2 is not a number/);
    expect(() => parseScores('secret', 1, 'a.out')).not.toThrow('secret');
    expect(() => parseScores('NaN', 1, 'a.out')).toThrow('value 1');
  });

  it('is refused where rows are not whole', () => {
    expect(() => parseScores('1,2,3', 2, 'a.out')).toThrow('a.out: 3 numbers do not make rows of 2');
  });
});

describe('model inputs', () => {
  it('come back from their text as they were; missing is empty, or nan when there is one input', () => {
    const value = fc.option(finite, { nil: Number.NaN });
    const matrix = fc
      .integer({ min: 1, max: 4 })
      .chain((width) => fc.array(fc.array(value, { minLength: width, maxLength: width }), { minLength: 1 }));
    fc.assert(
      fc.property(matrix, fc.constantFrom('\n', '\r\n'), fc.boolean(), (rows, end, ended) => {
        const width = rows[0]?.length ?? 1;
        const field = (v: number) => (Number.isNaN(v) ? (width === 1 ? 'nan' : '') : String(v));
        const text = rows.map((row) => row.map(field).join(',')).join(end) + (ended ? end : '');
        const read = parseFeatures(text, width, 'a.csv');
        expect({ rows: read.rows, width: read.width }).toEqual({ rows: rows.length, width });
        expect([...read.values]).toEqual(rows.flat());
      }),
    );
  });

  it('of one input have an empty line for a missing value, except at the end of the file', () => {
    expect([...parseFeatures('1\n\n', 1, 'a.csv').values]).toEqual([1, Number.NaN]);
    expect([...parseFeatures('1\n\n2', 1, 'a.csv').values]).toEqual([1, Number.NaN, 2]);
    expect(parseFeatures('1\n', 1, 'a.csv').rows).toBe(1);
    expect(parseFeatures('1,2\n\n3,4\n', 2, 'a.csv').rows).toBe(2);
  });

  it('may be none', () => {
    for (const width of [1, 2]) expect(parseFeatures('', width, 'a.csv')).toMatchObject({ rows: 0 });
  });

  it('may be an empty line where there is one input', () => {
    expect([...parseFeatures('1\n\n2\n', 1, 'a.csv').values]).toEqual([1, Number.NaN, 2]);
  });

  it('may be blank or NaN in any case', () => {
    expect([...parseFeatures('NaN, ,3', 3, 'a.csv').values]).toEqual([Number.NaN, Number.NaN, 3]);
  });

  it('are refused where a line has more or fewer fields, naming the line', () => {
    expect(() => parseFeatures('1,2\n3\n', 2, 'a.csv')).toThrow('a.csv: line 2 has 1 fields, not 2');
    expect(() => parseFeatures('1,2,3', 2, 'a.csv')).toThrow('a.csv: line 1 has 3 fields, not 2');
  });

  it('are refused where a field is no number, without quoting it', () => {
    expect(() => parseFeatures('1,2\n3,secret\n', 2, 'a.csv')).toThrow(/^a\.csv: line 2, field 2 is not a number$/);
  });
});
