import { stripVTControlCharacters } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { describeRunEnd, describeSkip, reportRunEnd } from '#cli/run-end';
import type { RunRecord } from '#cli/runs';
import type { Target } from '#cli/target';
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
    const why = 'not trained: This data was trained before.';
    expect(text({ status: 'SUCCEEDED', output }, undefined, undefined, why)).toBe(why);
    expect(text({ status: 'SUCCEEDED' })).toBe('not trained');
  });

  it('names the constraints that only warn', () => {
    const unmet = [
      {
        constraint: 'missing x ≤ 5 %',
        check: 'missing',
        onFailure: 'warn' as const,
        passed: false,
        measured: '9 %',
        required: 'at most 5 %',
        reason: 'Column "x" has no value in 9 % of the rows.',
      },
    ];
    const said = text({ status: 'SUCCEEDED', output: {} }, run, { ...verdict(true), unmet });
    expect(said).toContain('\n! missing x ≤ 5 %: Column "x" has no value in 9 % of the rows.\n');
  });

  it('names the report of the data of a drop that cannot be used', () => {
    const said = text({ status: 'FAILED', error: 'DataQualityError', cause: 'The drop is refused.' }, run);
    expect(said).toBe(
      `run failed DataQualityError\n    The drop is refused.\n    The report of its data: npx tidegate report ${run.runId}`,
    );
    const wrapped = { ...run, failure: { error: 'DataQualityError', message: 'The drop is refused.' } };
    expect(text({ status: 'FAILED', error: 'States.TaskFailed' }, wrapped)).toContain('The report of its data');
  });

  it('says what a run failed of', () => {
    const said = text({ status: 'FAILED', error: 'EmptyDropError', cause: 'The drop holds no data file.' }, run);
    expect(said).toBe('run failed EmptyDropError\n    The drop holds no data file.');
  });
});

describe('a drop that was not trained', () => {
  const skipped = {
    pipeline: 'loan-default',
    drop: 'loan-default/2026-01/',
    cause: 'trained' as const,
    reason: 'this data set was trained before, by run r0',
    runId: 'r0',
  };
  const said = (of: Partial<Parameters<typeof describeSkip>[0]>, stage = 'local') =>
    stripVTControlCharacters(describeSkip({ ...skipped, ...of }, { kind: stage === 'local' ? 'local' : 'aws', stage }));

  it('names the command that trains it all the same', () => {
    expect(said({})).toBe(
      'not trained: this data set was trained before, by run r0\nTo train all the same: npx tidegate retrain loan-default --drop 2026-01 --force',
    );
    expect(said({ drop: "loan-default/Jane's/" }, 'prod')).toContain(
      `retrain loan-default --drop 'Jane'\\''s' --force --stage prod`,
    );
    expect(said({ drop: 'loan-default/' })).toContain('--drop loan-default/ --force');
  });

  it('names the run that trains it now', () => {
    expect(said({ cause: 'training', reason: 'it is trained' })).toBe(
      'not trained: it is trained\nFollow it with: npx tidegate run r0',
    );
  });

  it('says nothing more where nothing can be done', () => {
    expect(said({ cause: 'not-data', reason: 'no data' })).toBe('not trained: no data');
  });
});

describe('a run that was followed', () => {
  const exitCode = process.exitCode;
  afterEach(() => {
    vi.restoreAllMocks();
    process.exitCode = exitCode;
  });

  it('ends with the number of rows that were set aside, and where they are', async () => {
    const side = (rows: number) => ({
      rows,
      classes: [rows, 0],
      label: { count: 0, mean: 0, m2: 0, min: null, max: null },
    });
    const profile = {
      rows: 1006,
      malformed: { rows: 6, reasons: [{ column: 'x', reason: 'not a finite number', count: 6 }] },
      sides: { train: side(700), validation: side(150), test: side(150) },
      columns: {},
    };
    const absent = Object.assign(new Error('no such key'), { name: 'NoSuchKey' });
    const send = async ({ input }: { input: { Key: string } }) => {
      if (!input.Key.endsWith('/profile.json')) throw absent;
      return { Body: { transformToString: async () => JSON.stringify(profile) } };
    };
    const target = { s3: { send }, outputs: { RawBucketName: 'raw', ArtifactsBucketName: 'artifacts' } };
    const printed: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((line) => printed.push(String(line)) > 0);

    await reportRunEnd(target as unknown as Target, { executionArn: 'e', ended: { status: 'SUCCEEDED' }, run });

    expect(printed.join('')).toContain(
      '1,006 rows: 1,000 used, 6 malformed\nthe malformed ones are in s3://raw/_tidegate/',
    );
  });

  it('says what was done about classes of unequal size', async () => {
    const records: Readonly<Record<string, unknown>> = {
      'training.json': { hyperparameters: { scale_pos_weight: '4' }, image: 'i' },
      'transform.json': {
        version: 1,
        pipeline: run.pipeline,
        runId: run.runId,
        task: 'binary',
        label: { column: 'y', classes: ['paid', 'late'], classCounts: [80, 20] },
        features: [{ kind: 'number', name: 'x', source: 'x', fill: 0 }],
        dropped: [],
        slices: [],
        sides: Object.fromEntries(['train', 'validation', 'test'].map((side) => [side, { rows: 2, classes: [1, 1] }])),
        parts: { train: [1], validation: [1] },
      },
    };
    const send = async ({ input }: { input: { Key: string } }) => {
      const record = records[input.Key.split('/').at(-1) ?? ''];
      if (record === undefined) throw Object.assign(new Error('no such key'), { name: 'NoSuchKey' });
      return { Body: { transformToString: async () => JSON.stringify(record) } };
    };
    const target = { s3: { send }, outputs: { RawBucketName: 'raw', ArtifactsBucketName: 'artifacts' } };
    const printed: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((line) => printed.push(String(line)) > 0);

    await reportRunEnd(target as unknown as Target, { executionArn: 'e', ended: { status: 'SUCCEEDED' }, run });

    expect(printed.join('')).toContain('rows of class late count 4 times (scale_pos_weight), so scores rank rows');
  });
});
