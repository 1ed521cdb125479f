import type { PredictionRecord } from '#schemas/records/prediction';

/** A logged request that the champion answered: as many rows as it has keys, or scores of one number. */
export function prediction(
  inferenceId: string,
  {
    at = '2026-01-01T00:00:00.000Z',
    keys = [],
    scores = [0.5],
  }: { at?: string; keys?: string[]; scores?: number[] } = {},
): PredictionRecord {
  const rows = Math.max(keys.length, scores.length);
  return {
    inferenceId,
    at,
    pipeline: 'loans',
    rows: Array.from({ length: rows }, (_, row) => ({ row, ...(keys[row] === undefined ? {} : { key: keys[row] }) })),
    answers: [
      {
        runId: 'r1',
        modelPackageVersion: 1,
        endpointName: 'loans',
        role: 'champion',
        returned: true,
        scores,
        latencyMs: 5,
      },
    ],
  };
}
