import { describe, expect, it } from 'vitest';
import { loggedRows } from '#domain/serving/logged-rows';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline } from '../../fakes/data-run.ts';

const base = smallPipeline({}) as { dataset: { columns: object } };
const pipeline = pipelineSchema.parse({
  ...base,
  dataset: { ...base.dataset, columns: { ...base.dataset.columns, region: { role: 'slice' } } },
});
const slices = [{ column: 'region', values: ['north', 'south'] }];

describe('what the log keeps of the rows of a request', () => {
  it('are the model inputs, and the numbers of their groups in place of the texts', () => {
    const rows = [{ region: 'south' }, { region: 'Jane Doe' }, {}];
    const logged = loggedRows(pipeline, slices, rows, { features: ['x'], values: Float64Array.of(1, Number.NaN, 3) });

    expect(logged).toEqual({ inputs: [1, null, 3], groups: { region: [1, -1, -1] } });
    expect(JSON.stringify(logged)).not.toContain('Jane');
  });

  it('has no groups of a request that names none, and no inputs of a model with more than 200', () => {
    const features = Array.from({ length: 201 }, (_, i) => `f${i}`);
    expect(loggedRows(pipeline, slices, [{}], { features, values: new Float64Array(201) })).toEqual({});
  });
});
