import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explainedColumns } from '#domain/explanations/columns';
import { explainModel, mostModelNodes } from '#domain/explanations/explain-model';
import { createExplainer } from '#domain/explanations/explainer';
import { recalibrate } from '#domain/serving/recalibration';
import { marginsOf, scoresOf, type Tree, type TreeModel } from '#domain/trees/tree-model';
import { type Explained, explanationSchema } from '#schemas/records/explanation';
import type { FittedTransform } from '#schemas/records/fitted-transform';
import { treesOfWidth } from '../trees/random-tree.ts';

/** A number whose missing values are marked, a column of categories, one in an order, and the product of two numbers. */
const features: FittedTransform['features'] = [
  { kind: 'number', name: 'x', source: 'x', fill: 0 },
  { kind: 'missing', name: 'x:missing', source: 'x' },
  { kind: 'equals', name: 'c=red', source: 'c', category: 'red', orMissing: false },
  { kind: 'other', name: 'c:other', source: 'c', known: ['red'] },
  { kind: 'ordinal', name: 'o', source: 'o', order: ['low', 'high'], fill: null },
  { kind: 'product', name: 'x*z', source: 'x', other: 'z' },
];
const width = features.length;
type Fitted = Parameters<typeof explainModel>[0];
const binary: Fitted = { features, task: 'binary', label: { column: 'y', classes: ['0', '1'], classCounts: [9, 9] } };

/** A model that adds a number to rows in which an input is at least one half. */
const stump = (feature: number, value: number, group = 0): Tree => ({
  group,
  left: [1, -1, -1],
  right: [2, -1, -1],
  feature: [feature, 0, 0],
  threshold: [0.5, 0, 0],
  missingLeft: [1, 0, 0],
  value: [0, 0, value],
  cover: [10, 5, 5],
});
const matrixOf = (rows: readonly (readonly number[])[]) => ({
  rows: rows.length,
  width,
  values: Float64Array.from(rows.flat()),
});
const explained = (fitted: Fitted, model: TreeModel, rows: readonly (readonly number[])[]): Explained => {
  const found = explanationSchema.parse(explainModel(fitted, model, matrixOf(rows)));
  if (found.status !== 'explained') throw new Error(found.reason);
  return found;
};
/** Rows whose `x` is 1 in every second of them, and whose `c` is red in every third. */
const rows = Array.from({ length: 60 }, (_, i) => [i % 2, 0, i % 3 === 0 ? 1 : 0, i % 3 === 0 ? 0 : 1, i % 2, i]);
const logistic: TreeModel = { link: 'logistic', base: [-1], trees: [stump(0, 2), stump(2, -4), stump(5, 0.2)] };

describe('the columns of an explanation', () => {
  const columns = explainedColumns({ features });
  const valuesOf = (row: readonly number[]) => columns.map((column) => column.valueOf(row));

  it('hold every model input once', () => {
    expect(columns.map(({ column, inputs }) => [column, inputs])).toEqual([
      ['x', [0, 1]],
      ['c', [2, 3]],
      ['o', [4]],
      ['x × z', [5]],
    ]);
  });

  it('show a value as the data has it', () => {
    expect(valuesOf([3, 0, 1, 0, 1, 7])).toEqual([3, 'red', 'high', 7]);
    expect(valuesOf([0, 1, 0, 1, Number.NaN, Number.NaN])).toEqual([null, '(other)', null, null]);
    expect(valuesOf([0, 0, 0, 0, 0, 0])).toEqual([0, undefined, 'low', 0]);
  });

  it('show nothing of a column whose inputs are not in its unit, or are several numbers', () => {
    const scaled = {
      kind: 'scaled',
      name: 's',
      source: 's',
      fill: null,
      power: { kind: 'none' },
      center: 1,
      spread: 2,
    };
    const parts = ['a', 'b'].map((name) => ({ kind: 'number', name, source: 't', fill: null }));
    const [t, s] = explainedColumns({ features: [...parts, scaled] });
    expect(t?.valueOf([1, 2])).toBeUndefined();
    expect(t?.orderOf([1, 2])).toBeUndefined();
    expect(s?.valueOf([1, 2, 3])).toBeUndefined();
    expect(s?.orderOf([1, 2, 3])).toBe(3);
  });

  it('have an order where one number says it', () => {
    expect(columns.map((column) => column.orderOf([3, 0, 1, 0, 1, Number.NaN]))).toEqual([3, undefined, 1, undefined]);
  });
});

describe('an explainer', () => {
  it('adds up to the scores for any model and rows', () => {
    const cell = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constant(Number.NaN));
    const row = fc.array(cell, { minLength: width, maxLength: width });
    const link = fc.constantFrom<TreeModel['link']>('identity', 'logistic', 'log', 'softmax');
    fc.assert(
      fc.property(treesOfWidth(width), row, link, (trees, own, kind) => {
        const model = { link: kind, base: [0.25], trees };
        const { scores, groups } = createExplainer({ features }, model).explain(own);
        const [group] = groups;
        const sum = (group?.parts ?? []).reduce((total, part) => total + part, group?.expected ?? 0);
        expect(sum).toBeCloseTo(marginsOf(model, own)[0] as number, 8);
        expect(scores[0]).toBeCloseTo(scoresOf(model, [sum])[0] as number, 8);
      }),
    );
  });

  it.each([0, 1] as const)('explains the recalibrated score where class %s was undersampled', (majority) => {
    const balance = { kind: 'undersampled', majority, keptShare: 0.2 } as const;
    const row = rows[3] as number[];
    const [score] = createExplainer({ features, balance }, logistic).explain(row).scores;
    const [plain] = createExplainer({ features }, logistic).explain(row).scores;
    expect(score).toBeCloseTo(recalibrate(plain as number, balance), 10);
  });

  it('leaves scores that are no probabilities as they are', () => {
    const balance = { kind: 'undersampled', majority: 0, keptShare: 0.2 } as const;
    const model: TreeModel = { ...logistic, link: 'identity' };
    const row = rows[0] as number[];
    expect(createExplainer({ features, balance }, model).explain(row)).toEqual(
      createExplainer({ features }, model).explain(row),
    );
  });
});

describe('the explanation of a model', () => {
  it('ranks the columns by their mean contributions', () => {
    const { columns, unit, points } = explained(binary, logistic, rows);
    expect(unit).toBe('log-odds');
    // half of the training rows are on each side of a split, so a stump contributes half its value, up or down
    expect(columns.map(({ column, mean }) => [column, mean.map((one) => Number(one.toFixed(3)))])).toEqual([
      ['c', [2]],
      ['x', [1]],
      ['x × z', [0.1]],
      ['o', [0]],
    ]);
    expect(points.map(({ column }) => column)).toEqual(['c', 'x', 'x × z', 'o']);
    expect(points[1]).toMatchObject({ column: 'x', parts: rows.map(([x]) => (x === 1 ? 1 : -1)) });
    expect(points[1]?.ranks.slice(0, 2)).toEqual([0, Number((30 / 59).toPrecision(5))]);
    expect(points[0]?.ranks.every((rank) => rank === null)).toBe(true);
  });

  it('shows typical rows, and those with the lowest and the highest answers, none of them twice', () => {
    const { cases } = explained(binary, logistic, rows);
    const scores = (kind: string) => cases.filter((one) => one.kind === kind).map(({ score }) => score);
    expect(scores('typical')).toHaveLength(10);
    expect(scores('typical')).toEqual(scores('typical').toSorted((a, b) => a - b));
    expect(scores('lowest')).toHaveLength(5);
    expect(scores('highest')).toEqual(scores('highest').toSorted((a, b) => b - a));
    expect(Math.max(...scores('lowest'))).toBeLessThanOrEqual(Math.min(...scores('typical')));
    expect(Math.min(...scores('highest'))).toBeGreaterThanOrEqual(Math.max(...scores('typical')));
    for (const { contributions, others, expected, score } of cases) {
      const sum = contributions.reduce((total, { part }) => total + part, expected + others.part);
      expect(1 / (1 + Math.exp(-sum))).toBeCloseTo(score, 3);
    }
  });

  it('lists the largest contributions of a case and sums up the others', () => {
    const wide = Array.from({ length: 9 }, (_, i) => ({ kind: 'number', name: `n${i}`, source: `n${i}`, fill: null }));
    const model: TreeModel = { link: 'identity', base: [0], trees: wide.map((_, i) => stump(i, i + 1)) };
    const matrix = { rows: 3, width: 9, values: new Float64Array(27).fill(1) };
    const found = explainModel({ ...binary, task: 'regression', features: wide }, model, matrix);
    expect(found).toMatchObject({ unit: 'value', rows: 3, classes: [] });
    const [first] = (found as Explained).cases;
    expect(first?.contributions.map(({ column }) => column)).toEqual(['n8', 'n7', 'n6', 'n5', 'n4', 'n3', 'n2']);
    expect(first?.others).toEqual({ columns: 2, part: 1.5 });
  });

  it('of several classes explains the class that is answered', () => {
    const fitted: Fitted = {
      ...binary,
      task: 'multiclass',
      label: { column: 'y', classes: ['a', 'b', 'c'], classCounts: [1, 1, 1] },
    };
    const model: TreeModel = { link: 'softmax', base: [0, 0, 0], trees: [stump(0, 3, 1), stump(2, 5, 2)] };
    const { unit, classes, columns, points, cases } = explained(fitted, model, rows);
    expect({ unit, classes, points }).toEqual({
      unit: 'log of the relative probability',
      classes: ['a', 'b', 'c'],
      points: [],
    });
    expect(columns[0]).toEqual({ column: 'c', mean: [0, 0, 2.5] });
    expect(columns[1]).toEqual({ column: 'x', mean: [0, 1.5, 0] });
    const highest = cases.find(({ kind }) => kind === 'highest');
    expect(highest).toMatchObject({
      class: 'c',
      expected: 2.5,
      contributions: [{ column: 'c', value: 'red', part: 2.5 }, {}, {}, {}],
    });
  });

  it('takes fewer rows of a larger model, at equal distances', () => {
    const chain: Tree = { ...stump(0, 1), left: [1, -1, -1, ...Array<number>(400_000).fill(-1)] };
    const { rows: count, holdoutRows } = explained(
      binary,
      { ...logistic, trees: [chain] },
      Array.from({ length: 90 }, (_, i) => [i, 0, 0, 0, 0, 0]),
    );
    expect({ count, holdoutRows }).toEqual({ count: 29, holdoutRows: 90 });
    expect(
      explained(
        binary,
        logistic,
        Array.from({ length: 900 }, () => [0, 0, 0, 0, 0, 0]),
      ).rows,
    ).toBe(500);
  });

  it('says why there is none', () => {
    const huge: TreeModel = { ...logistic, trees: [{ ...stump(0, 1), left: { length: mostModelNodes + 1 } }] };
    expect(explainModel(binary, huge, matrixOf(rows))).toEqual({
      version: 1,
      status: 'unexplained',
      reason: 'its trees have 2000001 nodes, more than 2000000',
    });
    expect(explainModel(binary, logistic, matrixOf([]))).toMatchObject({ reason: 'the holdout has no rows' });
  });
});
