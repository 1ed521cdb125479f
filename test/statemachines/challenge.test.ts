import { runDefinition } from 'embedded-cloud/asl';
import { describe, expect, it } from 'vitest';
import { noticeSchema } from '#domain/notices/registry';
import {
  beginChallengeSchema,
  type ChallengeStep,
  challengeInputSchema,
  closeChallengeSchema,
  judgeChallengeSchema,
  openChallengeSchema,
  type Verdict,
} from '#schemas/events/challenge';
import { awaitEndpointSchema } from '#schemas/events/deployment';
import type { ClosedChallenge } from '#schemas/records/challenge';
import { deploymentOf, packageArn, runs } from '../functions/support/stage.ts';
import { loadMachine, taskName } from './load-machine.ts';

const input = challengeInputSchema.parse({
  pipeline: 'loan',
  modelPackageArn: packageArn(2),
  modelPackageVersion: 2,
  runId: runs.second,
  approvedAt: '2026-01-05T09:00:00.000Z',
});
const deployment = deploymentOf({ endpointName: 'tidegate-dev-loan-Challenger', previousConfig: null });
const wait: ChallengeStep = { step: 'wait', waitSeconds: 605 };
const close = (end: Verdict['end'], ...reasons: string[]): ChallengeStep => ({
  step: 'close',
  verdict: { end, reasons, measures: {} },
});
const closed = (end: Verdict['end']): ClosedChallenge => ({
  report: true,
  pipeline: 'loan',
  mode: 'shadow',
  run: { pipeline: 'loan', runId: runs.second },
  modelPackageVersion: 2,
  championVersion: 1,
  approvedAt: input.approvedAt,
  outcome: { end, reasons: ['because'], measures: {}, at: '2026-01-06T09:00:00.000Z' },
});
const transient = { error: 'TransientError', cause: '{"errorType":"TransientError","errorMessage":"later"}' };
const fatal = { error: 'DeploymentError', cause: '{"errorType":"DeploymentError","errorMessage":"no"}' };
const failWith = (thrown: object) => () => {
  throw thrown;
};
const testTask = 'states:startExecution.sync:2';
type Answer = (args: Record<string, unknown>, attempt: number) => unknown;

/** Runs the machine; every input is checked by the schema of its function. */
async function challenge(answers: Record<string, Answer> = {}) {
  const schemas: Record<string, { parse(value: unknown): unknown }> = {
    OpenChallenge: openChallengeSchema,
    AwaitEndpoint: awaitEndpointSchema,
    BeginChallenge: beginChallengeSchema,
    JudgeChallenge: judgeChallengeSchema,
    CloseChallenge: closeChallengeSchema,
    Notify: noticeSchema,
  };
  const all: Record<string, Answer> = {
    OpenChallenge: () => ({ step: 'await', deployment }),
    AwaitEndpoint: () => ({}),
    [testTask]: () => ({ Output: { passed: true, failed: [] } }),
    BeginChallenge: () => ({ step: 'announce', waitSeconds: 605 }),
    JudgeChallenge: () => close('won', 'because'),
    CloseChallenge: (args) => closed(((args['verdict'] as Verdict | null) ?? { end: 'failed' as const }).end),
    Notify: () => ({}),
    ...answers,
  };
  const attempts = new Map<string, number>();
  const result = await runDefinition({
    definition: loadMachine('challenge'),
    input,
    tasks: ({ resource, arguments: args }) => {
      const name = taskName(resource);
      schemas[name]?.parse(args);
      const attempt = attempts.get(name) ?? 0;
      attempts.set(name, attempt + 1);
      return all[name]?.(args as Record<string, unknown>, attempt) ?? {};
    },
  });
  const of = (name: string) => result.calls.filter((c) => taskName(c.resource) === name).map((c) => c.arguments);
  return { ...result, tasks: result.calls.map((c) => taskName(c.resource)), of };
}

describe('the challenge machine', () => {
  it('opens, tests, announces, looks until there is a verdict, closes and tells the team', async () => {
    const { status, output, tasks, of } = await challenge({
      JudgeChallenge: (_, n) => (n < 3 ? wait : close('won', 'because')),
    });

    expect(status).toBe('SUCCEEDED');
    expect(output).toEqual(closed('won'));
    expect(tasks).toEqual([
      'OpenChallenge',
      'AwaitEndpoint',
      testTask,
      'BeginChallenge',
      'Notify',
      ...Array.from({ length: 4 }, () => 'JudgeChallenge'),
      'CloseChallenge',
      'Notify',
    ]);
    expect(of(testTask)).toMatchObject([{ Input: { endpointName: deployment.endpointName, trigger: 'deploy' } }]);
    expect(of('CloseChallenge')).toMatchObject([{ verdict: { end: 'won', reasons: ['because'] }, error: null }]);
    expect(of('Notify')).toMatchObject([{ kind: 'challenge-started' }, { kind: 'challenge-verdict' }]);
  });

  it('can look 2,000 times within the history of an execution', async () => {
    const looks = 12;
    const { events } = await challenge({ JudgeChallenge: (_, n) => (n < looks ? wait : close('won')) });
    const short = await challenge({ JudgeChallenge: () => close('won') });

    expect((events.length - short.events.length) / looks).toBeLessThanOrEqual(9);
  });

  it.each(['lost', 'kept', 'stopped', 'superseded', 'retired'] as const)(
    'closes a challenge that is %s',
    async (end) => {
      const { status, of } = await challenge({ JudgeChallenge: () => close(end, 'because') });

      expect(status).toBe('SUCCEEDED');
      expect(of('CloseChallenge')).toMatchObject([{ verdict: { end } }]);
      expect(of('Notify')).toMatchObject([{}, { kind: 'challenge-verdict', closed: { outcome: { end } } }]);
    },
  );

  it('ends without a word when there is nothing to challenge', async () => {
    const { status, tasks, output } = await challenge({ OpenChallenge: () => ({ step: 'ignore', reason: 'retired' }) });

    expect(status).toBe('SUCCEEDED');
    expect(tasks).toEqual(['OpenChallenge']);
    expect(output).toEqual({ step: 'ignore', reason: 'retired' });
  });

  it('lets the challenger lose that fails its tests, without announcing it', async () => {
    const { of } = await challenge({
      [testTask]: () => ({ Output: { passed: false, failed: ['golden-default', 'contract'] } }),
      BeginChallenge: () => close('lost', 'Endpoint tests failed.'),
    });

    expect(of('BeginChallenge')).toMatchObject([{ tests: { passed: false, failed: ['golden-default', 'contract'] } }]);
    expect(of('JudgeChallenge')).toEqual([]);
    expect(of('Notify')).toMatchObject([{ kind: 'challenge-verdict', closed: { outcome: { end: 'lost' } } }]);
  });

  it('counts tests that did not run as failed', async () => {
    const { of } = await challenge({ [testTask]: () => ({ Output: { decision: 'skip', reason: 'none' } }) });

    expect(of('BeginChallenge')).toMatchObject([{ tests: { passed: false, failed: ['none ran: none'] } }]);
  });

  it.each([
    ['cannot be opened', 'OpenChallenge'],
    ['whose endpoint never serves', 'AwaitEndpoint'],
    ['whose tests cannot be run', testTask],
    ['that cannot begin', 'BeginChallenge'],
    ['that cannot be judged', 'JudgeChallenge'],
  ])('closes and reports a challenge %s', async (_, task) => {
    const { status, of } = await challenge({ [task]: failWith(fatal) });

    expect(status).toBe('SUCCEEDED');
    expect(of('CloseChallenge')).toMatchObject([{ verdict: null, error: { Error: 'DeploymentError' } }]);
    expect(of('Notify').at(-1)).toMatchObject({ kind: 'challenge-failed', closed: { outcome: { end: 'failed' } } });
  });

  it('reports a challenge that was never recorded', async () => {
    const { of } = await challenge({
      OpenChallenge: failWith(fatal),
      CloseChallenge: () => ({ report: false, pipeline: 'loan', reason: 'no' }),
    });

    expect(of('Notify')).toMatchObject([{ kind: 'challenge-failed', closed: { report: false, reason: 'no' } }]);
  });

  it('waits until the endpoint of the challenger can be deleted', async () => {
    const { status, of } = await challenge({
      CloseChallenge: (_, n) => {
        if (n < 20) throw transient;
        return closed('won');
      },
    });

    expect(status).toBe('SUCCEEDED');
    expect(of('CloseChallenge')).toHaveLength(21);
    expect(new Set(of('CloseChallenge').map((args) => JSON.stringify(args))).size).toBe(1);
  });

  it('fails when it cannot be closed, so that recover-challenge does it', async () => {
    const { status, error, of } = await challenge({ CloseChallenge: failWith(fatal) });

    expect(status).toBe('FAILED');
    expect(error).toBe('ChallengeNotClosed');
    expect(of('Notify')).toHaveLength(1);
  });

  it('goes on when Slack cannot be reached', async () => {
    const { status, of } = await challenge({ Notify: failWith(fatal) });

    expect(status).toBe('SUCCEEDED');
    expect(of('CloseChallenge')).toHaveLength(1);
  });
});

describe('the recover-challenge machine', () => {
  const executionArn = 'arn:aws:states:eu-central-1:123456789012:execution:tidegate-dev-challenge:loan-v2-1';
  const lost = { detail: { executionArn, status: 'TIMED_OUT', input: JSON.stringify(input), cause: null } };

  it.each([
    ['failed', closed('failed'), 'challenge-failed'],
    ['was won before it was lost', closed('won'), 'challenge-verdict'],
    ['was never recorded', { report: false, pipeline: 'loan', reason: 'no' }, 'challenge-failed'],
  ] as const)('closes a challenge that %s, however long that takes', async (_, answer, kind) => {
    const asked: unknown[] = [];
    const told: unknown[] = [];
    const { status } = await runDefinition({
      definition: loadMachine('recover-challenge'),
      input: lost,
      tasks: ({ resource, arguments: args }) => {
        if (taskName(resource) === 'Notify') {
          told.push(noticeSchema.parse(args));
          return {};
        }
        asked.push(closeChallengeSchema.parse(args));
        if (asked.length < 100) throw transient;
        return answer;
      },
    });

    expect(status).toBe('SUCCEEDED');
    expect(asked[0]).toMatchObject({ pipeline: 'loan', executionArn, error: { Error: 'ExecutionTIMED_OUT' } });
    expect(told).toMatchObject([{ kind, executionArn }]);
  });
});
