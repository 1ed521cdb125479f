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
  it('desensitizes every shard, divides the rows, profiles every shard, fits once, transforms every shard', async () => {
    const { status, output, calls } = await prepare();

    expect(status).toBe('SUCCEEDED');
    expect(output).toEqual({ run });
    const count = (name: string) => calls.filter((c) => c.resource.endsWith(name)).length;
    const tasks = ['DesensitizeShard', 'DivideRows', 'ProfileShard', 'FitTransform', 'TransformShard'];
    expect(tasks.map(count)).toEqual([2, 1, 2, 1, 2]);
    const first = calls.find((c) => c.resource.endsWith('DesensitizeShard'));
    const divide = calls.find((c) => c.resource.endsWith('DivideRows'));
    expect(divide?.arguments).toEqual({ run, shards: 2, champion: null });
    expect(first?.arguments).toMatchObject({ run, shard: { key: expect.stringContaining('loan-default/d/') } });
  });

  it.each(['DesensitizeShard', 'ProfileShard', 'TransformShard'])(
    'fails with the cause of the shard when %s fails',
    async (task) => {
      const { status, error, cause } = await prepare({ [task]: fail('MalformedDataError', 'line 7, column income') });

      expect(status).toBe('FAILED');
      expect(error).toBe('MalformedDataError');
      expect(cause).toContain('line 7, column income');
    },
  );

  it.each(['DesensitizeShard', 'DivideRows', 'ProfileShard', 'FitTransform', 'TransformShard'])(
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

  it.each(['DivideRows', 'FitTransform'])('fails with the cause when %s fails', async (task) => {
    const { status, error, cause } = await prepare({ [task]: fail('DataQualityError', 'one class only') });

    expect({ status, error }).toEqual({ status: 'FAILED', error: 'DataQualityError' });
    expect(cause).toContain('one class only');
  });

  it.each(['DesensitizeShard', 'DivideRows', 'ProfileShard', 'FitTransform', 'TransformShard'])(
    'retries %s when the trouble may pass',
    async (task) => {
      const { status } = await prepare({
        [task]: (_args, attempt) => (attempt === 0 ? fail('TransientError', 'throttled')() : { rows: 10 }),
      });

      expect(status).toBe('SUCCEEDED');
    },
  );
});
