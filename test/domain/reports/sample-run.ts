import { type ReportedRecords, type RunState, reportDocument } from '#domain/reports/document';
import type { RunReport } from '#schemas/records/run-report';
import { sampleReport } from './sample.ts';

const side = (rows: number) => ({
  rows,
  classes: [rows - 10, 10],
  label: { count: rows, mean: 0.1, m2: rows * 4, min: 0, max: 1 },
});
const sides = { train: side(700), validation: side(150), test: side(150) };

/** The records of a made-up run. */
export function sampleRecords(own: Partial<ReportedRecords> = {}): ReportedRecords {
  const { evaluation, verdict, explanation } = sampleReport('binary');
  return {
    runId: '20260301-101500-4f2a9c',
    pipeline: {
      name: 'loan-default',
      description: 'Which loans will default?',
      dataset: { id: 'loan_id', columns: { income: { role: 'feature', type: 'number' } } as never },
      training: { algorithm: 'xgboost' },
    },
    drop: {
      bucket: 'raw',
      prefix: 'loan-default/2026-03-01/',
      datasetVersion: 'sha256:8d3f0b6a52c1e944',
      objects: [{ id: 'a1', size: 10, etag: 'e', versionId: 'x' }],
      bytes: 10,
      configHash: 'c1',
      gitCommit: 'g1',
      reason: 'drop',
      startedAt: '2026-03-01T10:15:00.000Z',
      executionArn: 'arn:aws:states:eu-central-1:123456789012:execution:retrain:r1',
    },
    profile: {
      rows: 1010,
      malformed: { rows: 10, reasons: [{ column: 'income', reason: 'not a number', count: 10 }] },
      sides,
      columns: {},
    },
    fitted: {
      version: 1,
      pipeline: 'loan-default',
      runId: 'r1',
      task: 'binary',
      label: { column: 'default', classes: ['0', '1'], classCounts: [690, 10] },
      features: [{ kind: 'number', name: 'income', source: 'income', fill: 1 }],
      dropped: [],
      slices: [],
      sides,
      parts: { train: [1], validation: [1] },
    },
    evaluation,
    verdict,
    explanation,
    training: { hyperparameters: { eta: '0.1', max_depth: '4' }, image: 'xgboost:3.0-5' },
    ...own,
  };
}

/** The report of a made-up run for programs. */
export const sampleRun = (own: Partial<ReportedRecords> = {}, state: Partial<RunState> = {}): RunReport =>
  reportDocument(sampleRecords(own), { status: 'registered', ...state });
