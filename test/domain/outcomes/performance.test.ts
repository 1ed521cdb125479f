import { describe, expect, it } from 'vitest';
import type { ModelFacts } from '#domain/challenges/challenge-mode';
import { evaluate } from '#domain/evaluation/evaluate';
import { measurePerformance } from '#domain/outcomes/performance';
import { createRandom } from '#domain/random';
import { type Outcome, outcomeSchema } from '#schemas/records/outcome';
import { modelPerformanceSchema } from '#schemas/records/performance';

const binary: ModelFacts = { task: 'binary', threshold: 0.5, classes: ['no', 'yes'] };
const bootstrap = { resamples: 200, seed: 3 };
type Answer = Outcome['answers'][number];
const answer = (scores: number[], own: Partial<Answer> = {}): Answer => ({
  runId: 'r1',
  modelPackageVersion: 1,
  role: 'champion',
  returned: true,
  scores,
  failed: false,
  ...own,
});
const outcome = (value: Outcome['value'], ...answers: Answer[]): Outcome =>
  outcomeSchema.parse({
    inferenceId: 'a',
    row: 0,
    predictedAt: '2026-01-01T00:00:00Z',
    at: '2026-01-02T00:00:00Z',
    value,
    answers,
  });
const alone = (model: ModelFacts) => new Map([['r1', model]]);

describe('realised performance', () => {
  it('is what an evaluation of the same rows says, intervals included', () => {
    const random = createRandom(1);
    const rows = Array.from({ length: 80 }, () => ({ truth: random.below(2), score: random.float() }));
    const [measured] = measurePerformance(
      rows.map(({ truth, score }) => outcome(truth, answer([score]))),
      alone(binary),
      bootstrap,
    );
    const { metrics } = evaluate({
      task: 'binary',
      threshold: 0.5,
      labels: Float64Array.from(rows, ({ truth }) => truth),
      candidate: Float64Array.from(rows, ({ score }) => score),
      bootstrap,
    });
    expect(modelPerformanceSchema.parse(measured)).toMatchObject({ runId: 'r1', rows: 80, metrics });
  });

  it('tells models apart, and what callers received from what they did not', () => {
    const second: Partial<Answer> = { runId: 'r2', modelPackageVersion: 2, role: 'challenger' };
    const outcomes = [
      outcome(1, answer([0.9]), answer([0.2], { ...second, returned: false })),
      outcome(0, answer([0.1]), answer([0.3], { ...second, returned: false })),
      outcome(0, answer([0.4], second)),
    ];
    const models = new Map([...alone(binary), ['r2', binary]] as const);
    const found = measurePerformance(outcomes, models, bootstrap);
    expect(found.map(({ runId, returned, rows }) => [runId, returned, rows])).toEqual([
      ['r1', true, 2],
      ['r2', false, 2],
      ['r2', true, 1],
    ]);
    expect(found[0]?.metrics['accuracy']).toMatchObject({ value: 1, interval: 'wilson' });
    expect(found[1]?.metrics['accuracy']?.value).toBe(0.5);
  });

  it('leaves out metrics that the rows do not define', () => {
    const [found] = measurePerformance([outcome(1, answer([0.9]))], alone(binary), bootstrap);
    expect(found?.metrics).not.toHaveProperty('auc');
    expect(found?.metrics).toHaveProperty('log_loss');
    expect(modelPerformanceSchema.parse(found)).toEqual(found);
  });

  it('measures the other tasks', () => {
    const classes: ModelFacts = { task: 'multiclass', threshold: 0.5, classes: ['a', 'b', 'c'] };
    const some = [outcome('a', answer([0.8, 0.1, 0.1])), outcome('c', answer([0.2, 0.5, 0.3]))];
    expect(measurePerformance(some, alone(classes), bootstrap)[0]?.metrics['accuracy']?.value).toBe(0.5);
    const numbers: ModelFacts = { task: 'regression', threshold: 0.5, classes: [] };
    const more = [outcome(3, answer([1])), outcome(5, answer([5]))];
    expect(measurePerformance(more, alone(numbers), bootstrap)[0]?.metrics['mae']?.value).toBe(1);
  });

  it('leaves out failed answers, models that it does not know, and values of another task', () => {
    const outcomes = [
      outcome(1, answer([], { failed: true }), answer([0.3], { runId: 'gone' })),
      outcome('a class', answer([0.9])),
      outcome(1, answer([0.9, 0.1])),
    ];
    expect(measurePerformance(outcomes, alone(binary), bootstrap)).toEqual([]);
  });
});
