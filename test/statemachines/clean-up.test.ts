import { runDefinition } from 'embedded-cloud/asl';
import { describe, expect, it } from 'vitest';
import { noticeSchema } from '#domain/notices/registry';
import { planCleanUpSchema, removeUnusedSchema } from '#schemas/events/clean-up';
import { loadMachine, taskName } from './load-machine.ts';

const planKey = '_clean-up/2026-12-01/e1/plan.json';
const planned = (batches: readonly number[], more: object = {}) => ({
  planKey,
  dryRun: false,
  pipelines: ['loan'],
  removals: batches.length * 25,
  left: 0,
  batches,
  ...more,
});
const counts = { runs: 25, versions: 2, endpointConfigs: 1, models: 3, objects: 400, bytes: 1e6, items: 50, kept: 0 };
const none = { runs: 0, versions: 0, endpointConfigs: 0, models: 0, objects: 0, bytes: 0, items: 0, kept: 25 };
const throttled = { error: 'TransientError', cause: '{"errorType":"TransientError","errorMessage":"throttled"}' };

type Answer = (attempt: number, args: Record<string, unknown>) => unknown;
async function run(answers: Record<string, Answer>, input: unknown = {}) {
  const calls: { name: string; args: Record<string, unknown> }[] = [];
  const { status, output } = await runDefinition({
    definition: loadMachine('clean-up'),
    input,
    tasks: ({ resource, arguments: args }) => {
      const name = taskName(resource);
      const attempt = calls.filter((call) => call.name === name).length;
      calls.push({ name, args: args as Record<string, unknown> });
      if (name === 'PlanCleanUp') planCleanUpSchema.parse(args);
      if (name === 'RemoveUnused') removeUnusedSchema.parse(args);
      if (name === 'Notify') noticeSchema.parse(args);
      const answer = answers[name]?.(attempt, args as Record<string, unknown>) ?? {};
      if (typeof answer === 'object' && 'error' in answer) throw answer;
      return answer;
    },
  });
  return { status, output, calls, of: (name: string) => calls.filter((call) => call.name === name) };
}

describe('the clean-up machine', () => {
  it.each([[[0]], [[0, 1]], [[0, 1, 2]]])(
    'removes each batch of the plan and tells the team once (%j)',
    async (batches) => {
      const { status, output, of } = await run({ PlanCleanUp: () => planned(batches), RemoveUnused: () => counts });

      expect(status).toBe('SUCCEEDED');
      expect(of('PlanCleanUp')[0]?.args).toMatchObject({ pipeline: null, dryRun: false });
      expect(
        of('RemoveUnused')
          .map(({ args }) => args['batch'])
          .toSorted(),
      ).toEqual(batches);
      const removed = { planKey, left: 0, runs: 25 * batches.length, bytes: 1e6 * batches.length, kept: 0 };
      expect(of('Notify').map(({ args }) => args)).toMatchObject([{ kind: 'cleaned-up', removed }]);
      expect(output).toMatchObject({ planKey, removed });
    },
  );

  it('plans alone in a dry run, of one pipeline where it is named', async () => {
    const { status, output, of } = await run(
      { PlanCleanUp: () => planned([], { dryRun: true, removals: 3 }) },
      { pipeline: 'loan', dryRun: true },
    );

    expect(status).toBe('SUCCEEDED');
    expect(output).toMatchObject({ planKey, dryRun: true, removals: 3 });
    expect(of('PlanCleanUp')[0]?.args).toMatchObject({ pipeline: 'loan', dryRun: true });
    expect(of('RemoveUnused')).toEqual([]);
    expect(of('Notify')).toEqual([]);
  });

  it('says nothing when nothing is to be removed, or everything came into use', async () => {
    expect((await run({ PlanCleanUp: () => planned([]) })).of('Notify')).toEqual([]);
    const { status, output, of } = await run({ PlanCleanUp: () => planned([0]), RemoveUnused: () => none });

    expect(status).toBe('SUCCEEDED');
    expect(output).toMatchObject({ removed: { runs: 0, kept: 25 } });
    expect(of('Notify')).toEqual([]);
  });

  it('goes on where a task was throttled', async () => {
    const { status, of } = await run({
      PlanCleanUp: (attempt) => (attempt < 2 ? throttled : planned([0])),
      RemoveUnused: (attempt) => (attempt < 3 ? throttled : counts),
      Notify: (attempt) => (attempt < 2 ? throttled : {}),
    });

    expect(status).toBe('SUCCEEDED');
    expect(of('RemoveUnused')).toHaveLength(4);
  });

  it('succeeds though Slack cannot be reached, and fails when something cannot be planned or deleted', async () => {
    const denied = () => ({ error: 'AccessDeniedException', cause: 'no' });
    const clean = { PlanCleanUp: () => planned([0]), RemoveUnused: () => counts };

    expect((await run({ ...clean, Notify: denied })).status).toBe('SUCCEEDED');
    expect((await run({ ...clean, RemoveUnused: denied })).status).toBe('FAILED');
    expect((await run({ ...clean, PlanCleanUp: denied })).status).toBe('FAILED');
  });
});
