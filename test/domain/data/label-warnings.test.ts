import { describe, expect, it } from 'vitest';
import { unnamedLabel } from '#domain/data/label';
import { labelWarnings } from '#domain/data/label-warnings';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline } from '../../fakes/data-run.ts';

const none = { rows: 0, reasons: [] };

describe('labels that count as 0 because only the positive ones are named', () => {
  const { dataset } = pipelineSchema.parse(smallPipeline({}));

  it('are a warning where there are several, for one may be a positive one in another spelling', () => {
    expect(labelWarnings(dataset, { onlyNegative: null, malformed: none })).toEqual([
      'Column "y" has several labels that count as 0, because the pipeline names only the positive ones. ' +
        'A positive one in another spelling would be among them: name the others in dataset.label.negative.',
    ]);
  });

  it('are none where there is one, or where the pipeline names them', () => {
    expect(labelWarnings(dataset, { onlyNegative: 'no', malformed: none })).toEqual([]);
    expect(labelWarnings(dataset, { malformed: none })).toEqual([]);
  });
});

describe('labels that the pipeline does not name', () => {
  const { dataset } = pipelineSchema.parse(smallPipeline({}));
  const reasons = [
    { column: 'y', reason: unnamedLabel.sides, count: 6 },
    { column: 'y', reason: 'the label is missing', count: 3 },
    { column: 'x', reason: unnamedLabel.sides, count: 2 },
  ];

  it('are a warning with their number, for the rows are left out', () => {
    expect(labelWarnings(dataset, { malformed: { rows: 11, reasons } })).toEqual([
      'Column "y" has a label that the pipeline does not name in 6 rows, which no model learned from. ' +
        'The list of malformed rows says where: name the label under dataset.label if it should count.',
    ]);
  });

  it('are none where labels are only missing', () => {
    expect(labelWarnings(dataset, { malformed: { rows: 5, reasons: reasons.slice(1) } })).toEqual([]);
  });

  it.each(Object.values(unnamedLabel))('are those of the reason: %s', (reason) => {
    const malformed = { rows: 1, reasons: [{ column: 'y', reason, count: 1 }] };
    expect(labelWarnings(dataset, { malformed })[0]).toContain('in 1 row,');
  });
});
