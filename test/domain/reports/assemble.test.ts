import { describe, expect, it } from 'vitest';
import { assembleReport, type RunRecords } from '#domain/reports/assemble';
import { renderReport } from '#domain/reports/render';
import { pipelineSchema } from '#schemas/pipeline';
import type { FittedTransform } from '#schemas/records/fitted-transform';
import type { Profile, SideProfile } from '#schemas/records/profile';
import { sampleReport } from './sample.ts';

const pipeline = pipelineSchema.parse({
  name: 'loan-default',
  dataset: {
    format: 'csv',
    label: { column: 'default', positive: 1 },
    id: 'loan_id',
    columns: {
      full_name: { role: 'pii', action: 'drop' },
      email: { role: 'pii', action: 'tokenize' },
      phone: { role: 'pii', action: 'mask', keepLast: 2 },
      zip: { role: 'quasi', action: 'generalize', keepFirst: 3 },
      born: { role: 'quasi', action: 'generalize', binWidth: 10, feature: { type: 'number' } },
      note: { role: 'text', action: 'drop' },
      batch: { role: 'ignore' },
      sex: { role: 'slice' },
      income: { role: 'feature', type: 'number' },
      home: { role: 'feature', type: 'category' },
      currency: { role: 'feature', type: 'category' },
      late: { role: 'feature', type: 'boolean' },
    },
  },
  training: {},
  evaluation: { task: 'binary', gates: [{ metric: 'auc', min: 0.7 }] },
});

const side = (rows: number): SideProfile => ({
  rows,
  classes: [rows - 10, 10],
  label: { count: rows, mean: 0.1, m2: rows * 4, min: 0, max: 1 },
});
const profile: Profile = {
  rows: 1010,
  malformed: { rows: 10, reasons: [{ column: 'income', reason: 'not a number', count: 10 }] },
  sides: { train: side(700), validation: side(150), test: side(150) },
  columns: {
    income: { kind: 'number', missing: 12, trainMissing: 9, train: { count: 691, mean: 1, m2: 1, min: 0, max: 2 } },
  },
};
const fitted: FittedTransform = {
  version: 1,
  pipeline: 'loan-default',
  runId: 'r1',
  task: 'binary',
  label: { column: 'default', classes: ['0', '1'], classCounts: [690, 10] },
  features: [
    { kind: 'number', name: 'income', source: 'income', fill: 1 },
    { kind: 'number', name: 'born', source: 'born', fill: null },
    { kind: 'equals', name: 'home=own', source: 'home', category: 'own', orMissing: false },
    { kind: 'other', name: 'home=other', source: 'home', known: ['own'] },
  ],
  dropped: [{ column: 'currency', reason: 'one value only' }],
  slices: ['sex'],
  sides: { train: side(700), validation: side(150), test: side(150) },
  parts: { train: [1], validation: [1] },
};
const { evaluation, verdict } = sampleReport('binary');
const records: RunRecords = {
  runId: 'r1',
  pipeline,
  drop: {
    bucket: 'raw',
    prefix: 'loan-default/2026-03-01/',
    datasetVersion: 'v1',
    objects: [{ id: 'a1', size: 10, etag: 'e', versionId: 'x' }],
    bytes: 10,
    configHash: 'c1',
    gitCommit: 'g1',
    reason: 'drift',
    startedAt: '2026-03-01T10:15:00.000Z',
    executionArn: 'arn:aws:states:eu-central-1:123456789012:execution:retrain:r1',
  },
  profile,
  fitted,
  evaluation,
  verdict,
  training: { hyperparameters: { eta: '0.1' } },
};

describe('assembleReport', () => {
  it('says what became of every column', () => {
    const { columns } = assembleReport(records).data;
    expect(Object.fromEntries(columns.map(({ column, treatment }) => [column, treatment]))).toEqual({
      loan_id: 'tokenized',
      full_name: 'dropped',
      email: 'tokenized',
      phone: 'masked',
      zip: 'generalized',
      born: 'generalized, one model input',
      note: 'dropped',
      batch: 'not read',
      sex: 'kept for evaluation by group',
      income: 'number, one model input',
      home: 'category, 2 model inputs',
      currency: 'category, not used: one value only',
      late: 'boolean',
    });
    expect(columns.find(({ column }) => column === 'income')?.missing).toBe(12);
    expect(columns.find(({ column }) => column === 'full_name')?.missing).toBeNull();
  });

  it('carries data and lineage of the run, with what there is of the model', () => {
    const input = assembleReport({
      ...records,
      champion: 'loan-default/7',
      modelPackage: 'arn:package',
      training: { hyperparameters: { eta: '0.1' }, image: 'xgboost:3.0-5' },
    });
    expect(input).toMatchObject({ pipeline: 'loan-default', runId: 'r1', reason: 'drift', champion: 'loan-default/7' });
    expect(input.data).toMatchObject({ rows: 1010, label: 'default', classes: ['0', '1'] });
    expect(input.data.sides[0]).toEqual({ side: 'train', rows: 700, classes: [690, 10], label: null });
    expect(input.lineage).toMatchObject({
      datasetVersion: 'v1',
      configHash: 'c1',
      gitCommit: 'g1',
      hyperparameters: { eta: '0.1' },
    });
    expect(input.lineage.facts.map(({ name }) => name)).toEqual([
      'model package',
      'training image',
      'execution',
      'drop',
    ]);
    expect(assembleReport(records).lineage.facts.map(({ name }) => name)).toEqual(['execution', 'drop']);
    expect(renderReport(input)).toContain('loan-default/2026-03-01/');
  });

  it('says what the training went on from, and leaves the rows that it knew out of the gaps', () => {
    const continuation = { kind: 'continued' as const, from: 'r1', rounds: 9, ancestors: ['r1'], leftOut: 4 };
    const training = { hyperparameters: {}, continuation };
    const profile = { ...records.profile, inGaps: 1, seenBefore: 4 };
    const input = assembleReport({ ...records, profile, training });
    expect(input.lineage.facts).toContainEqual({
      name: 'training',
      value: 'goes on from the 9 rounds of run r1; 4 test rows are left out, since it was trained on them',
    });
    if (input.data.split) expect(input.data.split).toMatchObject({ leftOut: 1, seenBefore: 4 });
  });

  it('carries the tuning with the training job that it ended in', () => {
    const tuning = {
      tuningJob: 'tune',
      strategy: 'Random',
      metric: 'validation:auc',
      direction: 'Maximize' as const,
      trials: [],
    };
    const training = { hyperparameters: {}, tuning, trainingJob: 'tune-001' };
    const input = assembleReport({ ...records, training });
    expect(input.tuning).toMatchObject({ tuningJob: 'tune', best: 'tune-001' });
    expect(input.lineage.facts.map(({ name }) => name)).toEqual(['training job', 'tuning job', 'execution', 'drop']);
    const { trainingJob: _, ...without } = training;
    expect(assembleReport({ ...records, training: without }).tuning?.best).toBe('');
    expect(assembleReport(records)).not.toHaveProperty('tuning');
  });

  it('describes the label of a regression by mean and deviation, where there are rows', () => {
    const { id: _, ...dataset } = pipeline.dataset;
    const empty: SideProfile = { rows: 0, classes: [], label: { count: 0, mean: 0, m2: 0, min: null, max: null } };
    const { data } = assembleReport({
      ...records,
      pipeline: { ...pipeline, dataset },
      fitted: { ...fitted, task: 'regression', label: { ...fitted.label, classes: [], classCounts: [] } },
      profile: { ...profile, sides: { ...profile.sides, validation: empty } },
    });
    expect(data.sides[0]).toEqual({ side: 'train', rows: 700, classes: [], label: { mean: 0.1, std: 2 } });
    expect(data.sides[1]?.label).toBeNull();
    expect(data.columns.map(({ column }) => column)).not.toContain('loan_id');
  });
});
