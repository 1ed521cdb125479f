import { runDefinition } from 'embedded-cloud/asl';
import { describe, expect, it } from 'vitest';
import { noticeSchema } from '#domain/notices/registry';
import { retirePipelineSchema } from '#schemas/events/retire';
import { loadMachine, taskName } from './load-machine.ts';

const retirement = { at: '2026-01-02T10:00:00.000Z', endpoint: true, endpointConfigs: 1, models: 2 };
const retired = { decision: 'retired', pipeline: 'loan', retirement };
const busy = { error: 'EndpointBusyError', cause: '{"errorType":"EndpointBusyError","errorMessage":"a run"}' };
const deleting = { error: 'TransientError', cause: '{"errorType":"TransientError","errorMessage":"being deleted"}' };

type Answers = Record<string, (attempt: number, args: Record<string, unknown>) => unknown>;
async function run(machine: string, input: unknown, answers: Answers) {
  const calls: { name: string; args: Record<string, unknown> }[] = [];
  const { status, output } = await runDefinition({
    definition: loadMachine(machine),
    input,
    tasks: ({ resource, arguments: args }) => {
      const name = taskName(resource);
      const attempt = calls.filter((call) => call.name === name).length;
      calls.push({ name, args: args as Record<string, unknown> });
      if (name === 'Notify') noticeSchema.parse(args);
      const answer = answers[name]?.(attempt, args as Record<string, unknown>) ?? {};
      if (typeof answer === 'object' && 'error' in answer) throw answer;
      return answer;
    },
  });
  return { status, output, calls, of: (name: string) => calls.filter((call) => call.name === name) };
}

describe('the retire machine', () => {
  it('retires the pipeline and tells the team', async () => {
    const { status, output, of } = await run(
      'retire',
      { pipeline: 'loan', reason: 'old' },
      { RetirePipeline: () => retired },
    );

    expect(status).toBe('SUCCEEDED');
    expect(output).toEqual(retired);
    const [asked] = of('RetirePipeline');
    expect(retirePipelineSchema.parse(asked?.args)).toMatchObject({ pipeline: 'loan', reason: 'old', undo: false });
    expect(of('Notify')[0]?.args).toMatchObject({ kind: 'retired', retired });
  });

  it('waits for a run, then until the endpoint is gone', async () => {
    const { status, of } = await run(
      'retire',
      { pipeline: 'loan' },
      { RetirePipeline: (attempt) => (attempt < 100 ? busy : attempt < 160 ? deleting : retired) },
    );

    expect(status).toBe('SUCCEEDED');
    expect(of('RetirePipeline')).toHaveLength(161);
  });

  it('takes a retirement back', async () => {
    const answer = { decision: 'taken-back', pipeline: 'loan', takenBack: { at: retirement.at } };
    const { of } = await run('retire', { pipeline: 'loan', undo: true }, { RetirePipeline: () => answer });

    expect(of('RetirePipeline')[0]?.args).toMatchObject({ undo: true });
    expect(of('Notify')).toHaveLength(1);
  });

  it('does not announce that there was nothing to do', async () => {
    const answer = { decision: 'ignore', pipeline: 'loan', reason: 'not retired' };
    const { output, of } = await run('retire', { pipeline: 'loan', undo: true }, { RetirePipeline: () => answer });

    expect(output).toEqual(answer);
    expect(of('Notify')).toEqual([]);
  });

  it('succeeds though Slack cannot be reached, and fails when the retirement does', async () => {
    const slackDown = () => ({ error: 'SlackError', cause: 'down' });
    expect(
      (await run('retire', { pipeline: 'loan' }, { RetirePipeline: () => retired, Notify: slackDown })).status,
    ).toBe('SUCCEEDED');
    const denied = () => ({ error: 'AccessDeniedException', cause: 'no' });
    expect((await run('retire', { pipeline: 'loan' }, { RetirePipeline: denied })).status).toBe('FAILED');
  });
});

describe('the check-service machine', () => {
  const orphan = { pipeline: 'churn', endpoint: 'tidegate-dev-churn' };
  const amount = (usd: number) => ({ usd, about: false, unknown: [] });
  const costs = (usd: number, before = 0) => ({
    month: '2026-12',
    spent: amount(0),
    byKind: {},
    forecast: amount(usd),
    before,
    pipelines: [],
  });
  const free = () => costs(0);

  it.each([[[orphan]], [[orphan, { pipeline: 'ads', endpoint: 'tidegate-dev-ads' }]]])(
    'announces orphans (%#)',
    async (orphans) => {
      const { status, of } = await run('check-service', {}, { FindOrphans: () => ({ orphans }), ForecastCosts: free });

      expect(status).toBe('SUCCEEDED');
      expect(of('Notify')[0]?.args).toMatchObject({ kind: 'orphans', orphans });
    },
  );

  it('says nothing when there is none', async () => {
    const { status, of } = await run(
      'check-service',
      {},
      {
        FindOrphans: () => ({ orphans: [] }),
        ForecastCosts: free,
      },
    );

    expect(status).toBe('SUCCEEDED');
    expect(of('Notify')).toEqual([]);
  });

  it.each([
    ['will cost something', costs(3)],
    ['did the month before', costs(0, 2)],
  ])('says what the stage costs when it %s', async (_, forecast) => {
    const { status, of } = await run(
      'check-service',
      {},
      {
        FindOrphans: () => ({ orphans: [] }),
        ForecastCosts: () => forecast,
      },
    );

    expect(status).toBe('SUCCEEDED');
    expect(of('ForecastCosts')[0]?.args).toEqual({ now: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) });
    expect(of('Notify').map(({ args }) => args)).toEqual([{ kind: 'costs', costs: forecast }]);
  });

  it('retries what is temporary', async () => {
    const { status } = await run(
      'check-service',
      {},
      {
        FindOrphans: (attempt) => (attempt < 2 ? deleting : { orphans: [orphan] }),
        ForecastCosts: free,
        Notify: (n) => (n < 2 ? deleting : {}),
      },
    );

    expect(status).toBe('SUCCEEDED');
  });
});
