import { describe, expect, it } from 'vitest';
import { decide } from '#domain/drift/decision/decide';
import { explainDecision } from '#domain/drift/decision/explain';
import { judgeLabelWindows, labelSubject, type OwnLabelWindow, worseOf } from '#domain/drift/decision/labels';
import type { DriftCheck } from '#schemas/records/drift-check';
import type { DriftHistory, Severity } from '#schemas/records/drift-history';
import { column, day, driftSettings, itemOf, measured, outside } from './support.ts';

const windowOf = (from: string, severity: Severity, own: Partial<OwnLabelWindow> = {}): OwnLabelWindow => ({
  from,
  to: `${from}+`,
  runId: 'r2',
  modelPackageVersion: 2,
  rows: 300,
  severity,
  judged: true,
  reason: `auc is worse by labels of ${from}`,
  findings: [
    { check: 'performance', severity, reason: 'auc is worse' },
    { check: 'relation', severity: 'none', reason: 'as before' },
  ],
  files: 1,
  ...own,
});
const once = { k: 1, of: 1 };

/** Decides about checks one after another, each with those before it and with windows of labels. */
function createHistory() {
  let history: DriftHistory[] = [];
  return {
    add(check: DriftCheck, settings: object, labels: readonly OwnLabelWindow[] = []) {
      const drift = driftSettings(settings);
      const decided = decide({ check, drift, slices: [], history, labels, promotedAt: day(-30) });
      history = [itemOf(check, decided), ...history];
      return decided;
    },
  };
}

describe('windows of labels', () => {
  it('are news once: the worst of those that no check has seen', () => {
    const windows = [
      windowOf('2026-01-15', 'warning'),
      windowOf('2026-01-08', 'critical'),
      windowOf('2026-01-01', 'none'),
    ];
    const first = judgeLabelWindows(windows, [], once);
    expect(first.decision).toMatchObject({ severity: 'critical', from: '2026-01-08', worse: ['performance'] });
    expect(judgeLabelWindows(windows, first.seen, once).decision).toBeUndefined();
    const more = [windowOf('2026-01-15', 'warning', { files: 2 }), ...windows.slice(1)];
    expect(judgeLabelWindows(more, first.seen, once).decision).toMatchObject({
      severity: 'warning',
      from: '2026-01-15',
    });
  });

  it('count for persistence with those before them, and not with windows of few rows', () => {
    const windows = [
      windowOf('2026-01-22', 'warning', { estimate: 'the check estimated auc' }),
      windowOf('2026-01-15', 'none', { judged: false }),
      windowOf('2026-01-08', 'warning'),
      windowOf('2026-01-01', 'none'),
    ];
    const { decision } = judgeLabelWindows(windows, [], { k: 2, of: 3 });
    expect(decision).toMatchObject({
      persistence: { bad: 2, windows: 3, needed: 2 },
      estimate: 'the check estimated auc',
    });
    expect(
      judgeLabelWindows([windowOf('2026-01-15', 'critical', { judged: false })], [], once).decision,
    ).toBeUndefined();
    expect(decision && labelSubject(decision)).toEqual(['labels:performance']);
  });

  it('give the greater of two severities', () => {
    expect(worseOf('note', 'warning')).toBe('warning');
    expect(worseOf('critical', 'warning')).toBe('critical');
  });
});

describe('a decision by labels', () => {
  it('alarms at once although requests show nothing, and once', () => {
    const history = createHistory();
    const labels = [windowOf('2026-01-01', 'critical')];
    expect(history.add(measured(1), {}, labels)).toMatchObject({
      alarm: true,
      decidedBy: 'labels',
      decision: { severity: 'critical', withoutLabels: 'none', labels: { worse: ['performance'] } },
    });
    expect(history.add(measured(2), {}, labels)).toMatchObject({ alarm: false, decision: { severity: 'none' } });
  });

  it('alarms where the window has too few requests to judge', () => {
    const decided = createHistory().add(measured(1, { tooSmall: true }), {}, [windowOf('2026-01-01', 'warning')]);
    expect(decided).toMatchObject({ alarm: true, decidedBy: 'labels' });
    expect(decided.decision.reason).toBe(
      'labels of 2026-01-01 to 2026-01-01+ (the end exclusive): auc is worse by labels of 2026-01-01',
    );
  });

  it('waits for windows of labels, however many checks there are', () => {
    const history = createHistory();
    const decision = { persistence: { k: 2, of: 3 } };
    const first = windowOf('2026-01-01', 'warning');
    expect(history.add(measured(1), { decision }, [first])).toMatchObject({
      alarm: false,
      decision: { severity: 'warning' },
    });
    for (const at of [2, 3, 4])
      expect(history.add(measured(at), { decision }, [first])).toMatchObject({ alarm: false });
    const second = windowOf('2026-01-08', 'warning');
    expect(history.add(measured(5), { decision }, [second, first])).toMatchObject({
      alarm: true,
      decidedBy: 'labels',
      decision: { persistence: { bad: 2, windows: 2, needed: 2 } },
    });
  });

  it('does not count as a window of requests with a warning', () => {
    const history = createHistory();
    const decision = { persistence: { k: 2, of: 3 } };
    history.add(measured(1), { decision }, [windowOf('2026-01-01', 'critical')]);
    const columns = [column('income', 0.5)];
    expect(history.add(measured(2, { columns }), { decision })).toMatchObject({
      alarm: false,
      decision: { persistence: { bad: 1, windows: 2 } },
    });
  });

  it('leaves the decision to requests that are as bad, and makes their alarm news', () => {
    const history = createHistory();
    const decision = { cooldown: '3d' };
    expect(history.add(measured(1, { performance: outside }), { decision })).toMatchObject({ alarm: true });
    expect(history.add(measured(2, { performance: outside }), { decision })).toMatchObject({ alarm: false });
    const labels = [windowOf('2026-01-01', 'warning')];
    expect(history.add(measured(3, { performance: outside }), { decision }, labels)).toMatchObject({
      alarm: true,
      decidedBy: 'performance',
      carried: { lastAlarm: { subject: ['outside', 'labels:performance'] } },
    });
  });

  it('is overruled by requests that alarm while labels do not yet', () => {
    const history = createHistory();
    const decision = { persistence: { k: 2, of: 2 } };
    history.add(measured(1, { performance: outside }), { decision });
    expect(
      history.add(measured(2, { performance: outside }), { decision }, [windowOf('2026-01-01', 'critical')]),
    ).toMatchObject({
      alarm: true,
      decidedBy: 'performance',
      decision: { severity: 'critical' },
    });
  });

  it('is told where labels are worse than requests and neither alarms yet', () => {
    const decision = { persistence: { k: 2, of: 2 } };
    const decided = createHistory().add(measured(1, { performance: outside }), { decision }, [
      windowOf('2026-01-01', 'critical'),
    ]);
    expect(decided).toMatchObject({ alarm: false, decidedBy: 'labels' });
    expect(decided.decision.quiet).toContain('1 of the last 2 windows has a warning');
  });

  it('is explained with the estimate beside the truth', () => {
    const labels = [
      windowOf('2026-01-01', 'warning', { estimate: 'the check estimated auc 0.8' }),
      windowOf('2025-12-25', 'note'),
    ];
    const { decision } = createHistory().add(measured(1), {}, labels);
    const lines = new Map(explainDecision(decision));
    expect(lines.get('labels')).toBe(
      'warning by performance: auc is worse by labels of 2026-01-01 (300 rows from 2026-01-01, before 2026-01-01+)',
    );
    expect(lines.get('estimate beside truth')).toBe('the check estimated auc 0.8');
    const noted = createHistory().add(measured(1), {}, [windowOf('2026-01-01', 'note')]);
    expect(new Map(explainDecision(noted.decision)).get('labels')).toMatch(/^note: auc/);
    expect(noted).toMatchObject({ alarm: false, decision: { severity: 'note' } });
  });
});
