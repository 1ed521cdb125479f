import { runDefinition } from 'embedded-cloud/asl';
import { describe, expect, it } from 'vitest';
import { noticeSchema } from '#domain/notices/registry';
import { decideSchema, recordDecisionSchema, reportApprovalSchema } from '#schemas/events/decision';
import { loadMachine, taskName } from './load-machine.ts';

const arn = 'arn:aws:sagemaker:eu-central-1:123456789012:model-package/tidegate-dev-loan/2';
const approved = { time: '2026-01-02T10:00:00Z', detail: { ModelPackageArn: arn, ModelApprovalStatus: 'Approved' } };
const at = '2026-01-02T10:00:00.000Z';
const notice = { pipeline: 'loan', version: 2, decision: 'approved', at, changedAt: at };
const recorded = { decision: 'recorded', notice, announce: true, deploy: null };
const rolledBack = { ...recorded, deploy: arn };
const startTask = 'states:startExecution';
const passing = { error: 'TransientError', cause: '{"errorType":"TransientError","errorMessage":"later"}' };

async function decide(input: unknown, answers: Record<string, (attempt: number) => unknown> = {}) {
  const calls: string[] = [];
  const asked: Record<string, unknown> = {};
  const all: typeof answers = {
    RecordDecision: () => recorded,
    Decide: () => rolledBack,
    ReportApproval: () => ({ messages: 0 }),
    Notify: () => ({}),
    ...answers,
  };
  const { status, output } = await runDefinition({
    definition: loadMachine('record-decision'),
    input,
    tasks: ({ resource, arguments: args }) => {
      const name = taskName(resource);
      const attempt = calls.filter((call) => call === name).length;
      calls.push(name);
      asked[name] = args;
      if (name === 'RecordDecision') recordDecisionSchema.parse(args);
      if (name === 'Decide') decideSchema.parse(args);
      if (name === 'ReportApproval') reportApprovalSchema.parse(args);
      if (name === 'Notify') noticeSchema.parse(args);
      const answer = all[name]?.(attempt) ?? { ExecutionArn: 'arn:started' };
      if (typeof answer === 'object' && 'error' in answer) throw answer;
      return answer;
    },
  });
  return { status, output, calls, asked };
}

describe('the record-decision machine', () => {
  it('records an approval and tells the team; the approval starts its deployment itself', async () => {
    const { status, output, calls, asked } = await decide(approved);

    expect(status).toBe('SUCCEEDED');
    expect(calls).toEqual(['RecordDecision', 'Notify', 'ReportApproval']);
    expect(asked).toEqual({
      RecordDecision: { modelPackageArn: arn, status: 'Approved', eventTime: approved.time },
      Notify: { kind: 'decision', ...notice },
      ReportApproval: {
        ...{ pipeline: 'loan', outcome: 'recorded', decided: { version: 2, decision: 'approved', at } },
        ...{ version: null, slackRequest: null, reason: null, voters: null, needed: null },
      },
    });
    expect(output).toEqual(recorded);
  });

  it.each([
    ['a repeated event', { decision: 'ignore', reason: 'recorded already' }],
    ['an automatic approval', { ...recorded, announce: false }],
  ])('does not announce %s', async (_, answer) => {
    const { calls, output } = await decide(approved, { RecordDecision: () => answer });

    expect(calls).toEqual(['RecordDecision']);
    expect(output).toEqual(answer);
  });

  it('records a roll-back, tells the team and starts the deployment', async () => {
    const rollBack = { pipeline: 'loan', reason: 'false alarms' };
    const { output, calls, asked } = await decide({ rollBack });

    expect(calls).toEqual(['Decide', 'Notify', 'ReportApproval', startTask]);
    expect(asked['Decide']).toMatchObject({ ...rollBack, action: 'roll-back', id: expect.any(String) });
    expect(asked[startTask]).toMatchObject({
      Input: { detail: { ModelPackageArn: arn }, rolledBackAt: at, now: false },
    });
    expect(output).toEqual({ decision: 'recorded', version: 2, executionArn: 'arn:started' });
  });

  it('passes on that a roll-back must be quick, and that the endpoint does not serve its champion', async () => {
    const { asked } = await decide({ rollBack: { pipeline: 'loan', now: true, moved: true } });

    expect(asked['Decide']).toMatchObject({ now: true, moved: true });
    expect(asked[startTask]).toMatchObject({ Input: { now: true } });
  });

  it('starts the deployment though Slack cannot be reached', async () => {
    const { status, calls } = await decide(
      { rollBack: { pipeline: 'loan' } },
      { Notify: () => ({ error: 'SlackError', cause: 'down' }) },
    );

    expect(status).toBe('SUCCEEDED');
    expect(calls).toEqual(['Decide', 'Notify', 'ReportApproval', startTask]);
  });

  it('passes on which version is wanted, by whom and why, and says why nothing is done', async () => {
    const rollBack = { pipeline: 'loan', version: 3, by: 'arn:aws:iam::1:user/ana', reason: 'false alarms' };
    const answer = { decision: 'ignore', reason: 'version 3 of loan serves already' };
    const { output, calls, asked } = await decide({ rollBack }, { Decide: () => answer });

    expect(calls).toEqual(['Decide']);
    expect(asked['Decide']).toMatchObject(rollBack);
    expect(output).toEqual(answer);
  });

  it('retries a request for about a minute, then fails: its caller waits', async () => {
    const lasting = await decide({ rollBack: { pipeline: 'loan' } }, { Decide: () => passing });
    const short = await decide(
      { rollBack: { pipeline: 'loan' } },
      { Decide: (attempt) => (attempt < 3 ? passing : rolledBack) },
    );

    expect([lasting.status, short.status]).toEqual(['FAILED', 'SUCCEEDED']);
  });

  it('retries what is temporary', async () => {
    const { status, calls } = await decide(approved, {
      RecordDecision: (attempt) => (attempt < 7 ? passing : recorded),
      Notify: (attempt) => (attempt < 2 ? passing : {}),
    });

    expect(status).toBe('SUCCEEDED');
    expect(calls.filter((call) => call === 'RecordDecision')).toHaveLength(8);
    expect(calls.filter((call) => call === 'Notify')).toHaveLength(3);
  });

  it('retries the start of the deployment', async () => {
    const { status } = await decide(
      { rollBack: { pipeline: 'loan' } },
      {
        [startTask]: (attempt) =>
          attempt < 2 ? { error: 'StepFunctions.ThrottlingException', cause: 'slow' } : { ExecutionArn: 'arn:started' },
      },
    );

    expect(status).toBe('SUCCEEDED');
  });

  const slack = { decide: { pipeline: 'loan', slackRequest: 'd1' } };

  it('leaves what a person asked for to the registry, whose event comes back', async () => {
    const set = { decision: 'set', version: 2, status: 'Approved', before: 'PendingManualApproval' };
    const { output, calls, asked } = await decide(slack, { Decide: () => set });

    expect(calls).toEqual(['Decide']);
    expect(asked['Decide']).toMatchObject({ pipeline: 'loan', slackRequest: 'd1', id: expect.any(String) });
    expect(output).toEqual(set);
  });

  it.each([['slack:U0ALICE'], ['slack:U0ALICE', 'slack:U0BOB']])(
    'shows who has approved so far: %s %s',
    async (...voters) => {
      const { output, calls, asked } = await decide(slack, {
        Decide: () => ({ decision: 'counted', version: 2, voters, needed: 3 }),
      });

      expect(calls).toEqual(['Decide', 'ReportApproval']);
      expect(asked['ReportApproval']).toMatchObject({
        outcome: 'counted',
        pipeline: 'loan',
        version: 2,
        voters,
        needed: 3,
      });
      expect(output).toMatchObject({ decision: 'counted' });
    },
  );

  it.each([
    ['refused', { decision: 'refused', version: 2, code: 'not-allowed', reason: 'no' }],
    ['found pointless', { decision: 'ignore', reason: 'no' }],
  ])('tells a person in Slack what was %s, and whoever waits at the command line by the output', async (_, answer) => {
    const inSlack = await decide(slack, { Decide: () => answer });
    const byCommand = await decide({ decide: { pipeline: 'loan', action: 'reject' } }, { Decide: () => answer });

    expect(inSlack.calls).toEqual(['Decide', 'ReportApproval']);
    expect(inSlack.asked['ReportApproval']).toMatchObject({
      slackRequest: 'd1',
      reason: 'no',
      outcome: answer.decision,
    });
    expect(byCommand.calls).toEqual(['Decide']);
    expect([inSlack.output, byCommand.output]).toEqual([answer, answer]);
  });

  it('deploys though the buttons of a message cannot be taken away', async () => {
    const { status, calls } = await decide(
      { rollBack: { pipeline: 'loan' } },
      { ReportApproval: () => ({ error: 'SlackRejectedError', cause: 'message_not_found' }) },
    );

    expect(status).toBe('SUCCEEDED');
    expect(calls.at(-1)).toBe(startTask);
  });

  it('fails when the decision cannot be recorded, which raises its alarm', async () => {
    const { status } = await decide(approved, { RecordDecision: () => ({ error: 'NotFoundError', cause: 'gone' }) });

    expect(status).toBe('FAILED');
  });
});
