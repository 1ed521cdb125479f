import { readFileSync } from 'node:fs';

interface Case {
  readonly name: string;
  readonly weights: number[] | null;
  readonly metrics: Record<string, number>;
}

/** Values computed with scikit-learn and SciPy; `fixtures/make_fixtures.py` says how. */
export interface Reference {
  readonly binary: (Case & {
    readonly labels: number[];
    readonly scores: number[];
    readonly threshold: number;
    readonly confusion: number[][];
    readonly roc: { readonly fpr: number[]; readonly tpr: number[] };
    readonly calibration: { readonly positiveRate: number[]; readonly meanScore: number[] };
  })[];
  readonly multiclass: (Case & {
    readonly labels: number[];
    readonly scores: number[];
    readonly classes: number;
    readonly confusion: number[][];
    readonly perClass: Record<'precision' | 'recall' | 'f1' | 'support', number[]>;
  })[];
  readonly regression: (Case & { readonly actual: number[]; readonly predicted: number[] })[];
  readonly quantiles: { readonly values: number[]; readonly q: number; readonly expected: number }[];
  readonly normalQuantiles: { readonly p: number; readonly expected: number }[];
  readonly chiSquareQuantiles: { readonly p: number; readonly degrees: number; readonly expected: number }[];
  readonly ks: { readonly a: number[]; readonly b: number[]; readonly expected: number }[];
}

export const reference: Reference = JSON.parse(
  readFileSync(new URL('./fixtures/scikit-learn.json', import.meta.url), 'utf8'),
);
