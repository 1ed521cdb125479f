import { stripVTControlCharacters } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { durationOf, eventLine, watchPipeline } from '#cli/commands/watch';
import { type PipelineEvent, type PipelineState, pipelineEvents } from '#cli/pipeline-events';
import type { Target } from '#cli/target';
import type { Decision } from '#schemas/records/decision';
import type { OutcomesFile } from '#schemas/records/outcome';
import type { Performance } from '#schemas/records/performance';
import type { Champion } from '#schemas/records/run';
import { aRecord } from '../../domain/reports/drift-records.ts';
import { scoredBatch } from '../../fakes/scored-batch.ts';
import { fakeBuckets } from '../../functions/support/buckets.ts';

const quiet: PipelineState = {
  runs: [],
  batches: [],
  decisions: [],
  champion: undefined,
  outcomes: [],
  performance: [],
  checks: [],
};
const seenAt = '2026-02-08T12:00:00.000Z';
const textsOf = (before: Partial<PipelineState>, after: Partial<PipelineState>): string[] =>
  pipelineEvents({ ...quiet, ...before }, { ...quiet, ...after }, seenAt).map(({ kind, text }) => `${kind}: ${text}`);

const champion = (version: number): Champion => ({
  runId: `r${version}`,
  modelPackageArn: `arn:${version}`,
  modelPackageVersion: version,
  modelName: 'm',
  endpointName: 'e',
  endpointConfigName: 'c',
  promotedAt: `2026-02-0${version}T08:00:00.000Z`,
});
const decision: Decision = {
  decision: 'approved',
  version: 2,
  at: '2026-02-08T09:00:00.000Z',
  changedAt: '2026-02-08T09:00:00.000Z',
};
const day: Performance = {
  pipeline: 'loan-default',
  day: '2026-02-07',
  rows: 40,
  files: 1,
  measuredAt: '2026-02-08T10:00:00.000Z',
  models: [
    {
      runId: 'r1',
      modelPackageVersion: 1,
      role: 'champion',
      returned: true,
      rows: 40,
      metrics: {
        auc: { value: 0.71, low: 0.6, high: 0.8 },
        f1: { value: 0.5, low: 0.4, high: 0.6 },
        ks: { value: 0.3, low: 0.2, high: 0.4 },
      },
    },
  ],
};
const file = { id: 'a1', receivedAt: '2026-02-08T09:30:00.000Z', rows: 10, joined: 6 } as OutcomesFile;
const run = { runId: 'r2', startedAt: '2026-02-08T08:00:00.000Z', reason: 'drop' };

describe('what happens to a pipeline', () => {
  it('is told once, in the order of time', () => {
    const after: Partial<PipelineState> = {
      runs: [{ ...run, status: 'registered', modelPackageVersion: 2 }],
      decisions: [decision],
      champion: champion(2),
      outcomes: [file],
      performance: [day],
      checks: [aRecord({ drifted: ['income'], alarm: true }), aRecord({ day: 9 })],
    };
    expect(textsOf({ champion: champion(1) }, after)).toEqual([
      'deployment: version 2 serves, in place of version 1',
      'alarm: 5,200 rows, 1 of 3 columns drifted, most income (PSI); the estimate of auc is 0.78, and it was 0.78 on the holdout',
      'run: r2 started (drop)',
      'decision: version 2 approved',
      'outcomes: 6 outcomes of 10 rows recorded',
      'performance: predictions of 2026-02-07 by version 1: auc 0.71, f1 0.5 over 40 rows',
      'run: r2 registered as version 2',
      'check: 5,200 rows, 0 of 3 columns drifted; the estimate of auc is 0.78, and it was 0.78 on the holdout',
    ]);
    expect(textsOf(after, { ...after, checks: [] })).toEqual([]);
  });

  it('is a run that starts and one that ends, a first model, a day that is measured again, a small check', () => {
    expect(textsOf({}, { runs: [{ ...run, status: 'running' }] })).toEqual(['run: r2 started (drop)']);
    const ends = textsOf({ runs: [{ ...run, status: 'running' }] }, { runs: [{ ...run, status: 'failed' }] });
    expect(ends).toEqual(['run: r2 failed']);
    expect(textsOf({}, { champion: champion(1) })).toEqual(['deployment: version 1 serves']);
    const models = [{ ...day.models[0], metrics: {} }] as Performance['models'];
    expect(textsOf({ performance: [day] }, { performance: [{ ...day, measuredAt: seenAt, models }] })).toEqual([
      'performance: predictions of 2026-02-07 by version 1: no metric is defined over 40 rows',
    ]);
    expect(textsOf({}, { checks: [aRecord({ rows: 3, tooSmall: true, columns: [] })] })).toEqual([
      'check: 3 rows: too few to judge',
    ]);
  });
});

describe('batches', () => {
  const batch = scoredBatch({ pipeline: 'loan-default', batchId: 'b1' });
  const { counts: _, ...running } = { ...batch, status: 'running' as const };

  it('are told when they start and when they end, with the model', () => {
    expect(textsOf({}, { batches: [running] })).toEqual(['batch: b1 started: 2 files for version 3']);
    expect(textsOf({ batches: [running] }, { batches: [batch] })).toEqual([
      'batch: b1: 99 rows of 100 scored by version 3',
    ]);
    expect(textsOf({}, { batches: [batch] })).toHaveLength(2);
    expect(textsOf({ batches: [batch] }, { batches: [batch] })).toEqual([]);
  });

  it('that failed say why', () => {
    const failure = { error: 'SchemaMismatchError', message: 'File 1 of the drop has no column "x".' };
    const failed = { ...running, status: 'failed' as const };
    expect(textsOf({ batches: [running] }, { batches: [{ ...failed, failure }] })).toEqual([
      'batch: b1: failed: File 1 of the drop has no column "x".',
    ]);
    expect(textsOf({ batches: [running] }, { batches: [failed] })).toEqual([
      'batch: b1: failed: no reason was recorded',
    ]);
  });
});

describe('watching', () => {
  const region = { region: 'eu-central-1' };

  it('tells what came after it began, and ends when the time is up', async () => {
    const buckets = fakeBuckets();
    const decided: object[] = [];
    const keep = (at: number, decidedAfterMs = 0): void => {
      const to = new Date(at).toISOString();
      const own = { checkedAt: to, alarm: decidedAfterMs > 0, decidedBy: 'columns' };
      setTimeout(() => decided.push(own), decidedAfterMs);
      buckets.put(
        `artifacts/loan-default/drift/${to.replaceAll(':', '-')}.json`,
        JSON.stringify({ ...aRecord({}), to }),
      );
    };
    keep(Date.now() - 3_500_000);
    const db = mockClient(DynamoDBDocumentClient);
    db.on(GetCommand).resolves({ Item: champion(1) });
    db.on(QueryCommand).resolves({ Items: [] });
    db.on(QueryCommand, { ExpressionAttributeValues: { ':pk': 'loan-default', ':sk': 'drift#' } }).callsFake(() => ({
      Items: [...decided],
    }));
    let looks = 0;
    db.on(QueryCommand, { ExpressionAttributeValues: { ':pk': 'loan-default', ':sk': 'decision#' } }).callsFake(() => {
      looks += 1;
      if (looks === 2) keep(Date.now());
      if (looks === 3) keep(Date.now() + 1, 100);
      return { Items: looks < 2 ? [] : [decision] };
    });
    const target = {
      outputs: { ArtifactsBucketName: 'artifacts', StateTableName: 'state' },
      s3: new S3Client(region),
      db: DynamoDBDocumentClient.from(new DynamoDBClient(region)),
    } as Target;
    const events: PipelineEvent[] = [];
    const seen = new AbortController();
    const onEvent = (event: PipelineEvent) => {
      events.push(event);
      if (events.length === 3) seen.abort();
    };

    await watchPipeline(target, 'loan-default', { forMs: 25_000, pauseMs: 20, signal: seen.signal, onEvent });

    expect(events.map(({ kind }) => kind).toSorted()).toEqual(['alarm', 'check', 'decision']);
    expect(looks).toBeGreaterThan(2);

    const never = new AbortController().signal;
    await watchPipeline(target, 'loan-default', { forMs: 30, pauseMs: 20, signal: never, onEvent });
    const stop = new AbortController();
    const ended = watchPipeline(target, 'loan-default', { pauseMs: 60_000, signal: stop.signal, onEvent });
    setTimeout(() => stop.abort(), 50);
    await ended;
  });

  it('prints the time, the kind and what happened', () => {
    const line = stripVTControlCharacters(eventLine({ at: '2026-02-08T09:00:00.123Z', kind: 'alarm', text: 'x' }));
    expect(line).toBe('2026-02-08 09:00:00  alarm        x');
    expect(eventLine({ at: seenAt, kind: 'run', text: 'y' })).toContain('run          y');
  });

  it('lasts seconds, minutes or hours', () => {
    expect(['30s', '10m', '2h'].map(durationOf)).toEqual([30_000, 600_000, 7_200_000]);
    expect(() => durationOf('0m')).toThrow('as 30s, 10m or 2h');
  });
});
