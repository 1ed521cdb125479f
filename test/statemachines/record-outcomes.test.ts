import { runDefinition } from 'embedded-cloud/asl';
import { describe, expect, it } from 'vitest';
import { noticeSchema } from '#domain/notices/registry';
import { joinOutcomesSchema, readOutcomesSchema } from '#schemas/events/outcomes';
import type { OutcomesFile } from '#schemas/records/outcome';
import { loadMachine, taskName } from './load-machine.ts';

const created = {
  time: '2026-02-08T06:00:00Z',
  detail: { object: { key: 'loan/outcomes/jan/a.csv', size: 12, etag: 'e1', 'version-id': 'v1' } },
};
const counts = { rows: 3, accepted: 3, malformed: 0, problems: [] };
const read = { pipeline: 'loan', id: 'a1', receivedAt: '2026-02-08T06:00:00.000Z', runId: 'r1', by: 'key', ...counts };
const file = { ...read, joined: 3, repeated: 0, unknown: 0, rowNeeded: 0, days: ['2026-02-01'] } as OutcomesFile;
const passing = { error: 'TransientError', cause: '{"errorType":"TransientError","errorMessage":"later"}' };
const wrong = {
  error: 'SchemaMismatchError',
  cause: '{"errorType":"SchemaMismatchError","errorMessage":"The columns"}',
};

async function record(input: unknown, answers: Record<string, (attempt: number) => unknown> = {}) {
  const calls: string[] = [];
  const asked: Record<string, unknown> = {};
  const all: typeof answers = {
    ReadOutcomes: () => ({ decision: 'read', file: read }),
    JoinOutcomes: () => ({ decision: 'recorded', file }),
    Notify: () => ({}),
    ...answers,
  };
  const { status, output, error } = await runDefinition({
    definition: loadMachine('record-outcomes'),
    input,
    tasks: ({ resource, arguments: args }) => {
      const name = taskName(resource);
      const attempt = calls.filter((call) => call === name).length;
      calls.push(name);
      asked[name] = args;
      if (name === 'ReadOutcomes') readOutcomesSchema.parse(args);
      if (name === 'JoinOutcomes') joinOutcomesSchema.parse(args);
      if (name === 'Notify') noticeSchema.parse(args);
      const answer = all[name]?.(attempt) ?? {};
      if (typeof answer === 'object' && 'error' in answer) throw answer;
      return answer;
    },
  });
  return { status, output, error, calls, asked };
}

describe('the record-outcomes machine', () => {
  it('reads a file, joins it and tells the team', async () => {
    const { status, output, calls, asked } = await record(created);

    expect(status).toBe('SUCCEEDED');
    expect(calls).toEqual(['ReadOutcomes', 'JoinOutcomes', 'Notify']);
    expect(asked).toEqual({
      ReadOutcomes: { key: 'loan/outcomes/jan/a.csv', size: 12, etag: 'e1', versionId: 'v1', receivedAt: created.time },
      JoinOutcomes: { file: read },
      Notify: { kind: 'outcomes', outcomes: { file } },
    });
    expect(output).toEqual({ decision: 'recorded', file });
  });

  it('starts a check where labels say that the model in service got worse', async () => {
    const recorded = { decision: 'recorded', file, check: true };
    const { status, output, calls, asked } = await record(created, { JoinOutcomes: () => recorded });

    expect(status).toBe('SUCCEEDED');
    expect(calls).toEqual(['ReadOutcomes', 'JoinOutcomes', 'Notify', 'states:startExecution']);
    expect(asked['states:startExecution']).toMatchObject({
      Name: expect.stringMatching(/^labels-.{1,36}$/),
      Input: { pipeline: 'loan' },
    });
    expect(output).toEqual(recorded);
  });

  it('records a file although no check could be started', async () => {
    const { status, output } = await record(created, {
      JoinOutcomes: () => ({ decision: 'recorded', file, check: true }),
      'states:startExecution': () => ({ error: 'StepFunctions.ExecutionLimitExceeded' }),
    });

    expect(status).toBe('SUCCEEDED');
    expect(output).toMatchObject({ decision: 'recorded' });
  });

  it('ends without a message for a file that is not recorded', async () => {
    const skipped = { decision: 'skipped', pipeline: 'loan', reason: 'this file was recorded before' };
    const { status, output, calls } = await record(created, { ReadOutcomes: () => skipped });

    expect(status).toBe('SUCCEEDED');
    expect(calls).toEqual(['ReadOutcomes']);
    expect(output).toEqual(skipped);
  });

  it('reads an object of a bucket without versions', async () => {
    const { key, size, etag } = created.detail.object;
    const { asked } = await record({ ...created, detail: { object: { key, size, etag } } });

    expect(asked['ReadOutcomes']).toMatchObject({ versionId: null });
  });

  it.each(['ReadOutcomes', 'JoinOutcomes'])('tells the team when %s fails, and fails', async (task) => {
    const { status, error, calls, asked } = await record(created, { [task]: () => wrong });

    expect(status).toBe('FAILED');
    expect(error).toBe('SchemaMismatchError');
    expect(calls.at(-1)).toBe('Notify');
    expect(asked['Notify']).toMatchObject({
      outcomes: { pipeline: 'loan', error: { Error: 'SchemaMismatchError', Cause: wrong.cause } },
    });
  });

  it('retries what goes away by itself', async () => {
    const once = (answer: unknown) => (attempt: number) => (attempt === 0 ? passing : answer);
    const { status, calls } = await record(created, {
      ReadOutcomes: once({ decision: 'read', file: read }),
      JoinOutcomes: once({ decision: 'recorded', file }),
      Notify: once({}),
    });

    expect(status).toBe('SUCCEEDED');
    expect(calls).toEqual(['ReadOutcomes', 'ReadOutcomes', 'JoinOutcomes', 'JoinOutcomes', 'Notify', 'Notify']);
  });

  it.each([
    ['of success', {}, 'SUCCEEDED'],
    ['of failure', { ReadOutcomes: () => wrong }, 'FAILED'],
  ])('ends as it would when the message %s cannot be sent', async (_, answers, ends) => {
    const { status } = await record(created, {
      ...answers,
      Notify: () => ({ error: 'ConfigurationError', cause: '{}' }),
    });

    expect(status).toBe(ends);
  });
});
