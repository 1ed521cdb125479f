import { expect, it } from 'vitest';
import type { EndpointView } from '#domain/deployment/endpoint';
import { judgeServing, type KnownEndpoint } from '#domain/deployment/serving';

const runId = '20260102-080000-bbbb';
const run = { pipeline: 'loan', runId };
const config = `tidegate-dev-loan-${runId}`;
const champion = {
  runId,
  modelPackageArn: 'arn:aws:sagemaker:eu-central-1:1:model-package/tidegate-dev-loan/2',
  modelPackageVersion: 2,
  modelName: config,
  endpointName: 'tidegate-dev-loan',
  endpointConfigName: config,
  promotedAt: '2026-01-02T10:00:00.000Z',
};
const view = (more: Partial<EndpointView> = {}): EndpointView => ({
  status: 'InService',
  config,
  modifiedAt: '2026-01-02T09:00:00.000Z',
  ...more,
});
const judge = (more: Partial<KnownEndpoint>) =>
  judgeServing('dev', 'loan', { endpoint: view(), models: [], champion, deployment: undefined, ...more });

it('serves its champion where the config in service is the one that was promoted', () => {
  expect(judge({})).toEqual({ state: 'champion', run });
});

it.each<[string, Partial<KnownEndpoint>, object]>([
  ['no endpoint', { endpoint: undefined }, { state: 'absent' }],
  ['an endpoint that is being deleted', { endpoint: view({ status: 'Deleting' }) }, { state: 'absent' }],
  [
    'a failed endpoint',
    { endpoint: view({ status: 'Failed', failureReason: 'No capacity.' }) },
    { state: 'failed', reason: 'No capacity.' },
  ],
  [
    'a failed endpoint without a reason',
    { endpoint: view({ status: 'Failed' }) },
    { state: 'failed', reason: 'SageMaker gave no reason' },
  ],
])('serves nothing: %s', (_, more, expected) => {
  expect(judge(more)).toEqual({ run: undefined, ...expected });
});

it('is changing while it moves, and while a deployment tests it; until then the former model serves', () => {
  const moving = view({ status: 'Updating', pendingConfig: 'next' });

  expect(judge({ endpoint: moving })).toEqual({ state: 'changing', to: 'next', run });
  expect(judge({ deployment: 'arn:e1' })).toEqual({ state: 'changing', to: config, run });
  expect(judge({ endpoint: view({ status: 'Creating' }) })).toEqual({ state: 'changing', to: config, run: undefined });
});

it('was changed by hand where it serves another config, of a known run or not', () => {
  const endpoint = view({ config: 'made-by-hand' });

  expect(judge({ endpoint })).toEqual({ state: 'by-hand', config: 'made-by-hand', run: undefined });
  expect(judge({ endpoint, models: ['foreign', config] })).toEqual({ state: 'by-hand', config: 'made-by-hand', run });
  expect(judge({ champion: undefined })).toEqual({ state: 'by-hand', config, run });
});
