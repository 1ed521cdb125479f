import { expect, it } from 'vitest';
import { comparedBy } from '#domain/drift/labels/holdout';
import type { PerformanceReference } from '#schemas/records/performance-estimate';

const kept: PerformanceReference = {
  version: 1,
  task: 'binary',
  classes: 2,
  threshold: 0.4,
  inputs: [{ at: 3, column: 'income' }],
  leftOut: [],
  rows: 2,
  values: [7, null],
  scores: [0.2, 0.9],
  labels: [0, 1],
};

it('takes the rows of the holdout as one side of a comparison, with their slices', () => {
  const slices = [{ column: 'home', values: ['rent', 'own', 'other'], groups: [-1, 1] }] as never;
  expect(comparedBy({ ...kept, slices })).toEqual({
    task: 'binary',
    classes: 2,
    threshold: 0.4,
    inputs: ['income'],
    slices: [{ column: 'home', groups: 3 }],
    holdout: {
      rows: 2,
      labels: Float64Array.of(0, 1),
      scores: Float64Array.of(0.2, 0.9),
      inputs: Float64Array.of(7, Number.NaN),
      groups: new Map([['home', Int32Array.of(-1, 1)]]),
    },
  });
});

it('knows no slices of a run of an earlier version', () => {
  expect(comparedBy(kept)).toMatchObject({ slices: [], holdout: { groups: new Map() } });
});
