import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readModel } from '#domain/algorithms/xgboost/model/read-model';
import { childOf, marginsOf, scoresOf, type Tree } from '#domain/trees/tree-model';
import { depthOf, treeExplainer } from '#domain/trees/tree-shap';
import { randomTree, treesOfWidth } from './random-tree.ts';

interface Expected {
  readonly rows: readonly (readonly (number | null)[])[];
  readonly cases: Readonly<
    Record<
      string,
      { contributions: (number[] | number[][])[]; margins: (number | number[])[]; scores: (number | number[])[] }
    >
  >;
}

/** Models of real XGBoost, and what it answers to `pred_contribs`, `output_margin` and a plain prediction: test/fixtures/xgboost/make.py. */
const folder = (version: string) => new URL(`../../fixtures/xgboost/${version}/`, import.meta.url);
const models = ['1.7', '3.2'].flatMap((version) => {
  const { cases, rows } = JSON.parse(readFileSync(new URL('expected.json', folder(version)), 'utf8')) as Expected;
  return readdirSync(folder(version))
    .filter((file) => file !== 'expected.json')
    .map((file) => ({
      file: `${version}/${file}`,
      model: readModel(readFileSync(new URL(file, folder(version)))),
      rows: rows.map((row) => row.map((value) => value ?? Number.NaN)),
      expected: cases[file.split('.')[0] as string] as Expected['cases'][string],
    }));
});

function expectClose(found: readonly number[], wanted: readonly number[], tolerance: number): void {
  expect(found).toHaveLength(wanted.length);
  for (const [i, value] of found.entries()) {
    const want = wanted[i] as number;
    expect(Math.abs(value - want)).toBeLessThan(tolerance * Math.max(1, Math.abs(want)));
  }
}

describe.each(models)('the explanation of $file', ({ model, rows, expected }) => {
  const explain = treeExplainer(model, rows[0]?.length ?? 0);

  it("answers XGBoost's margins and scores", () => {
    for (const [i, row] of rows.entries()) {
      const margins = marginsOf(model, row);
      expectClose(margins, [expected.margins[i] ?? []].flat(), 1e-5);
      expectClose(scoresOf(model, margins), [expected.scores[i] ?? []].flat(), 1e-5);
    }
  });

  it("equals XGBoost's contributions to 1e-5", () => {
    for (const [i, row] of rows.entries()) {
      const wanted = [expected.contributions[i] ?? []].flat(2);
      const found = explain(row).flatMap(({ expected: bias, parts }) => [...parts, bias]);
      expectClose(found, wanted, 1e-5);
    }
  });
});

/** What a tree answers on average over its training rows when only some inputs of a row are known. */
function conditional(tree: Tree, row: readonly number[], known: ReadonlySet<number>, node = 0): number {
  const { left, right, feature, value, cover } = tree;
  if (left[node] === -1) return value[node] as number;
  const asked = feature[node] as number;
  if (known.has(asked)) return conditional(tree, row, known, childOf(tree, node, row[asked] as number));
  return [left[node] as number, right[node] as number].reduce(
    (sum, child) => sum + ((cover[child] as number) / (cover[node] as number)) * conditional(tree, row, known, child),
    0,
  );
}

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));

/** Shapley values by their definition, over all subsets of the inputs. */
function shapley(tree: Tree, row: readonly number[]): number[] {
  const width = row.length;
  return row.map((_, own) => {
    let total = 0;
    for (let subset = 0; subset < 2 ** width; subset++) {
      if ((subset >> own) & 1) continue;
      const known = new Set(row.keys().filter((i) => (subset >> i) & 1));
      const weight = (factorial(known.size) * factorial(width - known.size - 1)) / factorial(width);
      total += weight * (conditional(tree, row, new Set([...known, own])) - conditional(tree, row, known));
    }
    return total;
  });
}

const rowOf = (width: number) =>
  fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constant(Number.NaN)), { minLength: width, maxLength: width });

describe('TreeSHAP', () => {
  it('equals the definition of Shapley values on any tree, also where a path asks for an input twice', () => {
    fc.assert(
      fc.property(randomTree(4), rowOf(4), (tree, row) => {
        const [found] = treeExplainer({ link: 'identity', base: [0], trees: [tree] }, 4)(row);
        expectClose([...(found?.parts ?? [])], shapley(tree, row), 1e-9);
      }),
      { numRuns: 150 },
    );
  });

  it('adds up to the margin for any model', () => {
    fc.assert(
      fc.property(treesOfWidth(3), rowOf(3), fc.double({ min: -5, max: 5, noNaN: true }), (trees, row, base) => {
        const model = { link: 'identity', base: [base], trees } as const;
        const [found] = treeExplainer(model, 3)(row);
        const sum = (found?.parts ?? new Float64Array()).reduce((total, part) => total + part, found?.expected ?? 0);
        expectClose([sum], marginsOf(model, row), 1e-9);
      }),
    );
  });

  it('gives nothing to an input that no tree asks for', () => {
    fc.assert(
      fc.property(treesOfWidth(3), rowOf(4), (trees, row) => {
        const [found] = treeExplainer({ link: 'identity', base: [0], trees }, 4)(row);
        expect(found?.parts[3]).toBe(0);
      }),
    );
  });

  it('knows how deep a tree is', () => {
    const leaf: Tree = {
      group: 0,
      left: [-1],
      right: [-1],
      feature: [0],
      threshold: [0],
      missingLeft: [0],
      value: [2],
      cover: [1],
    };
    expect(depthOf(leaf)).toBe(0);
    expect(treeExplainer({ link: 'identity', base: [1], trees: [leaf] }, 1)([0])).toEqual([
      { expected: 3, parts: Float64Array.of(0) },
    ]);
  });
});
