import { expect, test } from 'vitest';
import { cleanColumns, expectedColumns, featureColumns, sliceColumns } from '#domain/data/columns';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline } from '../../fakes/data-run.ts';

const pipeline = pipelineSchema.parse(
  smallPipeline({
    id: 'id',
    time: 'at',
    columns: {
      name: { role: 'pii', action: 'drop' },
      email: { role: 'pii', action: 'tokenize' },
      phone: { role: 'pii', action: 'mask', keepLast: 2 },
      zip: { role: 'quasi', action: 'generalize', keepFirst: 3, feature: { type: 'category' } },
      age: { role: 'quasi', action: 'generalize', binWidth: 5, feature: { type: 'number' } },
      born: { role: 'quasi', action: 'generalize', truncateTo: 'year' },
      sex: { role: 'slice' },
      x: { role: 'feature', type: 'number' },
      note: { role: 'ignore' },
    },
  }),
);

test('what survives desensitizing is typed by its role, in the order of the file', () => {
  expect(cleanColumns(pipeline).map(({ name, kind }) => [name, kind])).toEqual([
    ['email', 'text'],
    ['phone', 'text'],
    ['zip', 'category'],
    ['age', 'number'],
    ['born', 'datetime'],
    ['sex', 'category'],
    ['x', 'number'],
  ]);
});

test('model inputs are the features, and of coarsened columns those that say so', () => {
  expect(featureColumns(pipeline).map(({ name, feature }) => [name, feature.type])).toEqual([
    ['zip', 'category'],
    ['age', 'number'],
    ['x', 'number'],
  ]);
});

test('evaluation groups by slices alone', () => {
  expect(sliceColumns(pipeline)).toEqual(['sex']);
});

test('a drop must have every column of the pipeline, also those that are not read', () => {
  const names = ['name', 'email', 'phone', 'zip', 'age', 'born', 'sex', 'x', 'note'];
  expect(expectedColumns(pipeline)).toEqual(['id', 'y', 'at', ...names]);
  expect(expectedColumns(pipelineSchema.parse(smallPipeline()))).toEqual(['y', 'x']);
});
