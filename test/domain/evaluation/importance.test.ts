import { describe, expect, it } from 'vitest';
import { EvaluationError } from '#domain/errors';
import { type ImportanceInput, permutationImportance } from '#domain/evaluation/importance';
import { createRandom, type Random } from '#domain/random';

function shuffled(values: readonly number[], random: Random): number[] {
  const out = [...values];
  for (let i = out.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [out[i], out[j]] = [out[j] as number, out[i] as number];
  }
  return out;
}

/** A model that leans on `strong` nine times as much as on `weak`, not at all on `noise`; blocks as the pipeline writes them. */
function permutedSample(rows: number, columns = ['', 'noise', 'weak', 'strong']) {
  const random = createRandom(12);
  const inputs: Record<string, number[]> = {};
  for (const name of ['noise', 'weak', 'strong']) inputs[name] = Array.from({ length: rows }, () => random.normal());
  const predict = (x: Record<string, number[]>) =>
    Array.from({ length: rows }, (_, i) => 0.9 * (x['strong']?.[i] as number) + 0.1 * (x['weak']?.[i] as number));
  const truth = predict(inputs);
  const blocks = columns.map((column) =>
    column === '' ? truth : predict({ ...inputs, [column]: shuffled(inputs[column] as number[], random) }),
  );
  return {
    truth,
    scores: blocks.flat(),
    blocks: Int32Array.from(blocks.flatMap((_, block) => new Array<number>(rows).fill(block))),
    columns,
  };
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

describe('permutationImportance', () => {
  it('ranks columns by how much a binary model leans on them', () => {
    const { truth, scores, blocks, columns } = permutedSample(1500);
    const labels = Float64Array.from(columns.flatMap(() => truth.map((value) => (value > 0 ? 1 : 0))));
    const result = permutationImportance({
      task: 'binary',
      labels,
      scores: Float64Array.from(scores, logistic),
      blocks,
      columns,
      seed: 1,
    });
    expect(result.map(({ column }) => column)).toEqual(['strong', 'weak', 'noise']);
    expect(result[0]?.mean).toBeGreaterThan(0.4);
    expect(result[1]?.mean).toBeGreaterThan(3 * (result[1]?.std as number));
    expect(result[2]).toEqual({ column: 'noise', mean: 0, std: 0 });
  });

  it('gives the drop of R² for regression: twice the variance a column explains', () => {
    const { truth, scores, blocks, columns } = permutedSample(4000);
    const labels = Float64Array.from(columns.flatMap(() => truth));
    const result = permutationImportance({
      task: 'regression',
      labels,
      scores: Float64Array.from(scores),
      blocks,
      columns,
      seed: 1,
    });
    const [strong] = result;
    // 1 - (1 - 2·0.81 / 0.82)
    expect(Math.abs((strong?.mean as number) - (2 * 0.81) / 0.82)).toBeLessThan(4 * (strong?.std as number) + 0.02);
  });

  it('gives the drop of accuracy for multiclass', () => {
    const labels = Float64Array.of(0, 1, 2, 0, 1, 2);
    const right = [1, 0, 0, 0, 1, 0, 0, 0, 1];
    const shifted = [0, 1, 0, 0, 1, 0, 0, 0, 1];
    const result = permutationImportance({
      task: 'multiclass',
      labels,
      scores: Float64Array.from([...right, ...shifted]),
      blocks: Int32Array.of(0, 0, 0, 1, 1, 1),
      columns: ['', 'size'],
      classes: 3,
      seed: 1,
    });
    expect(result[0]?.mean).toBeCloseTo(1 / 3, 12);
    // one row of three loses its hit: the standard error of a share of 1/3 in 3 rows
    expect(result[0]?.std).toBeCloseTo(Math.sqrt(2 / 27), 1);
  });

  it('averages several permutations of one column', () => {
    const { truth, scores, blocks, columns } = permutedSample(500, ['', 'strong', 'strong', 'weak']);
    const labels = Float64Array.from(columns.flatMap(() => truth));
    const common = { task: 'regression', labels, scores: Float64Array.from(scores), blocks, seed: 1 } as const;
    const means = (names: string[]) =>
      new Map(permutationImportance({ ...common, columns: names }).map(({ column, mean }) => [column, mean]));
    const apart = means(['', 'first', 'second', 'weak']);
    const expected = ((apart.get('first') as number) + (apart.get('second') as number)) / 2;
    expect(means(columns).get('strong')).toBeCloseTo(expected, 12);
    expect(means(columns).size).toBe(2);
  });

  it('orders equals by name', () => {
    const result = permutationImportance({
      task: 'regression',
      labels: Float64Array.of(1, 2, 1, 2, 1, 2),
      scores: Float64Array.of(1, 2, 1, 2, 1, 2),
      blocks: Int32Array.of(0, 0, 1, 1, 2, 2),
      columns: ['', 'zeta', 'alpha'],
      seed: 1,
    });
    expect(result.map(({ column }) => column)).toEqual(['alpha', 'zeta']);
  });

  it('is empty when the sample cannot be scored', () => {
    const oneClass: ImportanceInput = {
      task: 'binary',
      labels: new Float64Array(4),
      scores: new Float64Array(4),
      blocks: Int32Array.of(0, 0, 1, 1),
      columns: ['', 'a'],
      seed: 1,
    };
    expect(permutationImportance(oneClass)).toEqual([]);
    const nothing = {
      ...oneClass,
      labels: new Float64Array(0),
      scores: new Float64Array(0),
      blocks: new Int32Array(0),
    };
    expect(permutationImportance(nothing)).toEqual([]);
  });

  it('refuses blocks that do not fit together', () => {
    const good: ImportanceInput = {
      task: 'binary',
      labels: Float64Array.of(0, 1, 0, 1),
      scores: new Float64Array(4),
      blocks: Int32Array.of(0, 0, 1, 1),
      columns: ['', 'income'],
      seed: 1,
    };
    const refused = (change: Partial<ImportanceInput>) => () => permutationImportance({ ...good, ...change });
    expect(refused({ blocks: Int32Array.of(0, 0, 0, 1) })).toThrow(
      /block 1 \(income\): found 1 rows where the holdout has 3/,
    );
    expect(refused({ blocks: Int32Array.of(0, 0, 1, 2) })).toThrow(/row 3 is of block 2, but 2 blocks are named/);
    expect(refused({ scores: new Float64Array(3) })).toThrow(EvaluationError);
    expect(refused({ blocks: new Int32Array(3) })).toThrow(/block numbers/);
  });
});
