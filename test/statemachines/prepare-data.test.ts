import { runDefinition } from 'embedded-cloud/asl';
import { describe, expect, it } from 'vitest';
import { loadMachine, taskName } from './load-machine.ts';

const run = { pipeline: 'loan-default', runId: 'r1' };
const shards = [
  { index: 0, key: 'loan-default/d/a.csv', size: 1 },
  { index: 1, key: 'loan-default/d/b.csv', size: 1 },
];

const part = (index: number) => ({ index, count: 2, size: 9 });
/** A drop with a small file, and a large one in two parts. */
const withParts = [
  { index: 0, size: 1, first: 0, files: 1 },
  { index: 1, size: 5, first: 1, files: 1, part: part(0) },
  { index: 2, size: 4, first: 1, files: 1, part: part(1) },
];

type Answers = Record<string, (args: Record<string, unknown>, attempt: number) => unknown>;

async function prepare(answers: Answers = {}, given: Record<string, unknown> = {}, items: unknown = shards) {
  return runDefinition({
    definition: loadMachine('prepare-data'),
    input: { run, shardsKey: 'shards.json', shards: 2, champion: null, ...given },
    tasks: ({ resource, arguments: args, attempt }) => {
      const name = taskName(resource);
      if (name === 's3:getObject') return items;
      return answers[name]?.(args as Record<string, unknown>, attempt) ?? { rows: 10 };
    },
  });
}
const locate = (answers: Answers = {}) => prepare(answers, { step: 'locate', shards: 3 }, withParts);
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

  it('reads a file of several parts once before its parts, and no other file', async () => {
    const { status, calls } = await locate();

    expect(status).toBe('SUCCEEDED');
    const names = calls.map(({ resource }) => taskName(resource)).filter((name) => name !== 's3:getObject');
    expect(names.slice(0, 2)).toEqual(['LocateRows', 'DesensitizeShard']);
    expect(names.filter((name) => name === 'LocateRows')).toHaveLength(1);
    expect(names.filter((name) => name === 'DesensitizeShard')).toHaveLength(3);
    expect(calls.find(({ resource }) => resource.endsWith('LocateRows'))?.arguments).toEqual({
      run,
      shard: withParts[1],
    });
  });

  it('fails with the cause of a file in which rows cannot be located', async () => {
    const refused = await locate({ LocateRows: fail('SchemaMismatchError', 'file 2 of the drop: missing "x"') });
    expect(refused).toMatchObject({ status: 'FAILED', error: 'SchemaMismatchError' });
    expect(refused.cause).toContain('file 2 of the drop');
    expect(refused.calls.some(({ resource }) => resource.endsWith('DesensitizeShard'))).toBe(false);
    const silent = await locate({
      LocateRows: () => {
        throw { error: 'Boom' };
      },
    });
    expect(silent).toMatchObject({ status: 'FAILED', error: 'Boom', cause: 'No cause was given.' });
  });

  it('retries LocateRows when the trouble may pass', async () => {
    const { status } = await locate({
      LocateRows: (_args, attempt) => (attempt === 0 ? fail('TransientError', 'throttled')() : { parts: 2 }),
    });
    expect(status).toBe('SUCCEEDED');
  });

  it('desensitizes every shard of a batch and encodes it for its model, and divides and fits nothing', async () => {
    const model = { pipeline: 'loan-default', runId: 'r0' };
    const { status, calls } = await prepare({}, { step: 'desensitize', model });

    expect(status).toBe('SUCCEEDED');
    const names = calls.map(({ resource }) => taskName(resource)).filter((name) => name !== 's3:getObject');
    expect(names).toEqual(['DesensitizeShard', 'DesensitizeShard', 'TransformShard', 'TransformShard']);
    expect(calls.find(({ resource }) => resource.endsWith('TransformShard'))?.arguments).toMatchObject({ run, model });
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
