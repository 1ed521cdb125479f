import { expect, it } from 'vitest';
import { mergeSamples, noRows, rowsOf } from '#domain/drift/windows/row-sample';
import { packSample, unpackSample } from '#functions/shards/captured-sample';
import { capturedSampleSchema } from '#schemas/records/capture-counts';

const rows = {
  inputs: { rows: 3, width: 2, values: Float64Array.of(1, Number.NaN, -0.1, 1e300, 5, 6) },
  scores: Float64Array.of(0.1, 0.2, 0.3),
};

it('a sample comes back from its record to the last digit, missing values too', () => {
  for (const sample of [noRows, rowsOf('a', rows), mergeSamples(noRows, rowsOf('a', rows), 2)]) {
    const stored = capturedSampleSchema.parse(JSON.parse(JSON.stringify(packSample(sample))));
    expect(unpackSample(stored, 2, 1)).toEqual(sample);
  }
});

it('a sample of another model is refused', () => {
  expect(() => unpackSample(packSample(rowsOf('a', rows)), 3, 1)).toThrow('a sample of 3 rows has 96 bytes, not 120');
});
