import { readFileSync } from 'node:fs';
import type { PipelineRecords, VersionRecords } from '#cli/why/records';
import { judgeServing, type KnownEndpoint } from '#domain/deployment/serving';
import { evaluationSchema, verdictSchema } from '#schemas/records/evaluation';

export const runId = (version: number) => `2026010${version}-080000-bbbb`;
export const config = (version: number) => `tidegate-dev-loan-${runId(version)}`;
export const arn = (version: number) =>
  `arn:aws:sagemaker:eu-central-1:123456789012:model-package/tidegate-dev-loan/${version}`;
export const executionArn = 'arn:aws:states:eu-central-1:123456789012:execution:tidegate-dev-deploy:e1';
const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../fixtures/records/${name}.json`, import.meta.url), 'utf8'));

export const where = {
  kind: 'aws' as const,
  stage: 'dev',
  region: 'eu-central-1',
  outputs: {
    RawBucketName: 'raw',
    ArtifactsBucketName: 'artifacts',
    ConsoleUrl: 'https://{region}.console.aws.amazon.com',
  } as never,
};

export const champion = (version: number) => ({
  runId: runId(version),
  modelPackageArn: arn(version),
  modelPackageVersion: version,
  modelName: config(version),
  endpointName: 'tidegate-dev-loan',
  endpointConfigName: config(version),
  promotedAt: `2026-01-0${version}T10:00:00.000Z`,
});

export const inService = (endpointConfig: string, status = 'InService') => ({
  status,
  config: endpointConfig,
  modifiedAt: '2026-01-02T09:55:00.000Z',
});

/** A pipeline whose version 2 serves in the place of version 1. */
export function pipelineRecords(more: Partial<PipelineRecords> = {}): PipelineRecords {
  const known: KnownEndpoint = {
    endpoint: inService(config(2)),
    models: [config(2)],
    champion: champion(2),
    deployment: undefined,
    ...more,
  };
  return {
    pipeline: 'loan',
    name: 'tidegate-dev-loan',
    former: [{ ...champion(1), supersededAt: champion(2).promotedAt }],
    decisions: [
      {
        decision: 'approved',
        version: 2,
        at: '2026-01-02T09:50:00.000Z',
        changedAt: '2026-01-02T09:50:00.000Z',
        by: 'arn:aws:sts::123456789012:assumed-role/MLEngineer/ana',
        reason: 'looked at the report',
      },
      { decision: 'approved', version: 1, at: '2026-01-01T09:50:00.000Z', changedAt: '2026-01-01T09:50:00.000Z' },
    ],
    retired: undefined,
    challenges: { current: undefined, seen: undefined },
    drift: {
      checkedAt: '2026-01-03T00:00:00.000Z',
      rows: 900,
      drifted: false,
      fellSilent: false,
      reportKey: 'loan/drift/2026-01-03.json',
    },
    labels: [],
    batches: [],
    suites: [
      {
        startedAt: '2026-01-02T11:00:00.000Z',
        trigger: 'manual',
        passed: false,
        endpointConfigName: config(2),
        results: [{ id: 'mine', kind: 'contract', passed: false, detail: 'status 400', durationMs: 9 }],
      },
      {
        startedAt: '2026-01-02T09:56:00.000Z',
        trigger: 'deploy',
        passed: true,
        endpointConfigName: config(2),
        results: [{ id: 'golden-default', kind: 'golden', passed: true, detail: '', durationMs: 20 }],
      },
    ],
    ...known,
    ...more,
    serving: judgeServing('dev', 'loan', known),
  };
}

const side = (rows: number) => ({
  rows,
  classes: [rows, 0],
  label: { count: 0, mean: 0, m2: 0, min: null, max: null },
});

/** A version with all its records. */
export function versionRecords(
  version = 2,
  more: { readonly [Name in keyof VersionRecords]?: VersionRecords[Name] | undefined } = {},
): VersionRecords {
  return {
    registered: {
      version,
      runId: runId(version),
      registeredAt: `2026-01-0${version}T09:00:00.000Z`,
      approval: 'Approved',
      metrics: {},
    },
    modelPackageArn: arn(version),
    run: { pipeline: 'loan', runId: runId(version) },
    claim: {
      status: 'promoted',
      executionArn,
      approvedAt: '2026-01-02T09:50:00.000Z',
      startedAt: '2026-01-02T09:51:00.000Z',
      modelPackageArn: arn(version),
      runId: runId(version),
      endpointName: 'tidegate-dev-loan',
      endpointConfigName: config(version),
      deployment: {
        decision: 'deploy',
        run: { pipeline: 'loan', runId: runId(version) },
        modelPackageArn: arn(version),
        modelPackageVersion: version,
        modelName: config(version),
        endpointName: 'tidegate-dev-loan',
        endpointConfigName: config(version),
        previousConfig: config(1),
        executionArn,
        maxWaitMinutes: 60,
        rollOut: { strategy: 'canary', percent: 10, bakeMinutes: 10, alarms: { errors: 1, latency: 500 } },
      },
      endedAt: '2026-01-02T10:00:00.000Z',
    },
    drop: {
      bucket: 'raw',
      prefix: 'loan/2026-01-02/',
      datasetVersion: 'd'.repeat(64),
      objects: [
        { id: 'a', size: 1000, etag: 'x', versionId: 'v1' },
        { id: 'b', size: 2000, etag: 'y', versionId: 'v2' },
      ],
      bytes: 3000,
      configHash: 'c'.repeat(64),
      gitCommit: 'e'.repeat(40),
      reason: 'drop',
      startedAt: '2026-01-02T08:00:00.000Z',
      executionArn,
    },
    algorithm: 'xgboost',
    profile: {
      rows: 1010,
      malformed: { rows: 10, reasons: [] },
      sides: { train: side(700), validation: side(150), test: side(150) },
      columns: {},
    },
    training: {
      hyperparameters: { max_depth: '4' },
      image: 'image',
    },
    evaluation: evaluationSchema.parse(fixture('evaluation')),
    verdict: verdictSchema.parse(fixture('verdict')),
    ...more,
  } as VersionRecords;
}
