import { describe, expect, it, test } from 'vitest';
import { buildBaseline, buildWindow } from '#domain/drift/baseline';
import { compareWindow } from '#domain/drift/compare';
import { byDrift, DRIFT_TESTS } from '#domain/drift/registry';
import { driftSchema } from '#domain/drift/settings';
import { EvaluationError } from '#domain/errors';
import { columnDriftSchema } from '#schemas/records/baseline';

describe.each(DRIFT_TESTS)('the drift test $name', ({ name, example, threshold, summary, source }) => {
  it('has a threshold in the drift section, with a default', () => {
    const section = { schedule: 'rate(1 day)' };
    expect(driftSchema.parse({ ...section, ...example })).toMatchObject(example);
    expect(driftSchema.parse(section)[name]).toBe(threshold.parse(undefined));
    expect(driftSchema.safeParse({ ...section, [name]: 0 }).success).toBe(false);
  });

  it('has words for it', () => {
    expect(summary).toMatch(/^[A-Z].*\.$/);
    expect(source).not.toBe('');
  });
});

test('the first test applies to every kind of column, as columns are ordered by it', () => {
  expect(DRIFT_TESTS[0].kinds).toEqual(['number', 'category']);
  const column = (psi: number, drifted: boolean) => ({
    tests: { psi: { statistic: psi, threshold: 0.2, drifted } },
    drifted,
  });
  const columns = [column(0.1, false), column(0.3, true), column(0.15, false), column(0.1, true)];
  const ordered = columns.toSorted(byDrift()).map(({ tests }) => tests.psi.statistic);
  expect(ordered).toEqual([0.3, 0.1, 0.15, 0.1]);
});

test('an embedding, which the first test does not apply to, is ordered by how far it is above its threshold', () => {
  const column = (psi: number) => ({
    tests: { psi: { statistic: psi, threshold: 0.2, drifted: true } },
    drifted: true,
  });
  const embedding = (auc: number) => ({
    tests: { embeddingClassifier: { statistic: auc, threshold: 0.5, drifted: true } },
    drifted: true,
  });
  const columns = [embedding(0.6), column(0.5), embedding(0.9), embedding(0.4), column(0)];
  const ordered = columns.toSorted(byDrift()).map((own) => Object.values(own.tests)[0]?.statistic);
  expect(ordered).toEqual([0.9, 0.5, 0.6, 0.4, 0]);
});

test('a test without a threshold is not left out', () => {
  const rows = { rows: 10, columns: [{ column: 'x', kind: 'number' as const, values: new Float64Array(10) }] };
  const baseline = buildBaseline(rows);
  const window = buildWindow(baseline, rows);
  expect(() => compareWindow({ baseline, window, minRows: 1, thresholds: { psi: 0.2 } })).toThrow(EvaluationError);
});

describe('a drift record from before tests had names', () => {
  const rest = { column: 'x', kind: 'number', drifted: true, reason: 'PSI 0.3 is over 0.2, KS 0.05 is within 0.1.' };

  it('is read as one of today', () => {
    expect(columnDriftSchema.parse({ ...rest, psi: 0.3, psiThreshold: 0.2, ks: 0.05, ksThreshold: 0.1 })).toEqual({
      ...rest,
      tests: {
        psi: { statistic: 0.3, threshold: 0.2, drifted: true },
        ks: { statistic: 0.05, threshold: 0.1, drifted: false },
      },
    });
    expect(columnDriftSchema.parse({ ...rest, kind: 'category', psi: 0.3, psiThreshold: 0.2 }).tests).toEqual({
      psi: { statistic: 0.3, threshold: 0.2, drifted: true },
    });
  });

  it('that is damaged is still refused', () => {
    expect(columnDriftSchema.safeParse({ ...rest, psi: 0.3 }).success).toBe(false);
    expect(columnDriftSchema.safeParse({ psi: 0.3, psiThreshold: 0.2 }).success).toBe(false);
  });
});
