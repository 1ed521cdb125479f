import { describe, expect, it } from 'vitest';
import { sourceName } from '#domain/data/column-source';
import { expectedColumns } from '#domain/data/columns';
import { describeForms, outcomeForms } from '#domain/outcomes/forms';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';

const churn = (dataset: object = {}): Pipeline =>
  pipelineSchema.parse({
    name: 'churn',
    dataset: {
      format: 'csv',
      label: { column: 'churned', positive: 'yes' },
      id: 'customer',
      time: 'signed_up',
      columns: { x: { role: 'feature', type: 'number' } },
      ...dataset,
    },
    evaluation: { task: 'binary', gates: [{ metric: 'auc', min: 0.5 }] },
  });
const shapes = (pipeline: Pipeline) =>
  outcomeForms(pipeline).map(({ by, pipeline: own }) => [`${by}:`, ...expectedColumns(own)].join(' '));

describe('the forms of a file with outcomes', () => {
  it('are the label with the request or with the id, the fullest first', () => {
    expect(shapes(churn())).toEqual([
      'inferenceId: churned inferenceId row at',
      'inferenceId: churned inferenceId row',
      'inferenceId: churned inferenceId at',
      'inferenceId: churned inferenceId',
      'key: customer churned at',
      'key: customer churned',
    ]);
  });

  it('need the request where the pipeline has no id', () => {
    expect(shapes(churn({ id: undefined })).every((shape) => shape.startsWith('inferenceId:'))).toBe(true);
  });

  it('leave a column of the pipeline its meaning', () => {
    expect(shapes(churn({ id: 'row', label: { column: 'at', positive: 1 } }))).toEqual([
      'inferenceId: at inferenceId',
      'key: row at',
    ]);
  });

  it('find columns by the names that drops give them, and not by positions', () => {
    const renamed = churn({
      label: { column: 'churned', positive: 'yes', from: 'Churn?' },
      from: { customer: 'Customer No.' },
    });
    const last = outcomeForms(renamed).at(-1)?.pipeline ?? renamed;
    expect(sourceName(last.dataset, 'churned')).toBe('Churn?');
    expect(sourceName(last.dataset, 'customer')).toBe('Customer No.');
    const byPosition = churn({
      csv: { header: false, names: ['a', 'customer', 'signed_up', 'x'], skipLines: 2 },
      label: { column: 'churned', positive: 'yes', from: { position: 1 } },
    });
    const { dataset } = outcomeForms(byPosition)[0]?.pipeline ?? byPosition;
    expect(dataset.label).toEqual({ column: 'churned', positive: 'yes' });
    expect(dataset.csv).toMatchObject({ header: true, skipLines: 0 });
    expect(dataset.csv).not.toHaveProperty('names');
  });

  it('are said in words', () => {
    expect(describeForms(churn({ label: { column: 'churned', positive: 'yes', from: 'Churn?' } }))).toBe(
      'Write "Churn?" with "inferenceId" (and "row", from 0, where a request had several rows), or with "customer". ' +
        '"at" may say when the outcome became known. Leave out every other column.',
    );
    expect(describeForms(churn({ id: undefined }))).not.toContain('customer');
  });
});
