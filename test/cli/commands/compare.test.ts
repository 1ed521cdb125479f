import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { describeComparison } from '#cli/commands/compare';
import { compareRuns } from '#domain/comparison/compare-runs';
import { sampleRun } from '../../domain/reports/sample-run.ts';

const first = sampleRun({}, { model: { version: 3, package: 'arn' }, endedAt: '2026-03-01T10:15:34.000Z' });
const second = sampleRun({
  runId: '20260308-101500-aaaaaa',
  training: { hyperparameters: { eta: '0.3', max_depth: '4' }, image: 'xgboost:3.0-5' },
});
const shown = (differences: Parameters<typeof compareRuns>[1]): string =>
  stripVTControlCharacters(describeComparison(compareRuns([first, second], differences)));

describe('runs that are compared in the terminal', () => {
  it('stand side by side with time, metrics and what differs', () => {
    const text = shown({ reason: 'the runs have different data' });
    expect(text).toMatch(/20260301-101500-4f2a9c +loan-default +registered +v3 +xgboost .* 34 s +-/);
    expect(text).toMatch(/auc +0\.\d+ \(0\.\d+–0\.\d+\)/);
    expect(text).toContain('no paired differences: the runs have different data');
    expect(text).toMatch(/eta +0\.1 +0\.3/);
    expect(text).not.toMatch(/max_depth/);
    expect(text).toContain('columns that differ: none');
  });

  it('have paired differences with signs, on the rows that all have', () => {
    const difference = { difference: -0.022, low: -0.038, high: -0.007, bounds: [] };
    const text = shown({ rows: 1200, metrics: [{ metric: 'auc', runs: [difference] }] });
    expect(text).toContain('minus 20260301-101500-4f2a9c on the 1200 holdout rows that all have');
    expect(text).toMatch(/auc +−0\.022 \(−0\.038 to −0\.007\)/);
  });
});
