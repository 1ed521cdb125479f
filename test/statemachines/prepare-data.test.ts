import { runDefinition } from 'embedded-cloud/asl';
import { describe, expect, it } from 'vitest';
import { loadMachine, taskName } from './load-machine.ts';

const run = { pipeline: 'loan-default', runId: 'r1' };
const shards = [
  { index: 0, key: 'loan-default/d/a.csv', size: 1 },
  { index: 1, key: 'loan-default/d/b.csv', size: 1 },
];

async function prepare(answers: Record<string, (args: Record<string, unknown>, attempt: number) => unknown> = {}) {
  return runDefinition({
    definition: loadMachine('prepare-data'),
    input: { run, shardsKey: 'shards.json', shards: 2, champion: null },
    tasks: ({ resource, arguments: args, attempt }) => {
      const name = taskName(resource);
      if (name === 's3:getObject') return shards;
      return answers[name]?.(args as Record<string, unknown>, attempt) ?? { rows: 10 };
    },
  });
}
const fail = (error: string, message: string) => () => {
  throw { error, cause: JSON.stringify({ errorType: error, errorMessage: message }) };
};

describe('the prepare-data machine', () => {
  it('desensitizes every shard, fits once, transforms every shard', async () => {
    const { status, output, calls } = await prepare();

    expect(status).toBe('SUCCEEDED');
    expect(output).toEqual({ run });
    const count = (name: string) => calls.filter((c) => c.resource.endsWith(name)).length;
    expect([count('DesensitizeShard'), count('FitTransform'), count('TransformShard')]).toEqual([2, 1, 2]);
    const first = calls.find((c) => c.resource.endsWith('DesensitizeShard'));
    expect(first?.arguments).toMatchObject({ run, shard: { key: expect.stringContaining('loan-default/d/') } });
  });

  it.each(['DesensitizeShard', 'TransformShard'])('fails with the cause of the shard when %s fails', async (task) => {
    const { status, error, cause } = await prepare({ [task]: fail('MalformedDataError', 'line 7, column income') });

    expect(status).toBe('FAILED');
    expect(error).toBe('MalformedDataError');
    expect(cause).toContain('line 7, column income');
  });

  it.each(['DesensitizeShard', 'FitTransform', 'TransformShard'])(
    'fails with words when %s gives no cause',
    async (task) => {
      const { status, error, cause } = await prepare({
        [task]: () => {
          throw { error: 'Boom' };
        },
      });

      expect({ status, error, cause }).toEqual({ status: 'FAILED', error: 'Boom', cause: 'No cause was given.' });
    },
  );

  it('fails with the cause when fitting fails', async () => {
    const { status, error, cause } = await prepare({ FitTransform: fail('DataQualityError', 'one class only') });

    expect({ status, error }).toEqual({ status: 'FAILED', error: 'DataQualityError' });
    expect(cause).toContain('one class only');
  });

  it.each(['DesensitizeShard', 'FitTransform', 'TransformShard'])(
    'retries %s when the trouble may pass',
    async (task) => {
      const { status } = await prepare({
        [task]: (_args, attempt) => (attempt === 0 ? fail('TransientError', 'throttled')() : { rows: 10 }),
      });

      expect(status).toBe('SUCCEEDED');
    },
  );
});
