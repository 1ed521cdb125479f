import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CloudService } from '#src/cloud/service';
import { createScheduler } from '#src/scheduler/service';
import { type FakeContext, fakeContext, type ServedService, serveService } from '../support/door.ts';
import { clientConfigFor, recordingStepFunctions } from '../support/event-targets.ts';

const account = '123456789012';
const machineArn = `arn:aws:states:eu-central-1:${account}:stateMachine:check-drift`;
const roleArn = `arn:aws:iam::${account}:role/StartCheckDrift`;
const hour = 3_600_000;
const daily = {
  ScheduleExpression: 'rate(1 day)',
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: {
    Arn: machineArn,
    RoleArn: roleArn,
    Input: '{"pipeline":"loan-default","at":"<aws.scheduler.scheduled-time>"}',
  },
};

let stateDir: string;
let context: FakeContext;
let states: ReturnType<typeof recordingStepFunctions>;
let statesDoor: ServedService;
let scheduler: CloudService;
let door: ServedService;

const open = async () => {
  scheduler = createScheduler(context);
  door = await serveService(scheduler, { context });
};
beforeEach(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'cloud-scheduler-'));
  states = recordingStepFunctions();
  statesDoor = await serveService(states);
  context = fakeContext(stateDir, { clientConfig: clientConfigFor(statesDoor.endpoint) });
  await open();
});
afterEach(async () => {
  await door.close();
  await statesDoor.close();
  rmSync(stateDir, { recursive: true, force: true });
});

const apply = (properties: Record<string, unknown>, logicalId = 'DriftSchedule', type = 'AWS::Scheduler::Schedule') =>
  scheduler.resources?.[type]?.apply({ logicalId, type, stackName: 'shop', properties });
const call = async (method: string, path: string, body?: unknown) => {
  const reply = await fetch(door.endpoint + path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return {
    status: reply.status,
    code: reply.headers.get('x-amzn-errortype'),
    body: (await reply.json()) as Record<string, unknown>,
  };
};

describe('a schedule', () => {
  test('starts its state machine as its own role, on time, with the keywords filled in', async () => {
    await apply({ ...daily, Name: 'drift' });
    await scheduler.start?.();
    await context.clock.advance(24 * hour - 1);
    expect(states.executions).toEqual([]);
    await context.clock.advance(1);
    await expect.poll(() => states.executions).toHaveLength(1);
    expect(states.executions[0]).toMatchObject({ stateMachineArn: machineArn, accessKeyId: 'StartCheckDrift' });
    expect(JSON.parse(states.executions[0]?.input ?? '')).toEqual({
      pipeline: 'loan-default',
      at: '2026-01-02T00:00:00Z',
    });
  });

  test('makes up once for the times the cloud was down', async () => {
    await apply({ ...daily, Name: 'drift' });
    await scheduler.start?.();
    await door.close();
    await context.clock.advance(75 * hour);
    await open();
    await apply({ ...daily, Name: 'drift' });
    await scheduler.start?.();
    await expect.poll(() => states.executions).toHaveLength(1);
    await context.clock.advance(20 * hour);
    expect(states.executions).toHaveLength(1);
    await context.clock.advance(hour);
    await expect.poll(() => states.executions).toHaveLength(2);
  });

  test('sends its own event when it has no input', async () => {
    await apply({ ...daily, Name: 'drift', Target: { Arn: machineArn, RoleArn: roleArn } });
    await scheduler.start?.();
    await context.clock.advance(24 * hour);
    await expect.poll(() => states.executions).toHaveLength(1);
    expect(JSON.parse(states.executions[0]?.input ?? '')).toMatchObject({
      source: 'aws.scheduler',
      'detail-type': 'Scheduled Event',
      resources: [`arn:aws:scheduler:eu-central-1:${account}:schedule/default/drift`],
    });
  });

  test('happens once with at(…), and is removed afterwards when it says so', async () => {
    await apply({
      ...daily,
      Name: 'once',
      ScheduleExpression: 'at(2026-01-01T02:00:00)',
      ActionAfterCompletion: 'DELETE',
    });
    await scheduler.start?.();
    await context.clock.advance(30 * hour);
    await expect.poll(() => states.executions).toHaveLength(1);
    expect((await call('GET', '/schedules')).body['Schedules']).toEqual([]);
  });

  test('respects its start and end', async () => {
    const StartDate = '2026-01-01T10:00:00Z';
    await apply({ ...daily, ScheduleExpression: 'rate(1 hour)', StartDate, EndDate: '2026-01-01T11:30:00Z' });
    await scheduler.start?.();
    for (let i = 0; i < 20; i++) {
      await context.clock.advance(hour);
      await expect.poll(() => context.clock.sleepers).toBeLessThanOrEqual(1);
    }
    await expect.poll(() => states.executions).toHaveLength(2);
  });

  test('does nothing while disabled, and is removed once it left the template', async () => {
    await apply({ ...daily, Name: 'off', State: 'DISABLED' });
    await apply({ ...daily, Name: 'leaving' });
    await door.close();
    await open();
    await apply({ ...daily, Name: 'off', State: 'DISABLED' });
    await scheduler.start?.();
    await context.clock.advance(48 * hour);
    expect(states.executions).toEqual([]);
    expect((await call('GET', '/schedules')).body['Schedules']).toMatchObject([{ Name: 'off', State: 'DISABLED' }]);
  });
});

describe('the API', () => {
  test('a schedule lives from CreateSchedule to DeleteSchedule', async () => {
    await apply({ Name: 'loans' }, 'Loans', 'AWS::Scheduler::ScheduleGroup');
    const created = await call('POST', '/schedules/drift', { ...daily, GroupName: 'loans' });
    const arn = `arn:aws:scheduler:eu-central-1:${account}:schedule/loans/drift`;
    expect(created.body).toEqual({ ScheduleArn: arn });
    expect(door.calls.at(-1)?.authorize).toEqual([
      { action: 'scheduler:CreateSchedule', resource: arn },
      { action: 'iam:PassRole', resource: roleArn, context: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
    ]);
    expect((await call('POST', '/schedules/drift', { ...daily, GroupName: 'loans' })).code).toBe('ConflictException');
    expect((await call('GET', '/schedules/drift?groupName=loans')).body).toMatchObject({
      Arn: arn,
      ScheduleExpression: 'rate(1 day)',
      Target: { Arn: machineArn },
    });
    await call('PUT', '/schedules/drift', { ...daily, GroupName: 'loans', State: 'DISABLED' });
    expect((await call('GET', '/schedules?ScheduleGroup=loans')).body['Schedules']).toMatchObject([
      { State: 'DISABLED' },
    ]);
    expect((await call('DELETE', '/schedules/drift?groupName=loans')).status).toBe(200);
    expect(await call('GET', '/schedules/drift?groupName=loans')).toMatchObject({
      status: 404,
      code: 'ResourceNotFoundException',
    });
  });

  test.each([
    [
      'a target nothing here can call',
      { Target: { ...daily.Target, Arn: 'arn:aws:scheduler:::aws-sdk:sqs:sendMessage' } },
      /cannot call/,
    ],
    ['no role', { Target: { Arn: machineArn } }, /RoleArn/],
    ['input that is not JSON', { Target: { ...daily.Target, Input: '{' } }, /must be JSON/],
    ['no window', { FlexibleTimeWindow: undefined }, /FlexibleTimeWindow/],
    ['a bad expression', { ScheduleExpression: 'rate(1 days)' }, /ScheduleExpression is not valid/],
    ['a bad zone', { ScheduleExpressionTimezone: 'Nowhere' }, /Timezone Nowhere/],
    ['an end before its start', { StartDate: 10, EndDate: 5 }, /EndDate/],
    ['an unknown group', { GroupName: 'none' }, /group none does not exist/],
  ])('refuses %s', async (_name, change, message) => {
    const refused = await call('POST', '/schedules/x', { ...daily, ...change });
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect(refused.body['Message']).toMatch(message);
  });
});

describe('requests sent again, and lists', () => {
  test('a creation with the same token and content is answered as the first, with another content it conflicts', async () => {
    const token = { ...daily, ClientToken: 'once' };
    const first = await call('POST', '/schedules/drift', token);
    expect(first.status).toBe(200);
    const { Target, ...others } = token;
    expect(await call('POST', '/schedules/drift', { Target, ...others })).toEqual(first);
    expect((await call('POST', '/schedules/drift', { ...token, Description: 'other' })).code).toBe('ConflictException');
    expect((await call('POST', '/schedules/drift', { ...daily, ClientToken: 'twice' })).code).toBe('ConflictException');
    expect((await call('POST', '/schedules/drift', daily)).code).toBe('ConflictException');
    expect((await call('DELETE', '/schedules/drift?clientToken=gone')).status).toBe(200);
    expect((await call('DELETE', '/schedules/drift?clientToken=gone')).status).toBe(200);
    expect((await call('DELETE', '/schedules/drift?clientToken=other')).code).toBe('ResourceNotFoundException');
  });

  test('schedules are listed by group and state, in pages', async () => {
    for (const name of ['a', 'b', 'c']) {
      await call('POST', `/schedules/${name}`, { ...daily, State: name === 'b' ? 'DISABLED' : 'ENABLED' });
    }
    const names = (body: Record<string, unknown>) => (body['Schedules'] as { Name: string }[]).map(({ Name }) => Name);
    const list = async (query: string) => (await call('GET', `/schedules?${query}`)).body;
    const first = await list('MaxResults=2');
    expect(names(first)).toEqual(['a', 'b']);
    expect(names(await list(`MaxResults=2&NextToken=${first['NextToken']}`))).toEqual(['c']);
    expect(names(await list('State=ENABLED'))).toEqual(['a', 'c']);
    expect(names(await list('ScheduleGroup=other'))).toEqual([]);
    expect((await call('GET', '/schedules?NextToken=oops')).code).toBe('ValidationException');
    const groups = (await call('GET', '/schedule-groups?NamePrefix=d')).body['ScheduleGroups'];
    expect(groups).toMatchObject([{ Name: 'default' }]);
  });
});
