import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FaultCall } from '#src/cloud/fault-hook';
import type { FaultFileInput } from '#src/faults/fault-file';
import { createFaultPlan } from '#src/faults/plan';
import { chatApi } from './chat-api.ts';

const call = (service: string, operation: string, more: Partial<FaultCall> = {}): FaultCall => ({
  caller: {
    accessKeyId: 'ASIA',
    arn: 'arn:aws:sts::123456789012:assumed-role/shop-local-admit-drop/shop-local-admitDrop',
    roleArn: 'arn:aws:iam::123456789012:role/shop-local-admit-drop',
  },
  role: 'AdmitDropRole',
  service,
  operation,
  authorize: [{ action: `${service}:${operation}`, resource: 'arn:aws:s3:::raw/loan-default/a.csv' }],
  ...more,
});
const administrator = { caller: { accessKeyId: 'AKIA', arn: 'arn:aws:iam::123456789012:user/admin' } };
const asAdministrator = (service: string, operation: string): FaultCall => {
  const { role: _, ...rest } = call(service, operation, administrator);
  return rest;
};
type Rules = FaultFileInput['faults'];
const shop = { stackName: 'shop-local', apis: [chatApi] };
const plan = (...faults: Rules) => createFaultPlan({ faults }, shop);
const strikes = (rule: Rules[number], given: FaultCall): boolean => plan(rule).call(given) !== undefined;

describe('a rule', () => {
  it('matches the service and operation it names, by either of a service’s names', () => {
    expect(strikes({ fault: 'throttle', service: 's3' }, call('s3', 'GetObject'))).toBe(true);
    expect(strikes({ fault: 'throttle', service: 's3' }, call('dynamodb', 'GetItem'))).toBe(false);
    expect(strikes({ fault: 'throttle', service: 'stepfunctions' }, call('states', 'StartExecution'))).toBe(true);
    expect(strikes({ fault: 'throttle', service: 'states' }, call('states', 'StartExecution'))).toBe(true);
    const puts: Rules[number] = { fault: 'throttle', service: 's3', operation: ['Put*', 'CopyObject'] };
    expect(strikes(puts, call('s3', 'PutObject'))).toBe(true);
    expect(strikes(puts, call('s3', 'CopyObject'))).toBe(true);
    expect(strikes(puts, call('s3', 'GetObject'))).toBe(false);
  });

  it.each(['AdmitDropRole', 'AdmitDrop', 'admit-drop', 'admitDrop', 'shop-local-admit-drop', 'Admit*'])(
    'knows a role as %s',
    (role) => {
      expect(strikes({ fault: 'reset', service: 's3', role }, call('s3', 'GetObject'))).toBe(true);
      expect(strikes({ fault: 'reset', service: 's3', role: 'Predict' }, call('s3', 'GetObject'))).toBe(false);
    },
  );

  it('is about the resources it names', () => {
    const rule = { fault: 'reset', service: 's3' } as const;
    expect(strikes({ ...rule, resource: '*/loan-default/*' }, call('s3', 'GetObject'))).toBe(true);
    expect(strikes({ ...rule, resource: '*/flight-delay/*' }, call('s3', 'GetObject'))).toBe(false);
  });

  it('does not affect the administrator by default', () => {
    const rule = { fault: 'reset', service: 's3' } as const;
    expect(strikes(rule, asAdministrator('s3', 'GetObject'))).toBe(false);
    expect(strikes({ ...rule, caller: 'administrator' }, asAdministrator('s3', 'GetObject'))).toBe(true);
    expect(strikes({ ...rule, caller: 'administrator' }, call('s3', 'GetObject'))).toBe(false);
    expect(strikes({ ...rule, caller: 'anyone' }, asAdministrator('s3', 'GetObject'))).toBe(true);
    expect(strikes({ ...rule, caller: 'anyone' }, call('s3', 'GetObject'))).toBe(true);
  });

  it('uses the error format of the service', () => {
    const code = (service: string, status?: 500 | 503) => {
      const name = service as 's3';
      const fault = status
        ? plan({ fault: 'server-error', service: name, status }).call(call(service, 'X'))
        : plan({ fault: 'throttle', service: name }).call(call(service, 'X'));
      return fault?.kind === 'error' ? `${fault.code} ${fault.status}` : undefined;
    };
    expect(code('s3')).toBe('SlowDown 503');
    expect(code('dynamodb')).toBe('ProvisionedThroughputExceededException 400');
    expect(code('lambda')).toBe('TooManyRequestsException 429');
    expect(code('sagemaker')).toBe('ThrottlingException 400');
    expect(code('iam')).toBe('Throttling 400');
    expect(code('s3', 500)).toBe('InternalError 500');
    expect(code('secretsmanager', 500)).toBe('InternalServiceError 500');
    expect(code('sagemaker', 503)).toBe('ServiceUnavailable 503');
  });

  it('counts its own occasions only', () => {
    const steps = fc.array(fc.constantFrom('GetObject', 'PutObject', 'ListBuckets'), { maxLength: 60 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 20 }), (operations, nth) => {
        const rules = plan({ fault: 'reset', service: 's3', operation: 'PutObject', nth });
        const struck = operations.flatMap((operation, at) => (rules.call(call('s3', operation)) ? [at] : []));
        const puts = operations.flatMap((operation, at) => (operation === 'PutObject' ? [at] : []));
        expect(struck).toEqual(puts.slice(nth - 1, nth));
        expect(rules.status()[0]).toMatchObject({ tried: puts.length, fired: struck.length });
      }),
    );
  });

  it('with a rate fires on the same occasions with and without other rules before it', () => {
    const chance = { name: 'chance', fault: 'slow', service: 's3', rate: 0.3 } as const;
    const alone = createFaultPlan({ seed: 5, faults: [chance] }, shop);
    const behind = createFaultPlan(
      { seed: 5, faults: [{ fault: 'reset', service: 'dynamodb', rate: 0.5 }, chance] },
      shop,
    );
    for (let n = 0; n < 100; n += 1) {
      behind.call(call('dynamodb', 'GetItem'));
      expect(behind.call(call('s3', 'GetObject'))).toEqual(alone.call(call('s3', 'GetObject')));
    }
  });

  it('counts separately by its per setting', () => {
    const rules = plan({ fault: 'reset', service: 's3', nth: 1, per: 'operation' });
    const asked = ['GetObject', 'GetObject', 'PutObject', 'PutObject'];
    expect(asked.map((operation) => rules.call(call('s3', operation)) !== undefined)).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  it('of several that are due is the first; the others keep their turns', () => {
    const rules = plan(
      { name: 'first', fault: 'reset', service: 's3', nth: 1 },
      { name: 'second', fault: 'slow', service: 's3', times: 1 },
    );
    expect(rules.call(call('s3', 'GetObject'))).toMatchObject({ kind: 'reset', rule: 'first' });
    expect(rules.call(call('s3', 'GetObject'))).toMatchObject({ kind: 'delay', ms: 1000, rule: 'second' });
    expect(rules.call(call('s3', 'GetObject'))).toBeUndefined();
    expect(rules.status().map(({ tried, fired }) => [tried, fired])).toEqual([
      [3, 1],
      [3, 1],
    ]);
  });
});

describe('rules given by a test', () => {
  it('are refused with the same messages as a file', () => {
    const rules = [{ fault: 'trottle', service: 's3' }] as unknown as Rules;
    expect(() => createFaultPlan({ faults: rules }, shop)).toThrow(
      /^faults\[0\]\.fault: found "trottle"; allowed: throttle, .* Did you mean throttle\?$/,
    );
  });
});

describe('the points besides the door', () => {
  it('inject the faults of the rules that match', () => {
    const rules = plan(
      { fault: 'lambda-crash', function: 'admit-drop' },
      { fault: 'spot-interruption' },
      { fault: 'capacity', job: 'endpoint' },
      { fault: 'event-lost', source: 'aws.s3', rule: 'Drop' },
      { fault: 'throttle', service: 'chat', operation: 'messages.*' },
    );
    const admit = { name: 'shop-local-admitDrop', logicalId: 'AdmitDropLambdaFunction' };
    expect(rules.invocation(admit)).toMatchObject({ kind: 'crash', after: false });
    expect(rules.invocation({ name: 'shop-local-notify', logicalId: 'NotifyLambdaFunction' })).toBeUndefined();
    expect(rules.job({ job: 'training', name: 'a', spot: false })).toBeUndefined();
    expect(rules.job({ job: 'training', name: 'a', spot: true })).toMatchObject({ kind: 'interruption', ms: 1000 });
    expect(rules.endpoint({ name: 'e', configName: 'c' })).toMatchObject({ kind: 'capacity' });
    const created = { eventRule: 'shop-local-DropRule', source: 'aws.s3', detailType: 'Object Created' };
    expect(rules.event(created)).toMatchObject({ kind: 'lost' });
    expect(rules.event({ ...created, eventRule: 'shop-local-DropRule-1A2B3C4D5E6F' })).toMatchObject({
      kind: 'lost',
    });
    expect(rules.event({ ...created, source: 'aws.states' })).toBeUndefined();
    expect(rules.page('chat', 'messages.post')).toMatchObject({ kind: 'error', code: 'ratelimited', status: 429 });
    expect(rules.page('chat', 'users.list')).toBeUndefined();
    expect(rules.page('other', 'messages.post')).toBeUndefined();
  });

  it('report every injected fault', () => {
    const seen: unknown[] = [];
    const rules = createFaultPlan(
      { faults: [{ name: 'gone', fault: 'event-lost', nth: 2 }] },
      shop,
      () => Date.UTC(2026, 0, 1),
      (...fired) => seen.push(fired),
    );
    const event = { eventRule: 'r', source: 'aws.s3', detailType: 'Object Created' };
    rules.event(event);
    rules.event(event);
    expect(seen).toEqual([['gone', 'event-lost', event]]);
    expect(rules.status()).toEqual([
      {
        rule: 'gone',
        fault: 'event-lost',
        where: 'events of *',
        when: 'occasion 2',
        tried: 2,
        fired: 1,
        lastFired: '2026-01-01T00:00:00.000Z',
      },
    ]);
  });
});
