import { expect, it } from 'vitest';
import type { ColumnSpec } from '#domain/data/column-spec';
import { trainingHyperparameters } from '#domain/training/hyperparameters';
import { monotoneDeclared, monotoneSigns } from '#domain/training/monotone';
import { planTrainingJob } from '#domain/training/plan';
import { planTuningJob } from '#domain/training/tuning';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline } from '../../fakes/data-run.ts';
import { env, run } from './a-run.ts';

const columns: Record<string, ColumnSpec> = {
  income: { role: 'feature', type: 'number', monotone: 'decreasing' },
  region: { role: 'feature', type: 'category' },
  age: { role: 'feature', type: 'number', monotone: 'increasing' },
};
const features = [
  { kind: 'number', name: 'income', source: 'income', fill: 1 },
  { kind: 'missing', name: 'income:missing', source: 'income' },
  { kind: 'number', name: 'dti', source: 'dti', fill: null },
  { kind: 'number', name: 'age', source: 'age', fill: 0 },
];

it('gives each model input its sign, and frees those that are no numbers', () => {
  expect(monotoneSigns({ columns }, features)).toEqual([-1, 0, 0, 1]);
  expect(monotoneSigns({ columns: { region: columns['region'] as ColumnSpec } }, features)).toEqual([]);
  expect(monotoneDeclared({ columns })).toEqual([-1, 1]);
});

it('gives scaled numbers and bins the sign of their column, and frees what is made of two', () => {
  const scaled = {
    kind: 'scaled',
    name: 'income',
    source: 'income',
    fill: 0,
    power: { kind: 'log' },
    center: 1,
    spread: 2,
  };
  const bin = { kind: 'bin', name: 'age', source: 'age', edges: [30], fill: null };
  const product = { kind: 'product', name: 'income × age', source: 'income', other: 'age' };
  expect(monotoneSigns({ columns }, [scaled, bin, product])).toEqual([-1, 1, 0]);
});

it('refuses a direction that nobody knows', () => {
  const sideways = { x: { role: 'feature', type: 'number', monotone: 'sideways' } } as Record<string, ColumnSpec>;
  expect(() => monotoneDeclared({ columns: sideways })).toThrow(TypeError);
});

it('reaches the training and every trial of a tuning, unless the pipeline sets the constraints itself', () => {
  const pipeline = (training: object) => pipelineSchema.parse(smallPipeline({}, { training }));
  const tuning = { maxJobs: 2, ranges: { eta: [0.1, 0.2] } };
  const constrained = { monotone_constraints: '(-1,0)', tree_method: 'hist' };
  const signs = [-1, 0] as const;

  expect(planTrainingJob(run, pipeline({}), [1, 1], env, undefined, signs).HyperParameters).toMatchObject(constrained);
  expect(planTrainingJob(run, pipeline({}), [1, 1], env).HyperParameters).not.toHaveProperty('monotone_constraints');
  expect(
    planTuningJob(run, pipeline({ tuning }), [1, 1], env, undefined, signs).TrainingJobDefinition.StaticHyperParameters,
  ).toMatchObject(constrained);
  const own = { monotone_constraints: '(1,1)', tree_method: 'exact' };
  expect(trainingHyperparameters(pipeline({ hyperparameters: own }), [], undefined, signs)).toMatchObject(own);
});
