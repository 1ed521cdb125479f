import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cloud } from '#src/host/start';
import { type ConcurrencyUse, requireConcurrency } from '#src/lambda/concurrency';
import { asAdmin, lambdaFunction, openWorkshop, role } from '../cloud/small-stack.ts';

describe('the concurrency of an account', () => {
  const workshop = openWorkshop();
  let cloud: Cloud;
  let lambda: LambdaClient;

  beforeAll(async () => {
    const HANDLER = 'export const handler = (event) => new Promise((done) => setTimeout(() => done(event), event.ms));';
    workshop.pack('worker', { 'index.mjs': HANDLER });
    const code = { Code: { S3Key: 'a/worker.zip' }, Timeout: 20 };
    cloud = await workshop.start(
      {
        FunctionRole: role([{ Effect: 'Allow', Action: 'logs:*', Resource: '*' }]),
        One: lambdaFunction('one', code),
        Two: lambdaFunction('two', code),
        Reserved: lambdaFunction('reserved', { ...code, ReservedConcurrentExecutions: 1 }),
      },
      { lambda: { concurrency: 4 } },
    );
    lambda = new LambdaClient(asAdmin(cloud));
  });
  afterAll(async () => {
    lambda?.destroy();
    await cloud?.close();
    workshop.remove();
  });

  const invoke = (FunctionName: string, ms = 1500) =>
    lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify({ ms }) })).then(
      () => 'ran',
      (error: Error & { Reason?: string }) => `${error.name} ${error.message} ${error.Reason}`,
    );

  it('is shared by all functions but for what is reserved, and throttles as AWS does beyond it', async () => {
    const ended = await Promise.all([...Array(3).fill('one'), 'two', 'two', 'reserved'].map((name) => invoke(name)));

    const throttled = 'TooManyRequestsException Rate Exceeded. ConcurrentInvocationLimitExceeded';
    expect(ended.filter((each) => each === 'ran')).toHaveLength(4);
    expect(ended.filter((each) => each === throttled)).toHaveLength(2);
    expect(ended.at(-1)).toBe('ran');
  });

  it('is free again when the invocations have ended', async () => {
    expect(await Promise.all([invoke('one', 1), invoke('two', 1), invoke('one', 1)])).toEqual(['ran', 'ran', 'ran']);
  });
});

it('never lets more run than the account allows, nor fewer than it could', () => {
  const use = fc.record({
    busy: fc.integer({ min: 0, max: 8 }),
    reserved: fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.array(use, { minLength: 1 }), (concurrency, functions) => {
      const invoked = functions[0] as ConcurrencyUse;
      const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
      const shared = sum(functions.filter((f) => f.reserved === undefined).map((f) => f.busy));
      const free =
        invoked.reserved === undefined
          ? concurrency - sum(functions.map((f) => f.reserved ?? 0)) - shared
          : invoked.reserved - invoked.busy;
      const attempt = () => requireConcurrency({ concurrency }, invoked, functions);
      if (free > 0) expect(attempt).not.toThrow();
      else expect(attempt).toThrow('Rate Exceeded.');
    }),
  );
});
