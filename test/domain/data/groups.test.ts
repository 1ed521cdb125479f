import { describe, expect, it } from 'vitest';
import { splitIdentity } from '#domain/data/groups';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline } from '../../fakes/data-run.ts';

const columns = {
  x: { role: 'feature', type: 'number' },
  c: { role: 'feature', type: 'category' },
  t: { role: 'feature', type: 'datetime', parts: ['month'] },
  zip: { role: 'quasi', action: 'generalize', keepFirst: 3, feature: { type: 'category' } },
};
const identity = (changed: object = {}, split: object = {}, dataset: object = {}) =>
  splitIdentity(pipelineSchema.parse(smallPipeline({ columns: { ...columns, ...changed }, ...dataset }, { split })));

describe('the keys of rows can be compared', () => {
  it.each([
    ['another encoding', { c: { ...columns.c, encode: 'target', smoothing: 20 } }],
    ['other settings of an encoding', { x: { ...columns.x, impute: 'mean', power: 'log', scale: 'robust' } }],
    ['other parts of a time', { t: { ...columns.t, parts: [], cyclic: ['hour'] } }],
    [
      'another encoding of what is left of a personal column',
      { zip: { ...columns.zip, feature: { type: 'category', encode: 'hash' } } },
    ],
    ['something that is expected of the model', { x: { ...columns.x, monotone: 'increasing' } }],
    ['a slice', { s: { role: 'slice' } }],
  ])('after %s: the clean values are the same', (_, changed) => {
    expect(identity(changed)).toBe(identity());
    expect(identity(changed, { groupBy: { column: 'c' } })).toBe(identity({}, { groupBy: { column: 'c' } }));
  });

  it('after any change of columns, where rows are kept together by id', () => {
    expect(identity({ more: columns.x }, {}, { id: 'i' })).toBe(identity({}, {}, { id: 'i' }));
    expect(identity({}, {}, { id: 'i' })).not.toBe(identity({}, {}, { id: 'other' }));
  });
});

describe('the keys of rows cannot be compared', () => {
  it.each([
    ['a model input more', { more: columns.x }],
    ['another type', { x: { role: 'feature', type: 'category' } }],
    ['values that are read in another way', { x: { ...columns.x, numbers: { decimal: ',' } } }],
    ['other missing values', { c: { ...columns.c, nullValues: ['-'] } }],
    ['coarser values', { zip: { ...columns.zip, keepFirst: 2 } }],
    ['another source', { x: { ...columns.x, from: 'X' } }],
  ])('after %s', (_, changed) => {
    expect(identity(changed)).not.toBe(identity());
  });

  it('after another reading of all columns', () => {
    for (const dataset of [
      { nullValues: ['', '0'] },
      { trim: true },
      { numbers: { decimal: ',' } },
      { dates: { zone: 'Europe/Berlin' } },
    ])
      expect(identity({}, {}, dataset)).not.toBe(identity());
  });

  it('with another seed, or other groups', () => {
    const all = [
      identity(),
      identity({}, { seed: 's' }),
      identity({}, { groupBy: { column: 'c' } }),
      identity({}, {}, { id: 'i' }),
    ];
    expect(new Set(all).size).toBe(4);
  });
});
