import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeFile, performanceTable, uploadOutcomes } from '#cli/commands/outcomes';
import type { Outputs } from '#cli/target';
import type { OutcomesFile } from '#schemas/records/outcome';
import type { Performance } from '#schemas/records/performance';

const file: OutcomesFile = {
  pipeline: 'loan',
  id: 'a1',
  receivedAt: '2026-01-02T00:00:00.000Z',
  runId: 'r1',
  by: 'key',
  rows: 10,
  accepted: 9,
  malformed: 1,
  problems: [{ column: 'y', reason: 'the label is missing', count: 1 }],
  joined: 6,
  repeated: 2,
  unknown: 2,
  rowNeeded: 1,
  days: ['2026-01-01'],
};
const s3 = mockClient(S3Client);
const target = { s3: new S3Client({ region: 'eu-central-1' }), outputs: { RawBucketName: 'raw' } as Outputs };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-outcomes-'));
  writeFileSync(join(folder, 'a.csv'), 'inferenceId,y\n');
  s3.reset();
  s3.on(PutObjectCommand).resolves({});
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('sending outcomes', () => {
  it('puts one file below the outcomes of the pipeline, without a marker', async () => {
    expect(await uploadOutcomes(target, 'loan', join(folder, 'a.csv'), 'jan')).toBe('loan/outcomes/jan/a.csv');
    const keys = s3.commandCalls(PutObjectCommand).map(({ args: [{ input }] }) => input.Key);
    expect(keys).toEqual(['loan/outcomes/jan/a.csv']);
  });

  it('refuses a file that does not exist, and a hidden folder', async () => {
    await expect(uploadOutcomes(target, 'loan', join(folder, 'b.csv'))).rejects.toMatchObject({ exitCode: 2 });
    await expect(uploadOutcomes(target, 'loan', join(folder, 'a.csv'), '_x')).rejects.toMatchObject({ exitCode: 2 });
  });
});

describe('what became of a file', () => {
  it('is said row by row', () => {
    expect(describeFile(file).map(stripVTControlCharacters)).toEqual([
      '6 outcomes of 10 rows recorded',
      '2 rows came again: the latest counts',
      '2 rows without a known prediction',
      '1 row of requests with several rows: add the column row',
      '1 malformed row:',
      '  y: the label is missing (1)',
    ]);
    const verdict = {
      from: '2026-01-01',
      to: '2026-01-08',
      runId: 'r1',
      modelPackageVersion: 3,
      rows: 40,
      judged: true,
    };
    const told = {
      ...verdict,
      severity: 'warning' as const,
      reason: 'auc is worse',
      findings: [],
      estimate: 'the check',
    };
    expect(
      describeFile({ ...file, windows: [told] })
        .map(stripVTControlCharacters)
        .slice(-2),
    ).toEqual(['version 3, predictions of 2026-01-01 to 2026-01-08: warning: auc is worse', '  the check']);
    const whole = { ...file, malformed: 0, problems: [], repeated: 0, unknown: 0, rowNeeded: 0 };
    expect(describeFile(whole)).toEqual(['6 outcomes of 10 rows recorded']);
  });
});

describe('realised performance', () => {
  it('is a line for each day and model, with intervals where there are some', () => {
    const model = { runId: 'r1', modelPackageVersion: 3, role: 'champion' as const, returned: true, rows: 40 };
    const days: Performance[] = [
      {
        pipeline: 'loan',
        day: '2026-01-02',
        rows: 40,
        files: 1,
        measuredAt: file.receivedAt,
        models: [
          { ...model, metrics: { auc: { value: 0.8, low: 0.7, high: 0.9 } } },
          { ...model, returned: false, metrics: { brier: { value: 0.2, low: 0.2, high: 0.2, interval: 'none' } } },
        ],
      },
    ];
    const lines = stripVTControlCharacters(performanceTable(days))
      .split('\n')
      .map((line) => line.trim().split(/ {2,}/));
    expect(lines).toEqual([
      ['DAY', 'MODEL', 'ANSWERS', 'ROWS', 'AUC', 'BRIER'],
      ['2026-01-02', 'version 3', 'returned', '40', '0.800 (0.700 to 0.900)'],
      ['2026-01-02', 'version 3', 'compared', '40', '0.200'],
    ]);
  });
});
