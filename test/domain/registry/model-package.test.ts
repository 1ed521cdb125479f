import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  describePackage,
  lineageProperties,
  modelPackageRequest,
  type Registration,
  runOfPackage,
} from '#domain/registry/model-package';
import { parsePipeline } from '#schemas/load-pipeline';

const pipeline = parsePipeline(
  'name: loans\ndataset:\n  format: csv\n  label: { column: y, positive: 1 }\n  columns: { x: { role: feature, type: number } }\nevaluation: { task: binary, gates: [{ metric: auc, min: 0.5 }] }\n',
  'loans.yml',
);
const registration: Registration = {
  run: { pipeline: 'loans', runId: '20260131-090507-ab12' },
  pipeline,
  drop: {
    bucket: 'raw',
    prefix: 'loans/d/',
    datasetVersion: 'd'.repeat(64),
    bytes: 10,
    configHash: 'c'.repeat(64),
    gitCommit: 'abc',
    reason: 'drop',
    objects: [{ key: 'loans/d/a.csv', size: 10, etag: 'e', versionId: 'v7' }],
    startedAt: '2026-01-31T09:05:07Z',
    executionArn: 'arn:x',
  },
  metrics: { auc: 0.81234567, log_loss: 0.4 },
  training: { hyperparameters: { eta: '0.1', eval_metric: 'auc,logloss' }, image: 'image:1.7-1' },
  evaluationDigest: 'f'.repeat(64),
  environment: { stage: 'dev', artifactsBucket: 'artifacts' },
};

describe('lineageProperties', () => {
  it('holds the whole lineage in short', () => {
    expect(lineageProperties(registration)).toMatchObject({
      pipeline: 'loans',
      run_id: '20260131-090507-ab12',
      dataset_version: 'd'.repeat(64),
      git_commit: 'abc',
      config_hash: 'c'.repeat(64),
      object_versions: 'v7',
      'metric.auc': '0.812346',
      'hyperparameter.eta': '0.1',
      'hyperparameter.eval_metric': 'auc_logloss',
    });
  });

  it('points at the list where a drop has several objects, and at the ETag where one has no version', () => {
    const [object] = registration.drop.objects;
    const { versionId: _, ...unversioned } = object ?? { key: '', size: 0, etag: '' };
    const several = { ...registration, drop: { ...registration.drop, objects: [unversioned, unversioned] } };

    expect(lineageProperties(several)['object_versions']).toBe(
      '2 objects: see s3://artifacts/loans/runs/20260131-090507-ab12/drop.json',
    );
    expect(
      lineageProperties({ ...registration, drop: { ...registration.drop, objects: [unversioned] } })['object_versions'],
    ).toBe('e');
  });

  it("keeps SageMaker's limits whatever the run holds", () => {
    const hyperparameters = fc.dictionary(fc.stringMatching(/^[a-z_]{1,40}$/), fc.string({ maxLength: 400 }), {
      maxKeys: 80,
    });
    fc.assert(
      fc.property(hyperparameters, fc.string({ maxLength: 300 }), (values, prefix) => {
        const properties = lineageProperties({
          ...registration,
          training: { hyperparameters: values, image: 'image:1.7-1' },
          drop: { ...registration.drop, prefix },
        });

        expect(Object.keys(properties).length).toBeLessThanOrEqual(50);
        for (const [name, value] of Object.entries(properties)) {
          expect(name.length).toBeLessThanOrEqual(128);
          expect(value.length).toBeLessThanOrEqual(256);
          expect(value).toMatch(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u);
        }
      }),
    );
  });
});

describe('modelPackageRequest', () => {
  it('holds the model of the training job that a tuning chose, and else of the one named as the run', () => {
    const modelOf = (training: Omit<Registration['training'], 'image'>) =>
      modelPackageRequest({ ...registration, training: { ...training, image: 'image:1.7-1' } }).InferenceSpecification
        .Containers[0]?.ModelDataUrl;
    const below = 's3://artifacts/loans/runs/20260131-090507-ab12/model';

    expect(modelOf({ hyperparameters: {}, trainingJob: 'tidegate-dev-loan-0a1b2c3d4e-007-ffff0000' })).toBe(
      `${below}/tidegate-dev-loan-0a1b2c3d4e-007-ffff0000/output/model.tar.gz`,
    );
    expect(modelOf({ hyperparameters: {} })).toBe(
      `${below}/tidegate-dev-loans-20260131-090507-ab12/output/model.tar.gz`,
    );
  });

  it('names the run whose model the training went on from', () => {
    const propertiesOf = (continuation: Registration['training']['continuation']) =>
      lineageProperties({ ...registration, training: { ...registration.training, continuation } });

    expect(propertiesOf({ kind: 'continued', from: 'r1', rounds: 9, ancestors: ['r1'], leftOut: 0 })).toMatchObject({
      continued_from: 'r1',
    });
    expect(propertiesOf({ kind: 'full', reason: 'no champion' })).not.toHaveProperty('continued_from');
  });

  it('approves nothing before its run knows of it, whatever the pipeline says', () => {
    const auto = { ...pipeline, registry: { approval: 'auto' as const } };

    expect(modelPackageRequest(registration).ModelApprovalStatus).toBe('PendingManualApproval');
    expect(modelPackageRequest({ ...registration, pipeline: auto }).ModelApprovalStatus).toBe('PendingManualApproval');
  });

  it('carries metrics with a digest, and a token that makes a retry harmless', () => {
    const request = modelPackageRequest(registration);

    expect(request.ModelMetrics.ModelQuality.Statistics).toEqual({
      ContentType: 'application/json',
      S3Uri: 's3://artifacts/loans/runs/20260131-090507-ab12/evaluation.json',
      ContentDigest: `sha256:${'f'.repeat(64)}`,
    });
    expect(request.ModelMetrics.ModelQuality.Constraints).not.toHaveProperty('ContentDigest');
    expect(request.ClientToken).toBe(modelPackageRequest(registration).ClientToken);
  });
});

it('names its run in its description, and is nobody’s where another tool described it', () => {
  const run = { pipeline: 'loan', runId: '20260101-080000-aaaa' };
  expect(runOfPackage('loan', describePackage(run))).toBe(run.runId);
  for (const other of ['', 'loan', 'loan, run ', 'by hand', describePackage({ ...run, pipeline: 'loan-fast' })])
    expect(runOfPackage('loan', other)).toBeUndefined();
});
