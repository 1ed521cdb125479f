import { describe, expect, it } from 'vitest';
import { trainingSettings } from '#domain/runs/training-settings';
import { parsePipeline } from '#schemas/load-pipeline';
import { pipelineSchema } from '#schemas/pipeline';

const base = `
name: loans
description: Who pays back?
dataset:
  format: csv
  trigger: { marker: _SUCCESS }
  label: { column: y, positive: 1 }
  columns: { x: { role: feature, type: number } }
personalData: { minShare: 0.01 }
constraints: [{ check: missing, column: x, max: 0.1 }]
split: { train: 0.7, validation: 0.15, test: 0.15 }
imbalance: auto
training: { hyperparameters: { num_round: 10 } }
evaluation: { task: binary, gates: [{ metric: auc, min: 0.5 }] }
registry: { approval: manual }
deployment: { capturePercentage: 100 }
drift: { schedule: rate(1 day) }
notify: { slack: '#ml' }
batch: { format: csv }
budget: { run: 5 }
retention: { runs: 90d }
tracking: { mlflow: { uri: https://one.example.com } }
card: { owner: Credit }
`;
const settings = (text: string) => JSON.stringify(trainingSettings(parsePipeline(text, 'loans.yml')));

describe('an edited pipeline', () => {
  it.each([
    ['description', 'Who pays back?', 'Who does not?'],
    ['notify', "'#ml'", "'#loans'"],
    ['constraints', 'max: 0.1', 'max: 0.2'],
    ['batch', 'format: csv }', 'format: parquet }'],
    ['budget', 'run: 5', 'run: 6'],
    ['retention', 'runs: 90d', 'runs: 60d'],
    ['tracking', 'one.example.com', 'two.example.com'],
    ['card', 'owner: Credit', 'owner: Risk'],
    ['approvers', 'approval: manual', 'approval: manual, approvers: [U0ALICE, U0BOB], approvals: 2, expiresAfter: 14d'],
    ['trigger', '{ marker: _SUCCESS }', '{ eachObject: true }'],
  ])('is the same training when only its %s differs', (_, from, to) => {
    expect(settings(base.replace(from, to))).toBe(settings(base));
  });

  it.each([
    ['dataset', 'positive: 1', 'positive: 0'],
    ['personalData', 'minShare: 0.01', 'minShare: 0.1'],
    ['split', 'train: 0.7, validation: 0.15', 'train: 0.8, validation: 0.05'],
    ['imbalance', 'auto', 'none'],
    ['training', 'num_round: 10', 'num_round: 20'],
    ['evaluation', 'min: 0.5', 'min: 0.6'],
    ['registry', 'manual', 'auto'],
    ['deployment', 'capturePercentage: 100', 'capturePercentage: 50'],
    ['drift', '1 day', '2 days'],
    ['name', 'name: loans', 'name: other'],
  ])('is a new training when its %s differs', (section, from, to) => {
    const edited = trainingSettings(
      parsePipeline(base.replace(from, to), `${section === 'name' ? 'other' : 'loans'}.yml`),
    );
    expect(JSON.stringify(edited)).not.toBe(settings(base));
  });

  it('keeps the order of its sections, by which earlier runs are known', () => {
    const order = Object.keys(JSON.parse(settings(base)) as object);
    expect(order.slice(order.indexOf('evaluation')).slice(0, 3)).toEqual(['evaluation', 'registry', 'deployment']);
  });

  it('has no section that these tests leave out', () => {
    const known =
      'name description dataset personalData constraints split imbalance training evaluation leakage registry deployment drift batch budget retention notify tracking card';
    expect(Object.keys(pipelineSchema.shape).toSorted()).toEqual(known.split(' ').toSorted());
  });
});
