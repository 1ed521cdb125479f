import type { Challenge, ChallengeTotals } from '#schemas/records/challenge';

/** Version 3 challenges version 2 in the shadow. */
export const challenge = (more: Partial<Challenge> = {}): Challenge => ({
  id: 'loan-v3-1',
  status: 'running',
  pipeline: 'loan',
  mode: 'shadow',
  settings: { mode: 'shadow', share: 100, waitMs: 1000, maxDays: 14, minRows: 500 },
  challenger: {
    decision: 'deploy',
    run: { pipeline: 'loan', runId: '20260103-080000-cccc' },
    modelPackageArn: 'arn:aws:sagemaker:eu-central-1:123456789012:model-package/tidegate-dev-loan/3',
    modelPackageVersion: 3,
    modelName: 'm3',
    endpointName: 'tidegate-dev-loan-Challenger',
    endpointConfigName: 'm3-c',
    previousConfig: null,
    executionArn: 'arn:aws:states:eu-central-1:123456789012:execution:tidegate-dev-challenge:loan-v3-1',
    maxWaitMinutes: 60,
  },
  champion: { runId: '20260102-080000-bbbb', modelPackageVersion: 2 },
  approvedAt: '2026-01-03T10:00:00.000Z',
  executionArn: 'arn:aws:states:eu-central-1:123456789012:execution:tidegate-dev-challenge:loan-v3-1',
  openedAt: '2026-01-03T10:00:01.000Z',
  logFrom: '',
  startedAt: '2026-01-03T10:10:00.000Z',
  ...more,
});

/** What its last look found. */
export const seen = (): ChallengeTotals => ({
  challenge: 'loan-v3-1',
  totals: {},
  watermark: '',
  looks: 3,
  measures: { rows: 120, errorRate: 0 },
  reasons: ['120 of 500 rows so far.'],
});
