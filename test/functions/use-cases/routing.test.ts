import { beforeEach, describe, expect, it } from 'vitest';
import { artifactKeys } from '#domain/runs/layout';
import { notify } from '#functions/use-cases/notify';
import type { Post } from '#functions/use-cases/post-message';
import { sampleReport } from '../../domain/reports/sample.ts';
import { type FakeSlack, fakeSlack } from '../../fakes/fake-slack.ts';

const day = 24 * 3_600_000;
let slack: FakeSlack;
beforeEach(() => {
  slack = fakeSlack();
});

const run = { pipeline: 'loan', runId: 'r1' };
const skipped = () =>
  slack.notify({ kind: 'run-skipped', pipeline: 'loan', drop: 'loan/1/', cause: 'trained', reason: 'known' });
const failed = (executionArn: string) =>
  slack.notify({ kind: 'run-failed', failure: { error: 'X', message: 'broken', executionArn, ...run } });
const checkFailed = (executionArn: string, message = 'no champion', error = 'NotFoundError') =>
  slack.notify({
    kind: 'check-failed',
    pipeline: 'loan',
    executionArn,
    error: { Error: error, Cause: JSON.stringify({ errorType: error, errorMessage: message }) },
  });
const places = () => slack.posted.map(({ channel, threadTs }) => [channel, threadTs]);

describe('routing', () => {
  it('sends a critical message to its channel, mentions who is on call, and keeps threads apart', async () => {
    slack.settings = {
      loan: { channel: '#ml-loan', channels: { critical: '#ml-alerts' }, mention: '<!subteam^S012AB3CD>' },
    };
    const ports = slack.ports();
    await ports.store.put('loan', 'thread#r1', { ts: '0.5', channel: '#ml-loan' });
    await failed('e1');
    await failed('e2');
    await skipped();

    expect(places()).toEqual([
      ['#ml-alerts', undefined],
      ['#ml-alerts', '1.0'],
      ['#ml-loan', undefined],
    ]);
    expect(slack.posted.map(({ message }) => message.text.startsWith('<!subteam^S012AB3CD>\n'))).toEqual([
      true,
      true,
      false,
    ]);
    expect(slack.posted[1]?.broadcast).toBe(true);
  });

  it('shows a critical message of a thread in the channel too, and no other', async () => {
    await slack.state.put('loan', 'thread#r1', { ts: '0.5', channel: '#ml-loan' });
    await failed('e1');
    const { store } = slack.ports();
    await store.put('loan', 'run#r1', { modelPackageArn: 'arn:x', modelPackageVersion: 3, approval: 'Approved' });
    await slack.notify({ kind: 'registered', run });

    expect(slack.posted.map(({ threadTs, broadcast }) => [threadTs, broadcast])).toEqual([
      ['0.5', true],
      ['0.5', false],
    ]);
  });

  it('does not send a quiet notice', async () => {
    slack.settings = { loan: { channel: '#ml-loan', quiet: ['run-skipped', 'run-failed'] } };
    expect(await skipped()).toEqual({ sent: false, quiet: true });
    expect(await failed('e1')).toEqual({ sent: true });
    expect(slack.posted).toHaveLength(1);
  });
});

describe('the details of an update', () => {
  const deployed = {
    kind: 'deployed',
    run,
    endpointName: 'tidegate-dev-loan',
    modelPackageVersion: 3,
    startedAt: '2026-01-02T10:00:00.000Z',
    at: '2026-01-02T10:05:00.000Z',
  } as const;
  beforeEach(async () => {
    await slack.objects.writeJson(artifactKeys(run).evaluation, sampleReport('binary').evaluation);
  });

  it('follow in the thread of its card, once, and mention nobody', async () => {
    slack.settings = { loan: { channels: { info: '#ml-news' }, mention: '<@U012AB3CD>' } };
    expect([await slack.notify(deployed), await slack.notify(deployed)]).toEqual([{ sent: true }, { sent: false }]);

    expect(places()).toEqual([
      ['#ml-news', undefined],
      ['#ml-news', '1.0'],
    ]);
    expect(slack.posted[1]?.message.text).toContain('in detail');
    expect(slack.posted[1]?.broadcast).toBe(false);
  });

  it('wait where Slack takes the card alone, and the card is not sent again', async () => {
    const ports = slack.ports();
    const post = await ports.connect();
    let posts = 0;
    const connect = async (): Promise<Post> => async (posting) => {
      posts += 1;
      slack.is = posts === 1 ? 'well' : 'down';
      return post(posting);
    };
    expect(await notify({ ...ports, connect }, deployed)).toEqual({ sent: false, waits: true });
    slack.is = 'well';
    await slack.playUntil(slack.now + 600_000);

    expect(slack.posted.map(({ message, threadTs }) => [message.text.includes('in detail'), threadTs])).toEqual([
      [false, undefined],
      [true, '1.0'],
    ]);
  });
});

describe('trouble that repeats', () => {
  it('joins the thread of its card, with a count, and is not shown in the channel again', async () => {
    slack.settings = { loan: { channel: '#ml-loan', mention: '<@U012AB3CD>' } };
    await checkFailed('e1');
    await checkFailed('e2');
    await checkFailed('e2');
    await checkFailed('e3', 'still none');

    expect(places()).toEqual([
      ['#ml-loan', undefined],
      ['#ml-loan', '1.0'],
      ['#ml-loan', '1.0'],
    ]);
    expect(slack.posted[1]?.message.text).toMatch(/^The 2nd time since 2026-01-02 10:00 UTC\.\n/);
    expect(slack.posted[2]?.message.text).toMatch(/^The 3rd time since 2026-01-02 10:00 UTC\.\n/);
    expect(slack.posted[2]?.message.text).toContain('still none');
    expect(slack.posted[2]?.broadcast).toBe(false);
  });

  it('opens a card of its own for another error, and for another pipeline', async () => {
    await checkFailed('e1');
    await checkFailed('e2', 'x', 'DataEngineError');
    const orphan = (executionArn: string, ...names: string[]) =>
      slack.notify({
        kind: 'orphans',
        executionArn,
        orphans: names.map((name) => ({ pipeline: name, endpoint: `tidegate-dev-${name}` })),
      });
    await orphan('e3', 'a', 'b');
    await orphan('e4', 'b', 'a');
    await orphan('e5', 'a');

    expect(places().map(([, threadTs]) => threadTs)).toEqual([undefined, undefined, undefined, '3.0', undefined]);
  });

  it('opens a card again after two weeks, and goes on counting', async () => {
    await checkFailed('e1');
    slack.now += 15 * day;
    await checkFailed('e2');
    await checkFailed('e3');

    expect(places().map(([, threadTs]) => threadTs)).toEqual([undefined, undefined, '2.0']);
    expect(slack.posted[2]?.message.text).toMatch(/^The 3rd time since 2026-01-02/);
  });

  const drift = (to: string, alarm: boolean, severity: 'warning' | 'critical' = 'warning') => {
    const decision = {
      severity,
      reason: 'it drifted',
      persistence: { bad: 1, windows: 1, needed: 1 },
      drifting: [],
      rows: '',
    };
    return slack.notify({
      kind: 'drift',
      check: {
        pipeline: 'loan',
        runId: 'r0',
        source: 'captures',
        window: { from: '2026-01-01T00:00:00Z', to, rows: 500 },
        tooSmall: false,
        drifted: alarm,
        fellSilent: false,
        alarm,
        decidedBy: 'columns',
        notify: true,
        action: 'alert',
        ...(alarm ? { decision } : {}),
        driftedColumns: [],
        columns: [],
        performance: { status: 'none', alarm: false, reason: 'no estimate' },
        reportKey: 'loan/drift/x.json',
      },
    });
  };

  it('opens a card when it gets worse', async () => {
    await drift('2026-01-02T00:00:00Z', true);
    await drift('2026-01-03T00:00:00Z', true);
    await drift('2026-01-04T00:00:00Z', true, 'critical');
    await drift('2026-01-05T00:00:00Z', true);

    expect(places().map(([, threadTs]) => threadTs)).toEqual([undefined, '1.0', undefined, '3.0']);
    expect(slack.posted[3]?.message.text).toMatch(/^The 4th time/);
  });

  it('is over with the message that says so: the next one opens a card and counts anew', async () => {
    await drift('2026-01-02T00:00:00Z', true);
    await drift('2026-01-03T00:00:00Z', false);
    await drift('2026-01-04T00:00:00Z', true);

    expect(places().map(([, threadTs]) => threadTs)).toEqual([undefined, '1.0', undefined]);
    expect(slack.posted[2]?.message.text).not.toContain('time since');
  });

  it('waits in order as any message does', async () => {
    slack.is = 'down';
    await checkFailed('e1');
    await checkFailed('e2');
    slack.is = 'well';
    await slack.playUntil(slack.now + 600_000);

    expect(places().map(([, threadTs]) => threadTs)).toEqual([undefined, '1.0']);
  });
});
