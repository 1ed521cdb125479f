import { expect, it } from 'vitest';
import { evidenceOf } from '#domain/outcomes/evidence';
import type { Outcome } from '#schemas/records/outcome';

const outcome = (inferenceId: string, row: number, value: number, more: Partial<Outcome> = {}): Outcome => ({
  inferenceId,
  row,
  predictedAt: '2026-01-01T00:00:00.000Z',
  challenge: 'c1',
  value,
  at: '2026-01-02T00:00:00.000Z',
  answers: [
    { runId: 'r2', modelPackageVersion: 2, role: 'challenger', returned: false, scores: [], failed: true },
    { runId: 'r1', modelPackageVersion: 1, role: 'champion', returned: true, scores: [row / 10], failed: false },
  ],
  ...more,
});

it('rows of one request are one piece of evidence, in the order of their positions', () => {
  const evidence = evidenceOf('loan', 'c1', [outcome('a', 3, 1), outcome('b', 0, 0), outcome('a', 1, 0)]);

  expect(evidence).toHaveLength(2);
  expect(evidence[0]).toMatchObject({
    prediction: {
      inferenceId: 'a',
      rows: [{ row: 1 }, { row: 3 }],
      answers: [
        { role: 'challenger', scores: [], error: 'failed' },
        { role: 'champion', scores: [0.1, 0.3], returned: true },
      ],
    },
    outcomes: new Map([
      [1, 0],
      [3, 1],
    ]),
  });
});

it('outcomes of other challenges, and of none, are no evidence', () => {
  const { challenge: _, ...none } = outcome('a', 0, 1);

  expect(evidenceOf('loan', 'c1', [outcome('a', 0, 1, { challenge: 'c0' }), none])).toEqual([]);
});
