import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type TrackedRecords, trackedRun } from '#domain/tracking/tracked-run';
import { sampleRecords } from '../reports/sample-run.ts';

const { drop, profile, evaluation, verdict, training } = sampleRecords();
const records = (own: Partial<TrackedRecords> = {}): TrackedRecords => ({
  run: { pipeline: 'loan-default', runId: 'r1' },
  stage: 'dev',
  status: 'registered',
  endedAt: '2026-03-01T10:20:00.000Z',
  modelPackageArn: 'arn:package/3',
  modelUri: 's3://artifacts/loan-default/runs/r1/model/job/output/model.tar.gz',
  artifactsBucket: 'artifacts',
  pipeline: {
    description: 'Which loans will default?',
    training: { algorithm: 'xgboost' },
    evaluation: { task: 'binary' },
    split: { strategy: 'stratified' },
  },
  drop,
  profile,
  training,
  evaluation,
  verdict,
  ...own,
});
const started = Date.parse(drop.startedAt);
const valueAt = (own: ReturnType<typeof trackedRun>, key: string) => own.metrics.find((one) => one.key === key)?.value;

describe('a run for an experiment tracker', () => {
  it('has its settings as parameters and its lineage as tags', () => {
    const run = trackedRun(records());
    expect(run).toMatchObject({ name: 'r1', startedAt: started, status: 'FINISHED' });
    expect(run.endedAt).toBe(started + 300_000);
    expect(run.params).toEqual({
      algorithm: 'xgboost',
      task: 'binary',
      'split.strategy': 'stratified',
      'rows.train': '700',
      'rows.validation': '150',
      'rows.test': '150',
      image: 'xgboost:3.0-5',
      eta: '0.1',
      max_depth: '4',
    });
    expect(run.tags).toMatchObject({
      'tidegate.run_id': 'r1',
      'tidegate.dataset_version': drop.datasetVersion,
      'tidegate.verdict': verdict.passed ? 'passed' : 'refused',
      'tidegate.model_package': 'arn:package/3',
      'tidegate.records_uri': 's3://artifacts/loan-default/runs/r1/',
      'mlflow.source.git.commit': 'g1',
    });
    expect(run.tags['tidegate.gates']).toContain(verdict.gates[0]?.gate);
    expect(run.tags['tidegate.failure']).toBeUndefined();
  });

  it('has each metric with its interval, the champion and the difference, all at the start of the run', () => {
    const run = trackedRun(records());
    const { value, low, high } = evaluation.metrics['auc'] ?? {};
    expect([valueAt(run, 'auc'), valueAt(run, 'auc.low'), valueAt(run, 'auc.high')]).toEqual([value, low, high]);
    expect(valueAt(run, 'champion.auc')).toBe(evaluation.champion?.metrics['auc']?.value);
    expect(valueAt(run, 'minus_champion.auc')).toBe(evaluation.champion?.differences['auc']?.difference);
    expect(new Set(run.metrics.map(({ timestamp }) => timestamp))).toEqual(new Set([started]));
  });

  it('has no interval where the metric has none', () => {
    const metrics = { accuracy: { value: 1, low: 1, high: 1, interval: 'none' as const } };
    const run = trackedRun(records({ evaluation: { ...evaluation, metrics, champion: undefined } as never }));
    expect(run.metrics.map(({ key }) => key)).toEqual(['accuracy']);
  });

  it('has the trials of a tuning as steps, without those that measured nothing', () => {
    const trial = (objective: number | null) => ({ trainingJob: 't', status: 's', hyperparameters: {}, objective });
    const tuning = {
      tuningJob: 't',
      strategy: 'Random',
      metric: 'validation:auc',
      direction: 'Maximize' as const,
      trials: [trial(0.7), trial(null), trial(0.8)],
    };
    const run = trackedRun(records({ training: { ...training, tuning } }));
    expect(run.metrics.filter(({ key }) => key.startsWith('tuning.'))).toEqual([
      { key: 'tuning.validation_auc', value: 0.7, timestamp: started, step: 0 },
      { key: 'tuning.validation_auc', value: 0.8, timestamp: started, step: 2 },
    ]);
  });

  it('says why it failed, and has no file: what was refused may be on its way to being erased', () => {
    const failure = { error: 'DataQualityError', message: 'too few rows' };
    const run = trackedRun(records({ failure, status: 'failed', endedAt: undefined }));
    expect(run).toMatchObject({ status: 'FAILED', artifacts: [], endedAt: undefined });
    expect(run.tags['tidegate.failure']).toBe('DataQualityError: too few rows');
  });

  it('has what is there of a run that did not get far', () => {
    const bare = { profile: undefined, training: undefined, evaluation: undefined, verdict: undefined };
    const run = trackedRun(records({ ...bare, modelPackageArn: undefined, modelUri: undefined }));
    expect(run.params).toEqual({ algorithm: 'xgboost', task: 'binary', 'split.strategy': 'stratified' });
    expect(run).toMatchObject({ metrics: [], artifacts: [] });
    expect(Object.keys(run.tags)).not.toContain('tidegate.verdict');
  });

  it('names its files by their keys in the artifacts bucket', () => {
    expect(trackedRun(records()).artifacts.map(({ name, key }) => [name, key])).toEqual(
      ['report.html', 'training.json', 'evaluation.json', 'verdict.json'].map((name) => [
        name,
        `loan-default/runs/r1/${name}`,
      ]),
    );
  });

  it('stays within what MLflow takes of names and texts', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ maxLength: 400 }), fc.string({ maxLength: 2000 })), (hyperparameters) => {
        const { params } = trackedRun(records({ training: { ...training, hyperparameters } }));
        for (const [name, value] of Object.entries(params)) {
          expect(name).toMatch(/^[\w\-. /]{0,250}$/);
          expect(value.length).toBeLessThanOrEqual(500);
        }
      }),
    );
  });
});
