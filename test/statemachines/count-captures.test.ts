import { runDefinition } from 'embedded-cloud/asl';
import { describe, expect, it } from 'vitest';
import { loadMachine, taskName } from './load-machine.ts';

type Answers = Record<string, (args: Record<string, unknown>, attempt: number) => unknown>;

const input = { pipeline: 'loan-default', checkedAt: '2026-01-10T00:00:00Z', by: 'check-1' };
const counted = { prefix: 'loan-default/drift-sketches/r1/', count: 3 };
const counting = { run: { pipeline: 'loan-default', runId: 'r1' }, count: 3 };
const batches = [
  { index: 0, objects: ['2026/01/09/10/a.jsonl'] },
  { index: 1, objects: ['2026/01/09/11/b.jsonl'] },
];
const nothingNew = { counted, batches: 0, planKey: null, counting: null };
const planned = { counted, batches: 2, planKey: 'plan-3.json', counting };
const fail = (error: string, cause?: string) => () => {
  throw cause === undefined ? { error } : { error, cause };
};

async function count(answers: Answers) {
  const result = await runDefinition({
    definition: loadMachine('count-captures'),
    input,
    tasks: ({ resource, arguments: args, attempt }) => {
      const name = taskName(resource);
      if (name === 's3:getObject') return batches;
      return answers[name]?.(args as Record<string, unknown>, attempt) ?? {};
    },
  });
  return { ...result, tasks: result.calls.map((c) => taskName(c.resource)).filter((name) => name !== 's3:getObject') };
}
/** Answers with a plan until it is done. */
const once = ({ done }: Record<string, unknown>) => (done === 'plan-3.json' ? nothingNew : planned);

describe('the count-captures machine', () => {
  it('counts every batch of a plan, then asks what is new after it', async () => {
    const { status, output, tasks, calls } = await count({ ListCaptures: once });

    expect(status).toBe('SUCCEEDED');
    expect(output).toEqual({ counted });
    expect(tasks).toEqual(['ListCaptures', 'CountCaptures', 'CountCaptures', 'ListCaptures']);
    const [first, ...rest] = calls.filter(({ resource }) => taskName(resource) !== 's3:getObject');
    expect(first?.arguments).toEqual({ ...input, done: null });
    expect(rest.map((call) => call.arguments)).toEqual([
      { counting, batch: batches[0] },
      { counting, batch: batches[1] },
      { ...input, done: 'plan-3.json' },
    ]);
    const read = calls.find(({ resource }) => taskName(resource) === 's3:getObject');
    expect(read?.arguments).toMatchObject({ Key: 'plan-3.json' });
  });

  it('ends where nothing is new, and where the check reads no captures', async () => {
    expect(await count({ ListCaptures: () => nothingNew })).toMatchObject({
      status: 'SUCCEEDED',
      output: { counted },
      tasks: ['ListCaptures'],
    });
    expect(await count({ ListCaptures: () => ({ ...nothingNew, counted: null }) })).toMatchObject({
      status: 'SUCCEEDED',
      output: { counted: null },
    });
  });

  it.each(['ListCaptures', 'CountCaptures'])('fails with the cause when %s fails', async (task) => {
    const failed = await count({ ListCaptures: once, [task]: fail('NotFoundError', 'baseline.json does not exist') });

    expect(failed).toMatchObject({ status: 'FAILED', error: 'NotFoundError', cause: 'baseline.json does not exist' });
    expect(failed.tasks.filter((name) => name === 'ListCaptures')).toHaveLength(1);
  });

  it.each(['ListCaptures', 'CountCaptures'])('fails with words when %s gives no cause', async (task) => {
    expect(await count({ ListCaptures: once, [task]: fail('Boom') })).toMatchObject({
      status: 'FAILED',
      error: 'Boom',
      cause: 'No cause was given.',
    });
  });

  it.each(['ListCaptures', 'CountCaptures'])('retries %s when the trouble may pass', async (task) => {
    const answers: Answers = { ListCaptures: once };
    const answer = answers[task];
    const { status, output } = await count({
      ...answers,
      [task]: (args, attempt) => (attempt === 0 ? fail('TransientError')() : (answer?.(args, attempt) ?? {})),
    });

    expect(status).toBe('SUCCEEDED');
    expect(output).toEqual({ counted });
  });
});
