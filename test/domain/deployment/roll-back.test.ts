import { expect, it } from 'vitest';
import { explainRollBack, type RollBackEvidence } from '#domain/deployment/roll-back';
import type { Deployment } from '#schemas/records/deployment';

const deployment = {
  endpointName: 'tidegate-dev-loan',
  endpointConfigName: 'new',
  pollSeconds: 15,
  maxPolls: 40,
} as Deployment;
const nothing: RollBackEvidence = { deployment, error: null, endpoint: null, tests: null };
const nested = JSON.stringify({
  ExecutionArn: 'arn:aws:states:eu-central-1:123456789012:execution:t:1',
  Status: 'FAILED',
  Error: 'DeploymentError',
  Cause: '{"errorType":"DeploymentError","errorMessage":"the endpoint is gone"}',
});

it.each<[string, Partial<RollBackEvidence>, string]>([
  ['a nested failure', { error: { Error: 'States.TaskFailed', Cause: nested } }, 'the endpoint is gone.'],
  ['failed tests', { tests: { passed: false, failed: ['a', 'b'] } }, 'Endpoint tests failed: a, b.'],
  [
    "SageMaker's own roll-back with a reason",
    { endpoint: { status: 'InService', config: 'old', reason: 'alarm errors' } },
    'SageMaker rolled the endpoint back to old by itself: alarm errors.',
  ],
  [
    'lost patience',
    { endpoint: { status: 'Updating', config: 'old', reason: '' } },
    'The endpoint was still Updating after 10 minutes (deployment.maxWaitMinutes).',
  ],
  [
    'a failed endpoint',
    { endpoint: { status: 'Failed', config: 'new', reason: 'No capacity.' } },
    'The endpoint became Failed: No capacity.',
  ],
  ['no evidence', {}, 'The deployment ended without saying why.'],
])('explains %s', (_, evidence, reason) => {
  expect(explainRollBack({ ...nothing, ...evidence })).toBe(reason);
});

it('prefers the error over what was seen before it', () => {
  const reason = explainRollBack({
    ...nothing,
    error: { Error: 'States.Timeout' },
    endpoint: { status: 'InService', config: 'new', reason: '' },
    tests: { passed: true, failed: [] },
  });

  expect(reason).toBe('The step took longer than its time limit.');
});
