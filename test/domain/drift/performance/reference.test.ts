import { describe, expect, it } from 'vitest';
import { buildReference, REFERENCE_ROWS } from '#domain/drift/performance/reference';
import { performanceReferenceSchema } from '#schemas/records/performance-estimate';

const number = (name: string) => ({ kind: 'number', name, source: name, fill: null });
const label = { column: 'y', classes: ['no', 'yes'], classCounts: [5, 5] };
const rowsOf = (rows: number, width: number) => ({
  rows,
  width,
  values: Float64Array.from({ length: rows * width }, (_, i) => i),
});

describe('the reference of an estimate', () => {
  const build = (
    rows: number,
    names: readonly string[],
    importances: { column: string; mean: number; std: number }[],
  ) =>
    performanceReferenceSchema.parse(
      buildReference({
        fitted: { task: 'binary', label, features: names.map(number) },
        inputs: rowsOf(rows, names.length),
        scores: Float64Array.from({ length: rows }, (_, row) => row / rows),
        labels: Float64Array.from({ length: rows }, (_, row) => row % 2),
        threshold: 0.4,
        importances,
      }),
    );

  it('has every row of a small holdout, in its order', () => {
    const found = build(3, ['a', 'b'], []);
    expect(found).toMatchObject({ rows: 3, values: [0, 1, 2, 3, 4, 5], labels: [0, 1, 0], threshold: 0.4, classes: 2 });
    expect(found.scores).toEqual([0, 1 / 3, 2 / 3]);
  });

  it('has the projections of embeddings, of the same rows', () => {
    const features = ['a', 'b', 'c'].map(number);
    const common = { scores: new Float64Array(5000), labels: new Float64Array(5000), threshold: 0.4, importances: [] };
    const found = buildReference({
      fitted: { task: 'binary', label, features },
      inputs: rowsOf(5000, 3),
      ...common,
      embeddings: [{ name: 'text', at: [0, 2] }],
    });
    const [text] = performanceReferenceSchema.parse(found).embeddings ?? [];
    expect(text).toMatchObject({ name: 'text', at: [0, 2], projections: 2 });
    expect(text?.values).toHaveLength(2 * REFERENCE_ROWS);
    expect(build(3, ['a'], [])).not.toHaveProperty('embeddings');
  });

  it('has 4,000 rows of a large one, in its order', () => {
    const { rows, values } = build(10_000, ['a'], []);
    expect(rows).toBe(REFERENCE_ROWS);
    expect(values).toEqual(values.toSorted((a, b) => Number(a) - Number(b)));
    expect(new Set(values).size).toBe(REFERENCE_ROWS);
  });

  it('leaves out columns that the model hardly uses, and says so; a column that was not measured stays', () => {
    const of = (column: string, mean: number) => ({ column, mean, std: 0 });
    const found = build(
      2,
      ['used', 'idle', 'worse', 'unmeasured'],
      [of('used', 0.2), of('idle', 0.001), of('worse', -0.01)],
    );
    expect(found.inputs).toEqual([
      { at: 0, column: 'used' },
      { at: 3, column: 'unmeasured' },
    ]);
    expect(found.leftOut).toEqual([
      { column: 'idle', reason: 'the model hardly uses it' },
      { column: 'worse', reason: 'the model hardly uses it' },
    ]);
    expect(found.values).toEqual([0, 3, 4, 7]);
  });

  it('has the fifty inputs that matter most', () => {
    const names = Array.from({ length: 60 }, (_, i) => `c${i}`);
    const found = build(
      2,
      names,
      names.map((column, i) => ({ column, mean: 1 + i, std: 0 })),
    );
    expect(found.inputs.map(({ column }) => column)).toEqual(names.slice(10));
    expect(found.leftOut).toContainEqual({ column: 'c0', reason: 'columns that matter more fill the estimate' });
  });

  it('has an interaction under its own name, as important as the more important of its columns', () => {
    const product = { kind: 'product', name: 'a × b', source: 'a', other: 'b' };
    const build = (a: number, b: number) =>
      buildReference({
        fitted: { task: 'regression', label: { ...label, classes: [] }, features: [number('a'), number('c'), product] },
        inputs: { rows: 1, width: 3, values: Float64Array.of(1, 2, 3) },
        scores: Float64Array.of(1),
        labels: Float64Array.of(2),
        threshold: 0.5,
        importances: [
          { column: 'a', mean: a, std: 0 },
          { column: 'b', mean: b, std: 0 },
          { column: 'c', mean: 1, std: 0 },
        ],
      });
    expect(build(0, 0.5)).toMatchObject({
      inputs: [{ column: 'c' }, { column: 'a × b' }],
      leftOut: [{ column: 'a', reason: 'the model hardly uses it' }],
    });
    expect(build(0, 0).leftOut.map(({ column }) => column)).toEqual(['a', 'a × b']);
  });

  it('leaves the words of a text out', () => {
    const words = { kind: 'text-words', name: 'note#1', source: 'note', ngrams: [1], buckets: 2, bucket: 1, idf: 1 };
    const found = buildReference({
      fitted: { task: 'regression', label: { ...label, classes: [] }, features: [words, number('a')] },
      inputs: { rows: 1, width: 2, values: Float64Array.of(0, 1) },
      scores: Float64Array.of(1),
      labels: Float64Array.of(2),
      threshold: 0.5,
      importances: [],
    });
    expect(found.leftOut).toEqual([{ column: 'note#1', reason: 'words of a text: its statistics are watched' }]);
  });

  it('leaves parts of dates out, which change with the calendar', () => {
    const month = { kind: 'datetime', name: 'day_month', source: 'day', part: 'month' };
    const found = buildReference({
      fitted: { task: 'regression', label: { ...label, classes: [] }, features: [month, number('a')] },
      inputs: { rows: 1, width: 2, values: Float64Array.of(7, Number.NaN) },
      scores: Float64Array.of(1),
      labels: Float64Array.of(2),
      threshold: 0.5,
      importances: [],
    });
    expect(found).toMatchObject({ inputs: [{ at: 1, column: 'a' }], values: [null], classes: 0 });
    expect(found.leftOut).toEqual([{ column: 'day_month', reason: 'it changes with the calendar' }]);
  });
});
