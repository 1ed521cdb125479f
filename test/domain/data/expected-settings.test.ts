import { describe, expect, it } from 'vitest';
import { invariantColumns, monotoneColumns } from '#domain/data/expected-settings';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline } from '../../fakes/data-run.ts';

const columns = {
  income: { role: 'feature', type: 'number', monotone: 'decreasing' },
  age: { role: 'feature', type: 'number', monotone: 'increasing', invariant: 0.5 },
  region: { role: 'feature', type: 'category', invariant: 0.02 },
  verified: { role: 'feature', type: 'boolean', invariant: 0 },
  zip: { role: 'quasi', action: 'generalize', keepFirst: 3, feature: { type: 'category' } },
  seen: { role: 'feature', type: 'datetime', parts: ['month'] },
};
const parse = (own: object, rest: Record<string, unknown> = {}) =>
  pipelineSchema.safeParse(smallPipeline({ columns: own }, rest));
const problems = (own: object, rest: Record<string, unknown> = {}) =>
  parse(own, rest).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

describe('what a pipeline expects of the answers', () => {
  it('is listed by column, in the order of the file', () => {
    const dataset = parse(columns).data?.dataset ?? { columns: {} };
    expect(monotoneColumns(dataset)).toEqual([
      { column: 'income', direction: 'decreasing' },
      { column: 'age', direction: 'increasing' },
    ]);
    expect(invariantColumns(dataset)).toEqual([
      { column: 'age', tolerance: 0.5 },
      { column: 'region', tolerance: 0.02 },
      { column: 'verified', tolerance: 0 },
    ]);
  });

  it('is declared of model inputs that have it only', () => {
    const of = (own: object) => problems({ ...columns, x: own });
    expect(of({ role: 'feature', type: 'category', monotone: 'increasing' })).toHaveLength(1);
    expect(of({ role: 'feature', type: 'datetime', parts: ['month'], invariant: 1 })).toHaveLength(1);
    expect(
      of({ role: 'quasi', action: 'generalize', binWidth: 10, feature: { type: 'number', invariant: 1 } }),
    ).toHaveLength(1);
    expect(of({ role: 'feature', type: 'number', invariant: -1 })).toHaveLength(1);
  });

  it('has no direction for a multiclass model', () => {
    const multiclass = {
      evaluation: { task: 'multiclass', gates: [{ metric: 'accuracy', min: 0.5 }] },
    };
    const label = { column: 'y', classes: ['a', 'b', 'c'] };
    const { error } = pipelineSchema.safeParse(smallPipeline({ columns, label }, multiclass));
    expect(error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)).toEqual(
      ['income', 'age'].map(
        (name) =>
          `dataset.columns.${name}.monotone: a multiclass model answers one number for each class, so there is no single direction: remove it`,
      ),
    );
  });

  it('has no direction where each bin is an input of its own', () => {
    const number = { role: 'feature', type: 'number', encode: 'bins', monotone: 'increasing' };
    expect(problems({ ...columns, age: number, debt: { ...number, as: 'onehot' } })).toEqual([
      'dataset.columns.debt.monotone: its inputs do not rise with it, so no training can keep to a direction: set as: position, or remove monotone',
    ]);
  });

  it('is checked against hyperparameters that do not go with it', () => {
    expect(problems(columns, { training: { hyperparameters: { tree_method: 'approx' } } })).toEqual([
      'training.hyperparameters.tree_method: monotone constraints go with exact and hist only: set one of them',
    ]);
    expect(problems(columns, { training: { hyperparameters: { tree_method: 'exact' } } })).toEqual([]);
  });
});
