import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ownScores, probesOf, withoutProbes, withProbes } from '#domain/serving/probes';

const probes = probesOf({
  valuesPerRow: 1,
  cases: [
    { body: '1,2', predictions: [0.25] },
    { row: { a: 1 }, predictions: [9] },
    { body: '3,', predictions: [0.75] },
  ],
});

it('are the golden requests in the form of model inputs', () => {
  expect(probes).toEqual({ lines: ['1,2', '3,'], answers: [0.25, 0.75] });
});

it('go along with the rows of a request, and come off again', () => {
  const line = fc.tuple(fc.integer(), fc.integer()).map((fields) => fields.join(','));
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 4 }), (lines) => {
      const csv = lines.join('\n');
      expect(withoutProbes(withProbes(csv, probes), probes)).toEqual({ csv, probed: true });
      expect(withoutProbes(`${withProbes(csv, probes)}\n`, probes)).toEqual({ csv, probed: true });
    }),
  );
  expect(withoutProbes('1,2\n3,', probes)).toEqual({ csv: '1,2\n3,', probed: false });
  expect(withoutProbes('1,2', { lines: [], answers: [] })).toEqual({ csv: '1,2', probed: false });
});

it('recognise the model by its answers, up to the last digits', () => {
  expect(ownScores(Float64Array.of(0.5, 0.25, 0.750001), 1, probes)).toEqual(Float64Array.of(0.5));
  expect(ownScores(Float64Array.of(0.5, 0.25, 0.7501), 1, probes)).toBeUndefined();
  expect(ownScores(Float64Array.of(0.5, Number.NaN, 0.75), 1, probes)).toBeUndefined();
});

it('recognise a model of very small values too', () => {
  const small = { lines: ['1', '2'], answers: [1e-9, 3e-9] };
  expect(ownScores(Float64Array.of(1e-9, 3e-9), 0, small)).toEqual(new Float64Array(0));
  expect(ownScores(Float64Array.of(1e-9, 2e-9), 0, small)).toBeUndefined();
});

it('must all be answered', () => {
  expect(() => ownScores(Float64Array.of(0.5, 0.25), 1, probes)).toThrow('2 numbers, not 3');
});
