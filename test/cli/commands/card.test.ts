import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { describeCard } from '#cli/commands/card';
import { modelCard } from '#domain/model-card/content';
import { sampleRecords } from '../../domain/reports/sample-run.ts';

const { drop, profile, training, evaluation, verdict } = sampleRecords();
const card = modelCard({
  run: { pipeline: 'loan-default', runId: 'r1' },
  pipeline: {
    description: 'Which loans will default?',
    card: { riskRating: 'High' },
    training: { algorithm: 'xgboost' },
    split: { strategy: 'stratified' },
  },
  drop,
  profile,
  training,
  evaluation,
  verdict,
  modelUri: 's3://artifacts/model.tar.gz',
  artifactsBucket: 'artifacts',
});
const shown = (facts: object): string =>
  stripVTControlCharacters(describeCard({ facts: { pipeline: 'loan-default', runId: 'r1', ...facts }, card }));

it('shows the texts, metrics and gates of a card; curves are on its page', () => {
  const text = shown({ version: 3, status: 'Approved' });
  expect(text).toMatch(
    /^loan-default version 3, card Approved, run r1\npurpose Which loans will default\?\nrisk High\n/,
  );
  expect(text).toMatch(/Holdout: Metrics +ROC AUC +0\.\d+ +95 % interval/);
  expect(text).toMatch(/Holdout: Gates +auc ≥ 0\.75 +(passed|not passed)/);
  expect(text).not.toContain('ROC curve');
});

it('says that a model was not registered', () => {
  expect(shown({})).toContain('loan-default not registered, run r1');
});
