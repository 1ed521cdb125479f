import { expect, it } from 'vitest';
import { explainRollBack } from '#domain/deployment/roll-back';

const nested = JSON.stringify({
  ExecutionArn: 'arn:aws:states:eu-central-1:123456789012:execution:t:1',
  Status: 'FAILED',
  Error: 'DeploymentError',
  Cause: '{"errorType":"DeploymentError","errorMessage":"the endpoint is gone"}',
});

it.each([
  ['a nested failure', { Error: 'States.TaskFailed', Cause: nested }, 'the endpoint is gone.'],
  [
    'failed tests',
    { Error: 'EndpointTestsFailed', Cause: 'Endpoint tests failed: a, b.' },
    'Endpoint tests failed: a, b.',
  ],
  ['a step without a cause', { Error: 'States.Timeout' }, 'The step took longer than its time limit.'],
  ['no evidence', {}, 'No cause was given.'],
])('explains %s', (_, error, reason) => {
  expect(explainRollBack(error)).toBe(reason);
});
