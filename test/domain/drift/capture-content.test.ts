import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonToCsv, looksLikeJson } from '#domain/drift/capture-content';

describe('captured JSON', () => {
  it.each([
    ['a row', '[1, 2.5, null]', '1,2.5,'],
    ['a list of rows', '[[1, 2], [3, 4]]', '1,2\n3,4'],
    ['instances as lists', '{"instances": [[1, 2], [3, null]]}', '1,2\n3,'],
    ['instances with features', '{"instances": [{"features": [1, 2]}, {"features": [3, 4]}]}', '1,2\n3,4'],
    ['dense features', '{"instances": [{"data": {"features": {"values": [1, 2]}}}]}', '1,2'],
    ['lines of rows', '[1, 2]\n[3, 4]\n', '1,2\n3,4'],
    ['lines of features', '{"features": [1, 2]}\n{"features": [3, 4]}', '1,2\n3,4'],
    ['predictions', '{"predictions": [{"score": 0.7, "predicted_label": 1}, {"score": 0.2}]}', '0.7\n0.2'],
    ['predictions of several classes', '{"predictions": [{"probabilities": [0.7, 0.3]}]}', '0.7,0.3'],
    ['a prediction a line', '{"score": 0.7}\n{"score": 0.2}', '0.7\n0.2'],
    ['over several lines', '{\n  "instances": [\n    [1, 2]\n  ]\n}', '1,2'],
    ['no row', '{"instances": []}', ''],
  ])('in the form of %s becomes CSV', (_, text, csv) => {
    expect(jsonToCsv(text)).toBe(csv);
  });

  it.each(['{"x": 1, "y": 2}', '[{"x": 1}]', '["a"]', '[[true]]', '[[1], [[2]]]'])(
    'of other things is refused: %s',
    (text) => {
      expect(() => jsonToCsv(text)).toThrow('other than numbers');
    },
  );

  it('that is cut is refused', () => {
    expect(() => jsonToCsv('{"instances": [[1, 2')).toThrow(SyntaxError);
  });

  it('is told from CSV by its first character', () => {
    expect(['{"a":1}', ' [1]', '1,2', 'nan,[1]', ''].map(looksLikeJson)).toEqual([true, true, false, false, false]);
  });

  it('has the numbers that were sent', () => {
    const number = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((v) => v + 0));
    const rows = fc.array(fc.array(number, { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(rows, (sent) => {
        const csv = sent.map((row) => row.map((v) => v ?? '').join(',')).join('\n');
        expect(jsonToCsv(JSON.stringify({ instances: sent }))).toBe(csv);
        expect(jsonToCsv(sent.map((features) => JSON.stringify({ features })).join('\n'))).toBe(csv);
      }),
    );
  });
});
