import { describe, expect, it } from 'vitest';
import { labelWarnings } from '#domain/data/label-warnings';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline } from '../../fakes/data-run.ts';

describe('labels that count as 0 because only the positive ones are named', () => {
  const { dataset } = pipelineSchema.parse(smallPipeline({}));

  it('are a warning where there are several, for one may be a positive one in another spelling', () => {
    expect(labelWarnings(dataset, { onlyNegative: null })).toEqual([
      'Column "y" has several labels that count as 0, because the pipeline names only the positive ones. ' +
        'A positive one in another spelling would be among them: name the others in dataset.label.negative.',
    ]);
  });

  it('are none where there is one, or where the pipeline names them', () => {
    expect(labelWarnings(dataset, { onlyNegative: 'no' })).toEqual([]);
    expect(labelWarnings(dataset, {})).toEqual([]);
  });
});
