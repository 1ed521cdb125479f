import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { EndpointView } from '#domain/deployment/endpoint';
import { judgeRollOut } from '#domain/deployment/roll-out';

const deployment = { endpointName: 'tidegate-dev-loan', endpointConfigName: 'new', maxWaitMinutes: 10 };
const endpoint = (status: string, config: string, failureReason?: string): EndpointView => ({
  status,
  config,
  modifiedAt: '2026-01-02T00:00:00.000Z',
  ...(failureReason === undefined ? {} : { failureReason }),
});
const judge = (view: EndpointView | undefined, waitedSeconds = 0) => judgeRollOut(view, deployment, waitedSeconds);

it('has succeeded when the endpoint is in service on the new config, however long that took', () => {
  expect(judge(endpoint('InService', 'new'), 1e6)).toEqual({ outcome: 'serving' });
});

it.each(['Creating', 'Updating', 'SystemUpdating', 'RollingBack'])(
  'is waited for while the endpoint is %s',
  (status) => {
    expect(judge(endpoint(status, 'old'), 599)).toEqual({
      outcome: 'waiting',
      reason: `tidegate-dev-loan is ${status}`,
    });
  },
);

it.each<[string, EndpointView | undefined, number, string]>([
  [
    'SageMaker goes back by itself, with a reason',
    endpoint('InService', 'old', 'alarm errors'),
    0,
    'SageMaker rolled the endpoint back to old by itself: alarm errors',
  ],
  [
    'SageMaker goes back by itself, without a reason',
    endpoint('InService', 'old'),
    0,
    'SageMaker rolled the endpoint back to old by itself and gave no reason; see the logs in /aws/sagemaker/Endpoints/tidegate-dev-loan',
  ],
  [
    'it takes too long',
    endpoint('Updating', 'old'),
    600,
    'The endpoint was still Updating after 10 minutes (deployment.maxWaitMinutes)',
  ],
  ['the endpoint fails', endpoint('Failed', 'new', 'No capacity.'), 0, 'The endpoint became Failed: No capacity.'],
  ['the roll-back fails', endpoint('UpdateRollbackFailed', 'old'), 0, 'The endpoint became UpdateRollbackFailed'],
  [
    'the endpoint goes away',
    endpoint('Deleting', 'new'),
    0,
    'The endpoint tidegate-dev-loan was deleted in the meantime',
  ],
  ['the endpoint is gone', undefined, 0, 'The endpoint tidegate-dev-loan was deleted in the meantime'],
])('has failed when %s', (_, view, waitedSeconds, reason) => {
  expect(judge(view, waitedSeconds)).toEqual({ outcome: 'failed', reason });
});

it('is never waited for longer than the pipeline allows', () => {
  const statuses = fc.constantFrom('Creating', 'Updating', 'SystemUpdating', 'RollingBack', 'Deleting', 'Unheard');
  fc.assert(
    fc.property(
      statuses,
      fc.constantFrom('old', 'new'),
      fc.double({ min: 600, max: 1e9 }),
      (status, config, seconds) => {
        expect(judge(endpoint(status, config), seconds).outcome).not.toBe('waiting');
      },
    ),
  );
});
