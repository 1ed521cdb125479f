import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startOfLookBack } from '#cli/arguments';
import { readSubject } from '#cli/backtest/subject';
import { checksTable, listChecks, readChecks } from '#cli/drift-checks';
import { writeDriftReport } from '#cli/drift-report';
import type { Target } from '#cli/target';
import { windowCounts } from '#domain/drift/window-counts';
import type { DriftRecord } from '#schemas/records/drift-record';
import { someBaseline } from '../domain/drift/replay/a-window.ts';
import { aRecord } from '../domain/reports/drift-records.ts';
import { textOf } from '../domain/reports/page.ts';
import { type FakeBuckets, fakeBuckets } from '../functions/support/buckets.ts';

const pipeline = 'loan-default';
let buckets: FakeBuckets;
let folder: string;
const db = mockClient(DynamoDBDocumentClient);
const region = { region: 'eu-central-1' };
const target = () =>
  ({
    stage: 'local',
    outputs: { ArtifactsBucketName: 'artifacts-bucket', StateTableName: 'state' },
    s3: new S3Client(region),
    db: DynamoDBDocumentClient.from(new DynamoDBClient(region)),
  }) as Target;
const champion = {
  runId: '20260131-101500-4f2a',
  modelPackageArn: 'arn:aws:sagemaker:eu-central-1:123456789012:model-package/tidegate-dev-loan-default/3',
  modelPackageVersion: 3,
  modelName: 'm',
  endpointName: 'e',
  endpointConfigName: 'c',
  promotedAt: '2026-02-05T08:00:00.000Z',
};
const keep = (record: DriftRecord): void =>
  void buckets.put(`artifacts-bucket/${pipeline}/drift/${record.to.replaceAll(':', '-')}.json`, JSON.stringify(record));

beforeEach(() => {
  buckets = fakeBuckets({ pageSize: 2 });
  folder = mkdtempSync(join(tmpdir(), 'drift-report-'));
  db.reset();
  db.on(GetCommand).resolves({});
  db.on(QueryCommand).resolves({ Items: [] });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the checks of a pipeline', () => {
  it('are those since an instant, the oldest first, over pages of the listing', async () => {
    for (const day of [8, 9, 10, 11]) keep(aRecord({ day }));
    buckets.put(`artifacts-bucket/${pipeline}/drift/notes.txt`, 'no check');
    const keys = await listChecks(target(), pipeline, '2026-02-09T00:00:00.000Z');
    const found = await readChecks(target(), pipeline, [...keys, `${pipeline}/drift/gone.json`]);
    expect(found.map(({ record }) => record.to.slice(0, 10))).toEqual(['2026-02-09', '2026-02-10', '2026-02-11']);
    expect(await readChecks(target(), pipeline, [])).toEqual([]);
  });

  it('alarmed where it was decided so with the checks before', async () => {
    const [first, second, third] = [8, 9, 10].map((day) => aRecord({ day, alarm: true }));
    for (const record of [first, second, third]) keep(record as DriftRecord);
    const decided = { checkedAt: second?.to, alarm: false, decidedBy: 'slow-drift' };
    db.on(QueryCommand).resolves({ Items: [decided, { checkedAt: third?.to, alarm: 'of another version' }] });
    const keys = await listChecks(target(), pipeline, '2026-02-01T00:00:00.000Z');
    const found = await readChecks(target(), pipeline, keys);
    expect(found.map(({ record, isDecided }) => [record.alarm, isDecided])).toEqual([
      [true, false],
      [false, true],
      [true, false],
    ]);
    expect(found[1]?.record.decidedBy).toBe('slow-drift');
  });

  it('are a line each in the table', () => {
    const lines = stripVTControlCharacters(
      checksTable([
        aRecord({ drifted: ['income'], alarm: true }),
        aRecord({ day: 9, rows: 3, tooSmall: true, score: undefined, columns: [] }),
      ]),
    ).split('\n');
    expect(lines[0]).toMatch(/^CHECKED \(UTC\) +WINDOW FROM +MODEL OF RUN +ROWS +DRIFTED +STRONGEST +ESTIMATED +ALARM/);
    expect(lines[1]).toMatch(
      /^2026-02-08 06:00 .* 5200 +1 of 3 +income \(PSI 0\.6 of 0\.2\) +0\.78 \(0\.76 to 0\.8\) +yes$/,
    );
    expect(lines[2]).toMatch(/3 +too few rows .*no$/);
  });
});

describe('the drift report', () => {
  it('has the bins of the last check, outcomes of the champion, and deployments', async () => {
    const counts = windowCounts({ ...someBaseline });
    const [amount] = someBaseline.columns;
    const column = { ...aRecord({}).columns[0], column: amount?.column ?? '' } as DriftRecord['columns'][number];
    keep(aRecord({ counts, columns: [column] }));
    buckets.put(`artifacts-bucket/${pipeline}/runs/${champion.runId}/baseline.json`, JSON.stringify(someBaseline));
    db.on(GetCommand).resolves({ Item: champion });
    const model = {
      runId: 'r',
      modelPackageVersion: 3,
      rows: 40,
      metrics: { auc: { value: 0.7, low: 0.6, high: 0.8 } },
    };
    const models = [
      { ...model, role: 'champion', returned: true },
      { ...model, role: 'challenger', returned: false },
    ];
    db.on(QueryCommand, { ExpressionAttributeValues: { ':pk': pipeline, ':sk': 'performance#' } }).resolves({
      Items: [
        { pipeline, day: '2026-02-07', rows: 40, files: 1, measuredAt: '2026-02-08T00:00:00.000Z', models },
        {
          pipeline,
          day: '2026-02-06',
          rows: 40,
          files: 1,
          measuredAt: '2026-02-08T00:00:00.000Z',
          models: models.slice(1),
        },
      ],
    });

    const path = await writeDriftReport(target(), pipeline, {
      since: '2026-01-01',
      file: join(folder, 'own', 'page.html'),
    });

    const html = readFileSync(path, 'utf8');
    expect(path).toBe(join(folder, 'own', 'page.html'));
    expect(html).toContain('class="bar before"');
    expect(html).toContain('>v3</text>');
    expect(textOf(html)).toContain('last realised auc 0.7');
    expect(html.match(/<rect class="point champion"/g)).toHaveLength(1 + 1);
  });

  it('has none where the run, or the counts, are not kept', async () => {
    const file = join(folder, 'page.html');
    keep(aRecord({}));
    await writeDriftReport(target(), pipeline, { since: '2026-01-01', file });
    expect(readFileSync(file, 'utf8')).not.toContain('class="bar');
    keep(aRecord({ day: 9, counts: windowCounts(someBaseline) }));
    await writeDriftReport(target(), pipeline, { since: '2026-01-01', file });
    expect(readFileSync(file, 'utf8')).not.toContain('class="bar');
  });
});

describe('--since', () => {
  it('is a length of time or a day', () => {
    expect(startOfLookBack('1d', '2026-03-31T12:00:00.000Z')).toBe('2026-03-30T12:00:00.000Z');
    expect(() => startOfLookBack('soon')).toThrow('--since soon: write a length of time, as 30d or 12h, or a day');
  });
});

describe('what a backtest compares with', () => {
  it('needs a model in service, or a run of the pipeline with a baseline', async () => {
    await expect(readSubject(target(), pipeline, { overrides: [] })).rejects.toThrow(
      'has no model in service: there is nothing to compare with yet. Name a run with --run <id>.',
    );
    db.on(GetCommand).resolves({ Item: champion });
    await expect(readSubject(target(), pipeline, { overrides: [] })).rejects.toThrow(
      `Run ${champion.runId} has no baseline to compare with`,
    );
    const run = { sk: 'run#x1', runId: 'x1', startedAt: '2026-01-01T00:00:00.000Z' };
    db.on(QueryCommand, { ExpressionAttributeValues: { ':pk': 'flight-delay', ':sk': 'run#' } }).resolves({
      Items: [run],
    });
    await expect(readSubject(target(), pipeline, { run: 'x1', overrides: [] })).rejects.toThrow(
      'Run x1 is one of pipeline flight-delay, not of loan-default.',
    );
    db.on(QueryCommand, { ExpressionAttributeValues: { ':pk': pipeline, ':sk': 'run#' } }).resolves({
      Items: [{ ...run, runId: 'y1' }],
    });
    await expect(readSubject(target(), pipeline, { run: 'y1', overrides: [] })).rejects.toThrow(
      'Run y1 has no baseline',
    );
  });
});
