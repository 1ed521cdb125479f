import { type LabelledModel, type LabelWindow, labelWindowSchema } from '#schemas/records/label-window';

const truth = {
  checkedAt: '2026-01-08T00:00:00.000Z',
  from: '2026-01-01T00:00:00.000Z',
  to: '2026-01-08T00:00:00.000Z',
  rows: 300,
  metrics: [
    {
      metric: 'auc',
      estimated: { value: 0.8, low: 0.75, high: 0.85 },
      realised: { value: 0.7, low: 0.66, high: 0.74 },
      covered: false,
    },
  ],
};

/** What labels say of version 2: it is worse, as every check but one shows. */
export const aLabelledModel = (own: Partial<LabelledModel> = {}): LabelledModel => ({
  runId: 'r2',
  modelPackageVersion: 2,
  rows: 300,
  severity: 'critical',
  judged: true,
  reason: 'auc is 0.7, and it was 0.8 on the holdout',
  findings: [
    {
      check: 'performance',
      severity: 'critical',
      measured: true,
      reason: 'auc is 0.7, and it was 0.8 on the holdout',
      measures: [{ name: 'auc', value: 0.7, low: 0.66, high: 0.74, holdout: 0.8, changed: true }],
    },
    {
      check: 'calibration',
      severity: 'warning',
      measured: true,
      reason: 'the scores mean something else',
      measures: [{ name: 'calibration error by chance', value: 0.02 }],
      bins: [
        { meanScore: 0.2, positiveRate: 0.4, low: 0.3, high: 0.5, count: 150 },
        { meanScore: 0.7, positiveRate: 0.6, low: 0.5, high: 0.7, count: 150 },
      ],
    },
    {
      check: 'slices',
      severity: 'note',
      measured: true,
      reason: '1 of 2 slices got worse',
      measures: [{ name: 'auc', value: 0.6, low: 0.5, high: 0.7, holdout: 0.8, group: { column: 'sex', group: 1 } }],
    },
    { check: 'relation', severity: 'none', measured: false, reason: 'not measured: no inputs', measures: [] },
  ],
  truth,
  ...own,
});

/** A week whose outcomes are known. */
export const aLabelWindow = (own: Partial<LabelWindow> = {}): LabelWindow =>
  labelWindowSchema.parse({
    pipeline: 'loan',
    from: '2026-01-01',
    to: '2026-01-08',
    rows: 300,
    files: 1,
    measuredAt: '2026-01-20T12:00:00.000Z',
    models: [aLabelledModel()],
    ...own,
  });

/** Of a model with few labels so far. */
export const unjudged = aLabelledModel({
  judged: false,
  severity: 'none',
  reason: '3 rows so far',
  findings: [],
  rows: 3,
});
