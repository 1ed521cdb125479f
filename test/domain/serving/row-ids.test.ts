import { describe, expect, it } from 'vitest';
import { rowIds } from '#domain/serving/row-ids';
import { pipelineSchema } from '#schemas/pipeline';

const pipeline = (dataset: object = {}) =>
  pipelineSchema.parse({
    name: 'loan',
    dataset: {
      format: 'csv',
      label: { column: 'y', positive: 1 },
      id: 'id',
      columns: { x: { role: 'feature', type: 'number' } },
      ...dataset,
    },
    evaluation: { task: 'binary', gates: [{ metric: 'auc', min: 0.7 }] },
  });

describe('the ids of the rows of a request', () => {
  it('are in the one form that tokens are made of', () => {
    const ids = [12, '12', '12.0', 'Ada', 'é', 'e\u0301', true, 'True'];

    expect(
      rowIds(
        pipeline(),
        ids.map((id) => ({ id })),
      ),
    ).toEqual(['12', '12', '12', 'Ada', 'é', 'é', 'true', 'true']);
  });

  it('are undefined where a row has none', () => {
    const rows = [{}, { id: null }, { id: '' }, { id: { a: 1 } }, { id: Number.NaN }];

    expect(rowIds(pipeline(), rows)).toEqual(rows.map(() => undefined));
  });

  it('are undefined for the values that mean missing', () => {
    const own = pipeline({ nullValues: ['n/a', -1] });

    expect(rowIds(own, [{ id: 'n/a' }, { id: -1 }, { id: '-1.0' }, { id: '1' }])).toEqual([
      undefined,
      undefined,
      undefined,
      '1',
    ]);
  });

  it('are trimmed where the data set says so', () => {
    const rows = [{ id: ' Ada\u00a0' }, { id: '  ' }];

    expect(rowIds(pipeline({ trim: true }), rows)).toEqual(['Ada', undefined]);
    expect(rowIds(pipeline({ trim: false }), rows)[0]).toContain(' ');
  });

  it('are undefined for a pipeline without ids', () => {
    expect(rowIds(pipeline({ id: undefined }), [{ id: 'Ada' }])).toEqual([undefined]);
  });
});
