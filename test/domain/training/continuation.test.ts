import { describe, expect, it } from 'vitest';
import { type Ancestor, continuationProblem, holdoutProblem } from '#domain/training/continuation';
import { trainingHyperparameters } from '#domain/training/hyperparameters';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline } from '../../fakes/data-run.ts';

const columns = {
  x: { role: 'feature', type: 'number' },
  c: { role: 'feature', type: 'category', from: 'C' },
};
const pipelineOf = (dataset: Record<string, unknown> = {}, rest: Record<string, unknown> = {}) =>
  pipelineSchema.parse(smallPipeline({ columns, ...dataset }, { training: { incremental: true }, ...rest }));
const features = [
  { kind: 'number', name: 'x', source: 'x', fill: 1 },
  { kind: 'onehot', name: 'c=a', source: 'c', value: 'a' },
];
const championOf = (pipeline = pipelineOf(), own: Partial<Ancestor> = {}): Ancestor => ({
  runId: 'r0',
  pipeline,
  features,
  training: { hyperparameters: trainingHyperparameters(pipeline, [80, 20]), image: 'image:1' },
  ...own,
});
const problem = (champion: Ancestor, pipeline = pipelineOf(), image = 'image:1') =>
  continuationProblem(champion, pipeline, image);

describe('a training goes on from the champion', () => {
  it('that was trained with the same settings, on rows of another balance', () => {
    expect(problem(championOf())).toBeUndefined();
  });

  it('after changes that no tree depends on', () => {
    const training = { incremental: true, hyperparameters: { eta: 0.05, max_depth: 3, num_round: 10 } };
    expect(problem(championOf(), pipelineOf({}, { training, imbalance: 'none' }))).toBeUndefined();
    const renamed = pipelineOf({ columns: { ...columns, c: { ...columns.c, from: 'CC' } } });
    expect(problem(championOf(), renamed)).toBeUndefined();
    expect(problem(championOf(), pipelineOf({ columns: { ...columns, s: { role: 'slice' } } }))).toBeUndefined();
  });
});

describe('a training starts anew', () => {
  const changedColumn = { ...columns, x: { ...columns.x, impute: 'mean' } };
  it.each([
    ['a model input with other settings', pipelineOf({ columns: changedColumn }), /model inputs, .* of them: x$/],
    ['a model input more', pipelineOf({ columns: { ...columns, y2: columns.x } }), /of them: y2$/],
    ['a model input less', pipelineOf({ columns: { x: columns.x } }), /of them: c$/],
    ['another label', pipelineOf({ label: { column: 'y', positive: 0, negative: 1 } }), /dataset\.label/],
    [
      'another objective',
      pipelineOf({}, { training: { incremental: true, hyperparameters: { objective: 'binary:hinge' } } }),
      /trees share: objective \(binary:logistic, now binary:hinge\)$/,
    ],
    [
      'a column that is declared monotone',
      pipelineOf({ columns: { ...columns, x: { ...columns.x, monotone: 'increasing' } } }),
      /of them: x$/,
    ],
    [
      'a constraint of its trees',
      pipelineOf(
        {},
        {
          training: {
            incremental: true,
            hyperparameters: { monotone_constraints: '(1,0)', tree_method: 'hist' },
          },
        },
      ),
      /monotone_constraints \(not set, now \(1,0\)\)$/,
    ],
  ])('after %s, and says what changed', (_, pipeline, reason) => {
    const found = problem(championOf(), pipeline);
    expect(found).toMatch(/^the champion, run r0, was trained with /);
    expect(found).toMatch(reason);
  });

  it('after interactions that changed, or that came or went', () => {
    const with2 = { columns: { ...columns, x2: columns.x } };
    const product = pipelineOf({ ...with2, interactions: [['x', 'x2']] });
    const named = pipelineOf({ ...with2, interactions: [{ of: ['x', 'x2'], as: 'product' }] });
    const ratio = pipelineOf({ ...with2, interactions: [{ of: ['x', 'x2'], as: 'ratio' }] });
    expect(problem(championOf(product), named)).toBeUndefined();
    for (const [before, now] of [
      [product, ratio],
      [product, pipelineOf(with2)],
      [pipelineOf(with2), product],
    ] as const)
      expect(problem(championOf(before), now)).toMatch(/was trained with other interactions of its columns$/);
  });

  it('where the champion has seen fewer rows of a class, so that its scores are no probabilities', () => {
    const undersampled = pipelineSchema.parse(smallPipeline({ columns }, { imbalance: { undersample: 3 } }));
    expect(problem(championOf(undersampled))).toMatch(
      /was trained with fewer rows of a class \(imbalance\.undersample\)$/,
    );
  });

  it('after another image, another task or another algorithm', () => {
    expect(problem(championOf(), pipelineOf(), 'image:2')).toMatch(/another image of XGBoost$/);
    const regression = pipelineOf(
      { label: { column: 'y' } },
      { evaluation: { task: 'regression', gates: [{ metric: 'rmse', max: 1 }] } },
    );
    expect(problem(championOf(regression))).toMatch(/another task$/);
    const other = { ...pipelineOf(), training: { ...pipelineOf().training, algorithm: 'other' } };
    expect(problem({ ...championOf(), pipeline: other })).toMatch(/another algorithm$/);
  });

  it('where the champion had constraints that the pipeline no longer has', () => {
    const hyperparameters = { ...championOf().training.hyperparameters, monotone_constraints: '(1,0)' };
    expect(problem(championOf(undefined, { training: { hyperparameters, image: 'image:1' } }))).toMatch(
      /monotone_constraints \(\(1,0\), now not set\)$/,
    );
  });
});

describe('a holdout', () => {
  it('judges a model that goes on where at least half of each class is unknown to the ancestors', () => {
    expect(
      holdoutProblem('r0', [
        { rows: 10, unseen: 5 },
        { rows: 1, unseen: 1 },
      ]),
    ).toBeUndefined();
    expect(holdoutProblem('r0', [])).toBeUndefined();
  });
  it.each([
    [[{ rows: 10, unseen: 4 }], 'of 10 test rows 4 are left'],
    [
      [
        { rows: 10, unseen: 10 },
        { rows: 1, unseen: 0 },
      ],
      'of 1 test rows of a class 0 are left',
    ],
  ])('cannot otherwise: %o', (classes, text) => {
    expect(holdoutProblem('r0', classes)).toContain(text);
  });
});
