import { runDefinition } from 'embedded-cloud/asl';
import { describe, expect, it } from 'vitest';
import { machineFiles, statesOf } from '../../scripts/machines/read-machine.ts';
import { loadMachine } from './load-machine.ts';

/** How Step Functions names a function that ended without an answer: killed, crashed, out of time. */
const lost = ['Lambda.Unknown', 'Runtime.ExitError', 'Sandbox.Timedout'];

describe.each(machineFiles())('the %s machine', (name) => {
  const tasks = statesOf(loadMachine(name)).filter(([, { Resource }]) => Resource?.includes(':function:'));

  it.each(tasks)(
    'asks again when the function of %s crashed, since every function may be asked twice',
    (_, { Retry = [] }) => {
      for (const error of lost) expect(Retry.flatMap(({ ErrorEquals }) => ErrorEquals)).toContain(error);
    },
  );

  it.each(tasks)(
    "lets %s wait for a place of Lambda's concurrency, before anything else is retried",
    (_, { Retry = [] }) => {
      const [throttled] = Retry.filter(({ ErrorEquals }) => ErrorEquals.includes('Lambda.TooManyRequestsException'));

      expect(throttled?.ErrorEquals).toHaveLength(1);
      expect(throttled).toMatchObject({ JitterStrategy: 'FULL' });
    },
  );
});

it.each(lost)('gives up on a function that ends in %s three times', async (error) => {
  let asked = 0;
  const { status } = await runDefinition({
    definition: loadMachine('recover-run'),
    input: { detail: { executionArn: 'arn:x', status: 'FAILED', input: '{}' } },
    tasks: () => {
      asked += 1;
      throw { error, cause: '' };
    },
  });

  expect({ status, asked }).toEqual({ status: 'FAILED', asked: 3 });
});
