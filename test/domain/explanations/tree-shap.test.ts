import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readModel } from '#domain/algorithms/xgboost/model/read-model';
import { marginsOf, scoresOf } from '#domain/explanations/tree-model';
import { treeExplainer } from '#domain/explanations/tree-shap';

interface Expected {
  readonly version: string;
  readonly rows: readonly (readonly (number | null)[])[];
  readonly cases: Readonly<
    Record<
      string,
      { contributions: number[][] | number[][][]; margins: (number | number[])[]; scores: (number | number[])[] }
    >
  >;
}

/** Models of real XGBoost, with what it answers to `pred_contribs`, `output_margin` and a plain prediction: scripts/make-xgboost-fixtures.py. */
const folder = (version: string) => new URL(`../../fixtures/xgboost/${version}/`, import.meta.url);
const models = ['v17', 'v32'].flatMap((version) => {
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

describe.each(models)('the explanation of $file', ({ model, rows, expected }) => {
  const explain = treeExplainer(model, rows[0]?.length ?? 0);

  it("answers XGBoost's margins and scores", () => {
    for (const [i, row] of rows.entries()) {
      const margins = marginsOf(model, row);
      const want = [expected.margins[i] as number | number[]].flat();
      margins.forEach((margin, group) => expect(margin).toBeCloseTo(want[group] as number, 4));
      const scores = [expected.scores[i] as number | number[]].flat();
      scoresOf(model, margins).forEach((score, group) => expect(score).toBeCloseTo(scores[group] as number, 4));
    }
  });

  it("equals XGBoost's contributions to 1e-5", () => {
    for (const [i, row] of rows.entries()) {
      const want = expected.contributions[i] as number[] | number[][];
      const groups = (Array.isArray(want[0]) ? want : [want]) as number[][];
      const found = explain(row).map(({ expected: bias, parts }) => [...parts, bias]);
      expect(found).toHaveLength(groups.length);
      found.forEach((values, group) =>
        values.forEach((value, at) => {
          const known = groups[group]?.[at] as number;
          expect(Math.abs(value - known)).toBeLessThan(1e-5 * Math.max(1, Math.abs(known)));
        }),
      );
    }
  });

  it('adds up to the margin', () => {
    for (const row of rows) {
      const margins = marginsOf(model, row);
      explain(row).forEach(({ expected: bias, parts }, group) => {
        expect(parts.reduce((sum, part) => sum + part, bias)).toBeCloseTo(margins[group] as number, 9);
      });
    }
  });
});
