import { expect, it } from 'vitest';
import type { ObjectStore } from '#functions/ports/object-store';
import { servedModel } from '#functions/shards/served-model';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline } from '../../fakes/data-run.ts';

const number = { role: 'feature', type: 'number' };
const category = { role: 'feature', type: 'category' };
const histogram = (column: string, edges: number[]) => ({
  kind: 'number',
  column,
  edges,
  counts: edges.slice(1).map(() => 1),
  missing: 0,
});

const categories = (column: string, ...names: string[]) => ({
  kind: 'category',
  column,
  categories: names,
  counts: names.map(() => 1),
  missing: 0,
});

it('shows tests values of a column as its raw rows have them, though drift checks watch some in other units', async () => {
  const records: Readonly<Record<string, unknown>> = {
    config: pipelineSchema.parse(
      smallPipeline({
        columns: {
          x: number,
          s: { ...number, scale: 'standard' },
          old: { ...number, scale: 'robust' },
          b: { ...number, encode: 'bins', as: 'onehot', bins: 2 },
          h: { ...category, encode: 'hash', buckets: 2 },
          t: { ...category, encode: 'target' },
        },
      }),
    ),
    transform: {
      features: [
        { kind: 'number', name: 'x', source: 'x', fill: 0 },
        ...['s', 'old'].map((name) => ({
          kind: 'scaled',
          name,
          source: name,
          fill: 0,
          power: { kind: 'none' },
          center: 100,
          spread: 10,
        })),
        { kind: 'product', name: 'x × s', source: 'x', other: 's' },
        { kind: 'within', name: 'b: up to 3', source: 'b', over: null, upTo: 3, fill: 0 },
        { kind: 'within', name: 'b: over 3', source: 'b', over: 3, upTo: null, fill: 0 },
        ...[0, 1].map((bucket) => ({
          kind: 'hashed',
          name: `h#${bucket}`,
          source: 'h',
          buckets: 2,
          bucket,
          fill: null,
        })),
        { kind: 'target', name: 't:target', source: 't', folds: 2, categories: ['p'], means: Array(9).fill(0) },
      ],
    },
    baseline: {
      columns: [
        histogram('x', [1, 2, 3]),
        histogram('s', [-1, 0, 1]),
        histogram('old', [-1, 0, 1]),
        categories('b', 'up to 3', 'over 3'),
        categories('h', '(bucket 0)', '(bucket 1)'),
        histogram('t:target', [0, 1]),
      ],
      clean: {
        columns: [
          histogram('x', [7, 8]),
          histogram('s', [90, 100, 110]),
          histogram('b', [2, 3, 4]),
          categories('h', 'u', 'v'),
          categories('t', 'p'),
        ],
      },
    },
  };
  const readJson = async (key: string) => records[(key.split('/').at(-1) ?? '').replace('.json', '')];
  const model = await servedModel({ readJson } as unknown as ObjectStore, { pipeline: 'small', runId: 'r' }, () => {
    throw new Error('no row is encoded');
  });

  expect(await model.observed('x')).toEqual([1, 2, 3]);
  expect(await model.observed('s')).toEqual([90, 100, 110]);
  expect(await model.observed('old')).toEqual([]);
  expect(await model.observed('b')).toEqual([2, 3, 4]);
  expect(await model.observed('h')).toEqual(['u', 'v']);
  expect(await model.observed('t')).toEqual(['p']);
  expect(await model.observed('elsewhere')).toEqual([]);
  expect(model.inputs.sources).toEqual([['x'], ['s'], ['old'], ['x', 's'], ['b'], ['b'], ['h'], ['h'], ['t']]);
});
