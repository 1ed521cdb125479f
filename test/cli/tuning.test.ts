import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import type { TrainingRecord } from '#schemas/records/run';
import { describeTuning } from '../../cli/tuning.ts';

const trial = (number: number, eta: string, objective: number | null) => ({
  trainingJob: `job-${number}`,
  status: objective === null ? 'Failed' : 'Completed',
  hyperparameters: { eta, max_depth: '6' },
  objective,
});
const record = (direction: 'Maximize' | 'Minimize', trials: ReturnType<typeof trial>[]): TrainingRecord => ({
  hyperparameters: {},
  image: 'image',
  trainingJob: 'job-2',
  tuning: { tuningJob: 'tune', strategy: 'Bayesian', metric: 'validation:x', direction, trials },
});
const lines = (text: string | undefined) =>
  stripVTControlCharacters(text ?? '')
    .split('\n')
    .map((line) => line.trim().split(/ {2,}/));

it('ranks the training jobs by what is better, those without a value last, and marks the best', () => {
  const trials = [trial(1, '0.30000000000000004', 0.7), trial(2, '0.1', 0.9), trial(3, '0.2', null)];

  expect(lines(describeTuning(record('Maximize', trials)))).toEqual([
    ['tuning Bayesian, 3 training jobs'],
    ['TRAINING JOB', 'ETA', 'MAX_DEPTH', 'VALIDATION:X'],
    ['job-2', '0.1', '6', '0.90000', 'best'],
    ['job-1', '0.3', '6', '0.70000'],
    ['job-3', '0.2', '6', 'failed'],
  ]);
  expect(
    lines(describeTuning(record('Minimize', trials)))
      .slice(2)
      .map(([job]) => job),
  ).toEqual(['job-1', 'job-2', 'job-3']);
});

it('shows ten of a long search and says how many more there are', () => {
  const text = describeTuning(
    record(
      'Maximize',
      Array.from({ length: 14 }, (_, i) => trial(i, '0.1', i)),
    ),
  );

  expect(lines(text)).toHaveLength(13);
  expect(text).toContain('and 4 more: see the report');
});

it('says nothing of a run that was not tuned', () => {
  expect(describeTuning({ hyperparameters: {}, image: 'image' })).toBeUndefined();
});
