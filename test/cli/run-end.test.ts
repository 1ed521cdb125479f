import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { describeRunEnd } from '#cli/run-end';
import type { RunRecord } from '#cli/runs';
import type { Verdict } from '#schemas/records/evaluation';

const run: RunRecord = {
  pipeline: 'loan-default',
  runId: '20260131-090500-0a1b',
  status: 'rejected',
  startedAt: '2026-01-31T09:05:00.000Z',
  drop: 'loan-default/january/',
  reason: 'drop',
  executionArn: 'arn:aws:states:eu-central-1:123456789012:execution:tidegate-local-retrain:e',
};
const verdict = (passed: boolean): Verdict => ({
  passed,
  gates: [
    {
      gate: 'auc ≥ 0.75',
      metric: 'auc',
      kind: 'min',
      passed,
      value: 0.71,
      bound: 0.75,
      interval: null,
      reason: 'auc is 0.71; at least 0.75 is required.',
    },
  ],
});
const text = (...of: Parameters<typeof describeRunEnd>) => stripVTControlCharacters(describeRunEnd(...of));

describe('the end of a run', () => {
  it('says that a candidate was refused, by which gate and why, though the execution succeeded', () => {
    const said = text({ status: 'SUCCEEDED', output: {} }, run, verdict(false));

    expect(said).toMatch(/✗ +auc ≥ 0\.75 +auc is 0\.71; at least 0\.75 is required\./);
    expect(said).toContain(`run ${run.runId} rejected by its gates; its report: npx tidegate report ${run.runId}`);
    expect(said).not.toContain('succeeded');
  });

  it('says which version a candidate became that passed', () => {
    const registered = { ...run, status: 'registered', modelPackageVersion: 3 };
    const said = text({ status: 'SUCCEEDED', output: {} }, registered, verdict(true));

    expect(said).toContain('Every gate passed.');
    expect(said).toContain(`run ${run.runId} registered as v3;`);
  });

  it('says why a drop was not trained', () => {
    const output = { decision: 'skipped', reason: 'This data was trained before.' };
    expect(text({ status: 'SUCCEEDED', output })).toBe('not trained: This data was trained before.');
  });

  it('says what a run failed of', () => {
    const said = text({ status: 'FAILED', error: 'EmptyDropError', cause: 'The drop holds no data file.' }, run);
    expect(said).toBe('run failed EmptyDropError\n    The drop holds no data file.');
  });
});
