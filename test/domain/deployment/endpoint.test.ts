import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configToReturnTo, type EndpointView, planRollOut } from '#domain/deployment/endpoint';
import { planRestore } from '#domain/deployment/roll-back';

const view = (status: string, config: string, pendingConfig?: string): EndpointView => ({
  status,
  config,
  modifiedAt: '2026-01-01T00:00:00Z',
  ...(pendingConfig === undefined ? {} : { pendingConfig }),
});
const restful = ['InService', 'Failed', 'OutOfService', 'UpdateRollbackFailed'];
const moving = ['Creating', 'Updating', 'SystemUpdating', 'RollingBack', 'Deleting'];
const someEndpoint = fc.option(
  fc
    .record({
      status: fc.constantFrom(...restful, ...moving),
      config: fc.constantFrom('old', 'new', 'other'),
      pending: fc.constantFrom('old', 'new', 'other'),
    })
    .map(({ status, config, pending }) => view(status, config, moving.includes(status) ? pending : undefined)),
  { nil: undefined },
);

/** What SageMaker makes of a step once it has settled; a step in motion settles where it was headed. */
function settle(endpoint: EndpointView | undefined): EndpointView | undefined {
  if (!endpoint || endpoint.status === 'Deleting') return undefined;
  return moving.includes(endpoint.status) ? view('InService', endpoint.pendingConfig ?? endpoint.config) : endpoint;
}

describe('planRollOut', () => {
  it('reaches the wanted config from wherever an endpoint stands, or refuses', () => {
    fc.assert(
      fc.property(someEndpoint, fc.boolean(), (start, everServed) => {
        let endpoint = start;
        for (let round = 0; round < 6; round++) {
          const step = planRollOut(endpoint, 'new', everServed);
          if (step.action === 'refuse') {
            expect([endpoint?.status, everServed]).toEqual(['Failed', true]);
            return;
          }
          if (step.action === 'create') endpoint = view('Creating', 'new');
          if (step.action === 'update') endpoint = view('Updating', endpoint?.config ?? '', 'new');
          if (step.action === 'recreate') endpoint = view('Deleting', endpoint?.config ?? '');
          endpoint = settle(endpoint);
        }
        expect(endpoint).toMatchObject({ status: 'InService', config: 'new' });
      }),
    );
  });

  it('changes nothing when it is called again right after a step', () => {
    expect(planRollOut(view('Creating', 'new'), 'new', false)).toEqual({ action: 'none' });
    expect(planRollOut(view('Updating', 'old', 'new'), 'new', true)).toEqual({ action: 'none' });
  });

  it('never touches an endpoint in motion', () => {
    fc.assert(
      fc.property(fc.constantFrom(...moving), fc.constantFrom('old', 'new'), fc.boolean(), (status, to, served) => {
        expect(['none', 'wait']).toContain(planRollOut(view(status, 'old', to), 'new', served).action);
      }),
    );
  });
});

describe('planRestore', () => {
  it('ends with the former config in service, or with nothing where nothing served, and says when it cannot', () => {
    fc.assert(
      fc.property(someEndpoint, fc.constantFrom('old', null), (start, previousConfig) => {
        let endpoint = start;
        for (let round = 0; round < 6; round++) {
          const step = planRestore(endpoint, { previousConfig, endpointConfigName: 'new' });
          if (step.action === 'settled') {
            if (previousConfig === null) expect(step.serving).not.toBe('new');
            else if (step.serving === null) expect(step.note).toMatch(/deleting|deleted/);
            else expect([step.serving, endpoint?.config]).toEqual(['old', 'old']);
            return;
          }
          if (step.action === 'update') endpoint = view('Updating', endpoint?.config ?? '', step.config);
          if (step.action === 'delete') endpoint = undefined;
          endpoint = settle(endpoint);
        }
        expect.fail('it never settled');
      }),
    );
  });

  it('deletes no endpoint that serves a config of somebody else', () => {
    const step = planRestore(view('InService', 'by-hand'), { previousConfig: null, endpointConfigName: 'new' });

    expect(step).toEqual({ action: 'settled', serving: 'by-hand' });
  });

  it('repairs an endpoint that was left between two configs', () => {
    const step = planRestore(view('UpdateRollbackFailed', 'new'), { previousConfig: 'old', endpointConfigName: 'new' });

    expect(step).toEqual({ action: 'update', config: 'old' });
  });
});

describe('configToReturnTo', () => {
  it.each([
    ['there is no endpoint', undefined, 'champion', null],
    ['the endpoint is being deleted', view('Deleting', 'old'), 'champion', null],
    ['the endpoint failed before anything served', view('Failed', 'old'), undefined, null],
    ['another config serves', view('InService', 'old'), 'champion', 'old'],
    ['the wanted config serves though another was promoted', view('InService', 'new'), 'champion', 'champion'],
    ['the wanted config serves though nothing was ever promoted', view('InService', 'new'), undefined, null],
    ['the wanted config is the champion', view('InService', 'new'), 'new', 'new'],
  ])('knows what to go back to when %s', (_, endpoint, champion, expected) => {
    expect(configToReturnTo(endpoint, 'new', champion)).toBe(expected);
  });
});
