import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deploymentKeys } from '#domain/deployment/target';
import { approvalKeys } from '#domain/registry/approval-keys';
import { automaticApproval } from '#domain/registry/decision';
import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { modelRegistry } from '#functions/aws/model-registry';
import { requestRollBack } from '#functions/use-cases/request-roll-back';
import { fakeSageMaker } from './support/sagemaker.ts';
import { championOf, context, packageArn, runs, setStage } from './support/stage.ts';
import { startTables, type Tables } from './support/tables.ts';

let tables: Tables;
let sageMaker: ReturnType<typeof fakeSageMaker>;
let handler: typeof import('#functions/record-decision').handler;

const ana = 'arn:aws:sts::123456789012:assumed-role/MLEngineer/ana';
const decisions = (version: number) => tables.state.list('loan', deploymentKeys.decisions(version));
const changed = (version: number, status: 'Approved' | 'Rejected' | 'PendingManualApproval', eventTime: string) =>
  handler({ modelPackageArn: packageArn(version), status, eventTime }, context);
const rollBack = (more: object = {}, requestedAt = '2026-01-09T10:00:00.000Z') =>
  requestRollBack(
    { store: tables.state, registry: modelRegistry(sageMakerClient(), 'dev') },
    { pipeline: 'loan', ...more, requestedAt },
  );

beforeAll(async () => {
  setStage();
  tables = await startTables();
  ({ handler } = await import('#functions/record-decision'));
});
beforeEach(async () => {
  await tables.clear();
  sageMaker = fakeSageMaker();
  Object.values(runs).forEach((runId, i) => {
    const approvedAt = `2026-01-0${i + 1}T09:00:00.000Z`;
    sageMaker.packages.set(packageArn(i + 1), {
      status: 'Approved',
      approvedAt,
      runId,
      modifiedBy: ana,
      reason: 'good',
    });
  });
});
afterAll(() => tables.close());

describe('a changed approval status', () => {
  it('is recorded with who, when and why', async () => {
    const answer = await changed(1, 'Approved', '2026-01-01T09:00:01Z');

    const decided = {
      decision: 'approved',
      version: 1,
      at: '2026-01-01T09:00:01.000Z',
      changedAt: '2026-01-01T09:00:00.000Z',
    };
    const notice = { pipeline: 'loan', ...decided };
    expect(answer).toEqual({ decision: 'recorded', notice, announce: true, deploy: null });
    expect(await decisions(1)).toMatchObject([{ ...decided, by: ana, reason: 'good', runId: runs.first }]);
  });

  it('is in the record of approvals once, without the reason', async () => {
    await changed(1, 'Approved', '2026-01-01T09:00:01Z');
    await changed(1, 'Approved', '2026-01-01T09:00:01Z');

    const entry = { at: '2026-01-01T09:00:01.000Z', action: 'approve', version: 1, by: ana };
    expect(await tables.approvals.list('loan', '')).toEqual([
      { ...entry, via: 'registry', outcome: 'decided', pk: 'loan', sk: '2026-01-01T09:00:01.000Z#approve-1' },
    ]);
  });

  it('that Decide made is by whoever asked it, and not in the record of approvals a second time', async () => {
    const modifiedBy = 'arn:aws:sts::123456789012:assumed-role/tidegate-DecideRole/tidegate-dev-decide';
    sageMaker.packages.set(packageArn(1), { status: 'Approved', approvedAt: '2026-01-05T00:00:00Z', modifiedBy });
    const claim = { id: 'slack-1', by: 'slack:U0ALICE', at: '2026-01-05T00:00:00Z' };
    await tables.state.put('loan', approvalKeys.claim(1, '2026-01-01T00:00:00Z'), { ...claim, status: 'Approved' });
    await tables.state.put('loan', approvalKeys.claim(1, '2026-01-02T00:00:00Z'), { ...claim, status: 'Rejected' });

    await changed(1, 'Approved', '2026-01-05T00:00:01Z');

    expect(await decisions(1)).toMatchObject([{ decision: 'approved', by: 'slack:U0ALICE' }]);
    expect(await tables.approvals.list('loan', '')).toEqual([]);
  });

  it('is recorded once, however often its event is delivered, and a retry has the same result', async () => {
    const first = await changed(1, 'Approved', '2026-01-01T09:00:01Z');

    expect(await changed(1, 'Approved', '2026-01-01T09:00:01Z')).toEqual(first);
    expect(await decisions(1)).toHaveLength(1);
  });

  it('is recorded once, though its event is repeated after a later decision', async () => {
    sageMaker.packages.set(packageArn(1), { status: 'Rejected', approvedAt: '2026-01-01T09:00:00Z', modifiedBy: ana });
    const first = await changed(1, 'Rejected', '2026-01-01T09:00:00Z');
    sageMaker.packages.set(packageArn(1), { status: 'Approved', approvedAt: '2026-01-01T09:00:00.500Z' });
    await changed(1, 'Approved', '2026-01-01T09:00:00Z');

    expect(await changed(1, 'Rejected', '2026-01-01T09:00:00Z')).toEqual(first);
    expect(await decisions(1)).toHaveLength(2);
  });

  it('is not recorded again when only the description changed', async () => {
    await changed(1, 'Approved', '2026-01-01T09:00:01Z');
    sageMaker.packages.set(packageArn(1), {
      status: 'Approved',
      approvedAt: '2026-01-05T00:00:00Z',
      runId: runs.first,
    });

    expect(await changed(1, 'Approved', '2026-01-05T00:00:00Z')).toEqual({
      decision: 'ignore',
      reason: 'version 1 of loan is recorded as approved already',
    });
  });

  it('is ignored for a new package whose event arrives after its approval in the same second', async () => {
    sageMaker.packages.set(packageArn(1), { status: 'Approved', approvedAt: '2026-01-01T09:00:00.700Z' });
    await changed(1, 'Approved', '2026-01-01T09:00:00Z');

    expect(await changed(1, 'PendingManualApproval', '2026-01-01T09:00:00Z')).toEqual({
      decision: 'ignore',
      reason: 'version 1 of loan is recorded as reopened already',
    });
    expect((await decisions(1)).map((d) => d['decision'])).toEqual(['approved']);
  });

  it('keeps every decision in the history', async () => {
    await changed(1, 'Approved', '2026-01-01T09:00:01Z');
    sageMaker.packages.set(packageArn(1), {
      status: 'Rejected',
      approvedAt: '2026-01-05T00:00:00Z',
      runId: runs.first,
    });
    await changed(1, 'Rejected', '2026-01-05T00:00:00Z');

    expect((await decisions(1)).map((d) => d['decision'])).toEqual(['rejected', 'approved']);
  });

  it('is recorded without a name when a later change followed', async () => {
    sageMaker.packages.set(packageArn(1), { status: 'Approved', approvedAt: '2026-01-05T00:00:00Z', modifiedBy: ana });

    await changed(1, 'Rejected', '2026-01-04T00:00:00Z');

    const [rejected] = await decisions(1);
    expect(rejected).toMatchObject({ decision: 'rejected', at: '2026-01-04T00:00:00.000Z' });
    expect(rejected).not.toHaveProperty('by');
    expect(rejected).not.toHaveProperty('reason');
  });

  it('is not announced when no person decided', async () => {
    const automatic = { status: 'Approved', approvedAt: '2026-01-05T00:00:00Z', reason: automaticApproval };
    sageMaker.packages.set(packageArn(1), automatic);

    expect(await changed(1, 'Approved', '2026-01-05T00:00:00Z')).toMatchObject({ announce: false });
  });

  it('is ignored for a new package that waits, and for a package of another stage', async () => {
    sageMaker.packages.set(packageArn(1), { status: 'PendingManualApproval', approvedAt: '2026-01-05T00:00:00Z' });

    expect(await changed(1, 'PendingManualApproval', '2026-01-05T00:00:00Z')).toMatchObject({ decision: 'ignore' });
    const foreign = packageArn(1, 'tidegate-prod-loan');
    const event = { modelPackageArn: foreign, status: 'Approved', eventTime: '2026-01-05T00:00:00Z' } as const;
    expect(await handler(event, context)).toEqual({
      decision: 'ignore',
      reason: `${foreign} belongs to no pipeline of stage dev`,
    });
  });
});

describe('a roll-back', () => {
  beforeEach(async () => {
    await tables.state.put('loan', 'champion', championOf(3, runs.third, '2026-01-03T10:00:00Z'));
    for (const [version, runId, promotedAt] of [
      [1, runs.first, '2026-01-01T10:00:00Z'],
      [2, runs.second, '2026-01-02T10:00:00Z'],
    ] as const) {
      await tables.state.put('loan', deploymentKeys.formerChampion(promotedAt), {
        ...championOf(version, runId, promotedAt),
        supersededAt: '2026-01-03T10:00:00Z',
      });
    }
  });

  it('goes back to the version before, is recorded, and names what to deploy', async () => {
    const answer = await rollBack({ by: ana, reason: 'false alarms' });

    const at = '2026-01-09T10:00:00.000Z';
    const notice = { pipeline: 'loan', version: 2, decision: 'rolled-back', at, changedAt: at };
    expect(answer).toEqual({ decision: 'recorded', notice, announce: true, deploy: packageArn(2) });
    expect(await decisions(2)).toMatchObject([
      { decision: 'rolled-back', version: 2, from: 3, at, by: ana, reason: 'false alarms', runId: runs.second },
    ]);
    // the version that is left keeps its approval
    expect(sageMaker.packages.get(packageArn(3))).toMatchObject({ status: 'Approved' });
  });

  it('has the same result when it is retried, even once the version serves', async () => {
    const first = await rollBack();
    await tables.state.put('loan', 'champion', championOf(2, runs.second, '2026-01-09T11:00:00Z'));

    expect(await rollBack()).toEqual(first);
    expect(await decisions(2)).toHaveLength(1);
  });

  it('passes over a version that was rejected since', async () => {
    sageMaker.packages.set(packageArn(2), { status: 'Rejected', approvedAt: '2026-01-05T00:00:00Z' });

    expect(await rollBack()).toMatchObject({ notice: { version: 1 } });
  });

  it('a second time goes one version further back, not forward again', async () => {
    await tables.state.put('loan', 'champion', championOf(2, runs.second, '2026-01-09T11:00:00Z'));
    await tables.state.put('loan', deploymentKeys.formerChampion('2026-01-03T10:00:00Z'), {
      ...championOf(3, runs.third, '2026-01-03T10:00:00Z'),
      supersededAt: '2026-01-09T11:00:00Z',
    });

    expect(await rollBack()).toMatchObject({ notice: { version: 1 } });
    expect(await rollBack({ version: 3 }, '2026-01-10T10:00:00.000Z')).toMatchObject({ notice: { version: 3 } });
  });

  it.each([
    [{ version: 3 }, 'version 3 of loan serves already'],
    [{ version: 9 }, 'loan has no version 9'],
    [{ pipeline: 'other' }, 'no model of pipeline other has served yet: approve one'],
  ])('to %j is ignored: %s', async (more, reason) => {
    expect(await rollBack(more)).toEqual({ decision: 'ignore', reason });
    expect(await decisions(9)).toEqual([]);
  });

  it('after a retirement was taken back serves the version that served last', async () => {
    await tables.state.remove('loan', 'champion');

    expect(await rollBack()).toMatchObject({ notice: { version: 2 }, deploy: packageArn(2) });
    const [decision] = await decisions(2);
    expect(decision).not.toHaveProperty('from');

    for (const version of [1, 2]) {
      sageMaker.packages.set(packageArn(version), { status: 'Rejected', approvedAt: '2026-01-05T00:00:00Z' });
    }
    expect(await rollBack({}, '2026-01-10T10:00:00.000Z')).toMatchObject({
      reason: 'no version of loan has served and is still approved: name one, or approve it',
    });
  });

  it('of a retired pipeline is ignored, and says what takes the retirement back', async () => {
    await tables.state.put('loan', deploymentKeys.retired, { at: '2026-01-08T10:00:00.000Z' });

    expect(await rollBack()).toEqual({
      decision: 'ignore',
      reason: 'pipeline loan was retired on 2026-01-08; to take that back: npx tidegate retire loan --undo',
    });
  });

  it('to the champion puts an endpoint back that was changed by hand', async () => {
    expect(await rollBack({ version: 3, moved: true })).toMatchObject({
      notice: { version: 3 },
      deploy: packageArn(3),
    });
    const [decision] = await decisions(3);
    expect(decision).not.toHaveProperty('from');
  });

  it('that must be quick is recorded as such', async () => {
    await rollBack({ now: true });
    expect(await decisions(2)).toMatchObject([{ decision: 'rolled-back', now: true, from: 3 }]);
  });

  it('to a version that is not approved names the fix', async () => {
    sageMaker.packages.set(packageArn(2), { status: 'Rejected', approvedAt: '2026-01-05T00:00:00Z' });

    expect(await rollBack({ version: 2 })).toEqual({
      decision: 'ignore',
      reason: 'version 2 of loan is Rejected: approve it, and it is deployed',
    });
  });

  it('without an earlier version that served is ignored', async () => {
    await tables.clear();
    await tables.state.put('loan', 'champion', championOf(1, runs.first, '2026-01-03T10:00:00Z'));

    expect(await rollBack()).toMatchObject({
      decision: 'ignore',
      reason: expect.stringContaining('no version before 1'),
    });
  });
});
