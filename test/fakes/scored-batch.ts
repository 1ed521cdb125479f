import type { BatchRecord } from '#schemas/records/batch';

/** The record of a batch that was scored; give what differs. */
export const scoredBatch = (own: Partial<BatchRecord> & Pick<BatchRecord, 'pipeline' | 'batchId'>): BatchRecord => ({
  status: 'scored',
  drop: `${own.pipeline}/drop-0123456789ab/`,
  startedAt: '2026-02-01T06:00:00.000Z',
  executionArn: 'arn:aws:states:eu-central-1:123456789012:execution:tidegate-dev-batch-score:e1',
  objects: 2,
  bytes: 2048,
  model: {
    runId: 'r1',
    modelPackageArn: 'arn:aws:sagemaker:eu-central-1:123456789012:model-package/m/3',
    modelPackageVersion: 3,
  },
  format: 'csv',
  bucket: 'clean',
  prefix: `${own.pipeline}/batch/${own.batchId}/`,
  files: ['scores-00000.csv', 'scores-00001.csv'],
  counts: {
    rows: 100,
    scored: 99,
    malformed: 1,
    problems: [{ column: 'x', reason: 'not a number', count: 1 }],
    classes: [
      { label: 'paid', rows: 66 },
      { label: 'late', rows: 33 },
    ],
  },
  ...own,
});
