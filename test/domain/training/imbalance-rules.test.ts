import { describe, expect, it } from 'vitest';
import type { Algorithm } from '#domain/algorithms/algorithm';
import { xgboost } from '#domain/algorithms/xgboost/xgboost';
import { imbalanceSchema } from '#domain/imbalance/settings';
import { checkImbalance } from '#domain/training/imbalance-rules';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline } from '../../fakes/data-run.ts';

const problems = (imbalance: unknown, rest: object = {}): string[] =>
  (pipelineSchema.safeParse(smallPipeline({}, { imbalance, ...rest })).error?.issues ?? []).map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  );

describe('imbalance', () => {
  it.each([
    ['auto', {}],
    ['none', {}],
    [{ weights: 'balanced' }, {}],
    [{ undersample: 2.5 }, {}],
    // its own weight, and that it has none
    ['auto', { training: { hyperparameters: { scale_pos_weight: 3 } } }],
    ['none', { training: { hyperparameters: { csv_weights: 0 } } }],
    [{ weights: 'balanced' }, { training: { hyperparameters: { csv_weights: 1 } } }],
    [{ weights: 'balanced' }, { training: { instances: { count: 3 } } }],
  ])('%j goes with %j', (imbalance, rest) => {
    expect(problems(imbalance, rest)).toEqual([]);
  });

  it.each([
    [
      { undersample: 2 },
      { training: { instances: { count: 2 } } },
      'imbalance: undersample leaves fewer rows, and an instance might get none: set training.instances.count to 1',
    ],
    [
      { undersample: 2 },
      { training: { incremental: true } },
      'imbalance: undersample recalibrates the scores of a whole model, and training.incremental adds to another one: leave out one of the two',
    ],
    [
      { undersample: 2 },
      { training: { hyperparameters: { objective: 'binary:logitraw' } } },
      'imbalance: undersample recalibrates probabilities, and XGBoost gives none with these hyperparameters: leave objective out, or set none',
    ],
    [
      { undersample: 2 },
      { training: { hyperparameters: { scale_pos_weight: 2 } } },
      'training.hyperparameters.scale_pos_weight: imbalance balances the classes already: leave out one of the two',
    ],
    [
      { weights: 'balanced' },
      { training: { hyperparameters: { csv_weights: 0 } } },
      'training.hyperparameters.csv_weights: the training rows have weights, as imbalance says: leave it out',
    ],
    [
      'auto',
      { training: { hyperparameters: { csv_weights: 1 } } },
      'training.hyperparameters.csv_weights: the training rows have no weights, as imbalance says: leave it out',
    ],
  ])('%j does not go with %j', (imbalance, rest, problem) => {
    expect(problems(imbalance, rest)).toContain(problem);
  });

  const refused = (imbalance: object, task: 'multiclass' | 'regression', own: Partial<Algorithm> = {}) => {
    const found: string[] = [];
    const { training } = pipelineSchema.parse(smallPipeline());
    const pipeline = { imbalance: imbalanceSchema.parse(imbalance), training, evaluation: { task } };
    checkImbalance(pipeline, { ...xgboost, ...own }, {}, (_, message) => found.push(message));
    return found;
  };

  it('needs classes, two for undersampling', () => {
    expect(refused({ weights: 'balanced' }, 'multiclass')).toEqual([]);
    expect(refused({ weights: 'balanced' }, 'regression')).toEqual([
      'a regression has no classes to weight: leave imbalance out',
    ]);
    for (const task of ['multiclass', 'regression'] as const)
      expect(refused({ undersample: 2 }, task)).toEqual([
        'undersample is for binary tasks: set { weights: balanced }, or none',
      ]);
  });

  it('needs an algorithm that has a way', () => {
    const { balancing: _, ...without } = xgboost;
    const found: string[] = [];
    const { training } = pipelineSchema.parse(smallPipeline());
    for (const imbalance of [{ weights: 'balanced' as const }, { undersample: 2 }])
      checkImbalance({ imbalance, training, evaluation: { task: 'binary' } }, without, {}, (_, m) => found.push(m));
    expect(found).toEqual([
      'XGBoost reads no weights of rows: set undersample, or none',
      'undersample recalibrates probabilities, and XGBoost gives none with these hyperparameters: leave objective out, or set none',
    ]);
  });

  it('has bounds', () => {
    const accepted = (own: unknown) => imbalanceSchema.safeParse(own).success;
    expect([0.9, 1, 1000, 1001].map((undersample) => accepted({ undersample }))).toEqual([false, true, true, false]);
    expect(accepted({ weights: 'even' })).toBe(false);
    expect(accepted({ undersample: 2, weights: 'balanced' })).toBe(false);
  });
});
