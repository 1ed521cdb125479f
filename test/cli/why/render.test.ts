import { describe, expect, it } from 'vitest';
import { explain } from '#cli/why/explain';
import { renderExplanation } from '#cli/why/render';
import { automaticApproval } from '#domain/registry/decision';
import { aLabelledModel, aLabelWindow, unjudged } from '../../domain/outcomes/a-label-window.ts';
import { scoredBatch } from '../../fakes/scored-batch.ts';
import { challenge, seen } from '../a-challenge.ts';
import { inService, pipelineRecords, runId, versionRecords, where } from './records.ts';

const text = (...[records, version]: [ReturnType<typeof pipelineRecords>, ReturnType<typeof versionRecords>?]) =>
  renderExplanation(explain(where, records, version));
const partsOf = (shown: string) => [...shown.matchAll(/^ {2}([a-z-]+) +\S/gm)].map(([, name]) => name);

describe('an explanation for people', () => {
  it('says which run a training went on from, or why it started anew', () => {
    const { training } = versionRecords();
    const rendered = (continuation: object) =>
      text(pipelineRecords(), versionRecords(2, { training: { ...training, continuation } as never }));
    const ancestors = ['r1', 'r0'];
    expect(rendered({ kind: 'continued', from: 'r1', rounds: 120, ancestors, leftOut: 3 })).toContain(
      'goes on from the 120 rounds of run r1, which went on from 1 earlier run; 3 test rows are left out',
    );
    expect(rendered({ kind: 'full', reason: 'the pipeline has no champion yet' })).toContain(
      'from the start: the pipeline has no champion yet',
    );
  });

  it('says what the run of the model cost', () => {
    const costs = { region: 'us-east-1', estimate: { usd: 2, about: true, unknown: [] } };
    const shown = (more: object) =>
      text(pipelineRecords(), versionRecords(2, { costs: { ...costs, ...more } as never }));
    expect(shown({})).toContain('its run cost about $2.00');
    expect(shown({ actual: { usd: 1.5, about: false, unknown: [] } })).toContain('its run cost $1.50');
    expect(text(pipelineRecords(), versionRecords())).not.toContain('its run cost');
  });

  it('lists the batches that the version scored', () => {
    const own = scoredBatch({ pipeline: 'loan', batchId: 'b1' });
    const batch = { ...own, model: { ...own.model, modelPackageVersion: 2 } };
    const shown = text(pipelineRecords({ batches: [batch] }), versionRecords());
    expect(shown).toContain('scored 99 rows in 1 batch');
    expect(shown).toContain('2026-02-01 06:00 b1: 99 rows of 100 scored by version 2');
    const { counts: _, ...failed } = { ...batch, status: 'failed' as const };
    expect(text(pipelineRecords({ batches: [failed] }), versionRecords())).toContain('scored 0 rows in 0 batches');
  });

  it('starts with what serves and follows the chain from the data to the endpoint', () => {
    const shown = text(pipelineRecords(), versionRecords());

    expect(shown.split('\n')[0]).toBe('loan: version 2 serves since 2026-01-02 10:00');
    expect(partsOf(shown)).toEqual([
      'data',
      'code',
      'training',
      'judged',
      'approved',
      'roll-out',
      'tests',
      'endpoint',
      'before',
      'drift',
      'labels',
    ]);
    for (const words of [
      'data-set version dddddddddddd, drop loan/2026-01-02/',
      '2 objects, 2.9 KiB, in s3://raw/loan/2026-01-02/',
      '1,010 rows: 1,000 used, 10 quarantined',
      'git commit eeeeeeeeeeee, pinned configuration cccccccccccc',
      'because a drop arrived',
      '2026-01-02 09:50 approved by ana (MLEngineer): looked at the report',
      'canary, 10 % at a time, watched for 10 minutes a step; alarms: errors above 1 %, latency above 500 ms',
      'started 2026-01-02 09:51, promoted 2026-01-02 10:00',
      '1 of 1 test passed during its deployment, 2026-01-02 09:56',
      '✓ golden-default (golden)',
      'version 1 of run',
      'no drift in 900 rows',
    ])
      expect(shown).toContain(words);
  });

  it('names the challenge under way, with what its last look found', () => {
    const shown = text(pipelineRecords({ challenges: { current: challenge(), seen: seen() } }), versionRecords());

    expect(shown.split('\n').slice(1, 4)).toEqual([
      'version 3 challenges it (shadow, running)',
      '120 of 500 rows so far.',
      'npx tidegate challenge show loan --stage dev',
    ]);
  });

  it('says what is not known, part by part', () => {
    const none = { claim: undefined, drop: undefined, profile: undefined, training: undefined, evaluation: undefined };
    const bare = pipelineRecords({ drift: undefined, decisions: [], former: [], suites: [] });
    const shown = text(bare, versionRecords(2, none));

    for (const words of [
      'the record of its drop is gone',
      'the record of its configuration is gone',
      'the record of its training is gone',
      'the record of its evaluation is gone',
      'no decision is recorded',
      'it was not deployed yet',
      'no test of its endpoint is recorded',
      'no model served before it',
      'not checked since it serves',
    ])
      expect(shown).toContain(words);
  });

  it('tells an automatic approval, a first deployment, a failed one and a roll-back apart', () => {
    const { claim, training } = versionRecords();
    const decision = { version: 2, at: '2026-01-02T09:50:00.000Z', changedAt: '2026-01-02T09:50:00.000Z' };
    const decisions = [
      { ...decision, decision: 'rolled-back' as const, from: 3, now: true, reason: 'alarms' },
      { ...decision, decision: 'approved' as const, reason: automaticApproval },
      { ...decision, decision: 'rejected' as const },
    ];
    const deployment = { ...claim?.deployment, previousConfig: null, rollOut: undefined };
    const failed = {
      ...claim,
      status: 'failed' as const,
      deployment,
      rolledBack: { reason: 'Endpoint tests failed: mine.', servingConfig: 'old' },
    };
    const tuning = {
      tuningJob: 'tuner',
      strategy: 'Bayesian',
      metric: 'auc',
      direction: 'Maximize' as const,
      trials: [],
    };
    const shown = text(
      pipelineRecords({ decisions }),
      versionRecords(2, { claim: failed as never, training: { ...training, tuning } as never }),
    );

    for (const words of [
      'rolled back from version 3, all at once: alarms',
      'approved automatically',
      'rejected, without a reason',
      'it replaced nothing',
      'failed 2026-01-02 10:00',
      'Endpoint tests failed: mine.',
      'the best of 0 training jobs of tuning tuner',
    ])
      expect(shown).toContain(words);
  });

  it('names the constraints that were not met, and an alarm that this version does not know', () => {
    const { verdict, claim } = versionRecords();
    const unmet = [{ constraint: 'rows ≥ 2,000', kind: 'rows', reason: '1,010 rows', passed: false, action: 'warn' }];
    const rollOut = { strategy: 'canary', bakeMinutes: 10, alarms: { disk: 90 } };
    const shown = text(
      pipelineRecords(),
      versionRecords(2, {
        verdict: { ...verdict, unmet } as never,
        claim: { ...claim, deployment: { ...claim?.deployment, rollOut } } as never,
      }),
    );

    expect(shown).toContain('! rows ≥ 2,000: 1,010 rows');
    expect(shown).toContain('alarms: disk above 90\n');
  });

  it('has what was decided about the last check, and what labels say', () => {
    const { drift } = pipelineRecords();
    const decided = {
      severity: 'critical',
      decision: 'labels of a week',
      step: 'a retrain has been started',
      alarm: true,
    };
    const labels = [
      aLabelWindow({ models: [aLabelledModel({ runId: runId(9) })] }),
      aLabelWindow({ models: [aLabelledModel({ runId: runId(2) })] }),
    ];
    const shown = text(pipelineRecords({ drift: { ...drift, ...decided } as never, labels }), versionRecords());

    for (const words of [
      'decided: critical, labels of a week',
      'done: a retrain has been started',
      'critical by 300 outcomes of predictions from 2026-01-01, before 2026-01-08',
      'auc is 0.7, and it was 0.8 on the holdout',
      'warning: the scores mean something else',
      'estimated auc 0.8',
    ])
      expect(shown).toContain(words);
    const few = text(
      pipelineRecords({ labels: [aLabelWindow({ models: [{ ...unjudged, runId: runId(2) }] })] }),
      versionRecords(),
    );
    expect(few).toContain('not judged by 3 outcomes');
    expect(text(pipelineRecords(), versionRecords())).toContain('no outcomes of its predictions yet');
  });

  it('has no chain where nothing known serves, but what to do', () => {
    const shown = text(pipelineRecords({ endpoint: inService('bigger'), models: ['foreign'] }));

    expect(partsOf(shown)).toEqual(['endpoint']);
    expect(shown).toContain('npx tidegate rollback loan 2 --stage dev');
  });

  it('of a version that does not serve says so, and has nothing of drift', () => {
    const shown = text(pipelineRecords(), versionRecords(1));

    expect(shown).toContain('it does not serve version 1 now');
    expect(partsOf(shown)).not.toContain('drift');
  });
});
