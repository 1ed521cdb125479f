import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claimOfNaiveSplit } from '#domain/evaluation/naive-split';

const rows = (labels: readonly number[], scores: readonly number[]) => ({
  labels: Float64Array.from(labels),
  scores: Float64Array.from(scores),
});
const copies = (labels: readonly number[], scores: readonly number[], chances?: readonly number[]) => ({
  ...rows(labels, scores),
  chances: Float64Array.from(chances ?? labels.map(() => 1)),
});
const binary = { task: 'binary', threshold: 0.5 } as const;

describe('the claim of a naive split', () => {
  it('has its share of copied rows, and honest rows for the rest', () => {
    const honest = rows([0, 1, 0, 1], [0.1, 0.1, 0.9, 0.9]);
    const claim = claimOfNaiveSplit(binary, honest, copies([0, 1], [0.1, 0.9]), 0.4);

    expect(claim).toMatchObject({ rows: 2, share: 0.4 });
    // half of the honest rows are right, and all copies
    expect(claim.metrics['accuracy']).toBeCloseTo(0.6 * 0.5 + 0.4, 12);
  });

  it('counts a copied row by the chance that its copy was in training', () => {
    const claim = claimOfNaiveSplit(binary, rows([0, 1], [0.9, 0.1]), copies([0, 1], [0.1, 0.1], [0.9, 0.3]), 0.5);

    expect(claim.metrics['accuracy']).toBeCloseTo((0.5 * 0.9) / 1.2, 12);
  });

  it('is measured for every task', () => {
    const squares = claimOfNaiveSplit({ task: 'regression' }, rows([1, 2], [3, 4]), copies([5, 6], [5, 6]), 0.25);
    expect(squares.metrics['mse']).toBeCloseTo(0.75 * 4, 12);
    expect(squares.metrics['rmse']).toBeCloseTo(Math.sqrt(3), 12);

    const wrong = [0.8, 0.1, 0.1, 0.8, 0.1, 0.1, 0.8, 0.1, 0.1];
    const right = [0.8, 0.1, 0.1, 0.1, 0.8, 0.1, 0.1, 0.1, 0.8];
    const classes = ['a', 'b', 'c'];
    const claim = claimOfNaiveSplit(
      { task: 'multiclass', classes },
      rows([0, 1, 2], wrong),
      copies([0, 1, 2], right),
      0.5,
    );
    expect(claim.metrics['accuracy']).toBeCloseTo(0.5 / 3 + 0.5, 12);
  });

  it('is the honest metric where no row would have had a copy in training', () => {
    const scored = fc.array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.double({ min: 0, max: 1, noNaN: true })), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(scored, (drawn) => {
        const all = [...drawn, [0, 0.2], [1, 0.8]] as const;
        const labels = all.map(([label]) => label);
        const honest = rows(
          labels,
          all.map(([, score]) => score),
        );
        const alone = claimOfNaiveSplit(binary, honest, copies([1], [0]), 0);
        const right = all.filter(([label, score]) => (score >= 0.5 ? 1 : 0) === label).length;
        expect(alone.metrics['accuracy']).toBeCloseTo(right / all.length, 9);
      }),
    );
  });

  it('leaves out metrics that are not defined', () => {
    const claim = claimOfNaiveSplit(binary, rows([0, 1], [0.2, 0.8]), copies([1], [0.9]), 1);

    expect(claim.metrics['auc']).toBeUndefined();
    expect(claim.metrics['accuracy']).toBe(1);
  });

  it('is refused when numbers of rows differ', () => {
    const honest = rows([0, 1], [0.2, 0.8]);
    expect(() => claimOfNaiveSplit(binary, honest, copies([1, 1], [0.9]), 0.5)).toThrow(
      'scores of copied rows: found 1',
    );
    expect(() => claimOfNaiveSplit(binary, honest, copies([1], [0.9], [1, 1]), 0.5)).toThrow(
      'chances of copied rows: found 2',
    );
  });
});
