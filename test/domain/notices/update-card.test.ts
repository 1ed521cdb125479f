import { beforeEach, describe, expect, it } from 'vitest';
import { checkBlocks } from '#cli/slack-page/block-kit';
import { deploymentKeys } from '#domain/deployment/target';
import type { NoticePorts } from '#domain/notices/notice';
import { composeNotice, noticeSchema } from '#domain/notices/registry';
import { monthlyCost } from '#domain/notices/update-card';
import { automaticApproval } from '#domain/registry/decision';
import { artifactKeys } from '#domain/runs/layout';
import { memoryObjects } from '../../fakes/memory-objects.ts';
import { type MemoryState, memoryState } from '../../fakes/memory-state.ts';
import { championOf, configOf, endpointName, packageArn } from '../../functions/support/stage.ts';
import { sampleReport } from '../reports/sample.ts';

const run = { pipeline: 'loan', runId: '20260102-080000-bbbb' };
const former = { pipeline: 'loan', runId: '20260101-080000-aaaa' };
const at = '2026-01-02T10:05:00.000Z';
const decidedAt = '2026-01-02T09:59:59.000Z';
const decision = {
  decision: 'approved',
  version: 8,
  at: '2026-01-02T10:00:00.000Z',
  changedAt: decidedAt,
  by: 'arn:aws:sts::123456789012:assumed-role/MLEngineer/ana',
};
const claim = {
  status: 'promoted',
  executionArn: 'arn:e1',
  approvedAt: decidedAt,
  startedAt: decidedAt,
  modelPackageArn: packageArn(8),
  runId: run.runId,
  endpointName,
  endpointConfigName: configOf(run.runId),
  deployment: {
    decision: 'deploy',
    run,
    modelPackageArn: packageArn(8),
    modelPackageVersion: 8,
    modelName: 'm',
    endpointName,
    endpointConfigName: configOf(run.runId),
    previousConfig: configOf(former.runId),
    executionArn: 'arn:e1',
    maxWaitMinutes: 60,
    rollOut: { strategy: 'canary', percent: 10, bakeMinutes: 10, alarms: {} },
  },
};
const deployed = {
  kind: 'deployed',
  run,
  endpointName,
  modelPackageVersion: 8,
  decidedAt,
  tests: { tests: 3, failed: 0 },
  startedAt: '2026-01-02T10:00:00.000Z',
  at,
};
const rolledBack = {
  kind: 'rolled-back',
  executionArn: 'e9',
  failure: {
    reason: 'test golden failed',
    run,
    endpointName,
    endpointConfigName: 'new',
    servingConfig: 'old',
    decidedAt,
  },
  modelPackageVersion: 8,
  tests: { tests: 3, failed: 1 },
  startedAt: '2026-01-02T10:00:00.000Z',
  at,
};
const settings = (own: object = {}) => ({
  name: 'loan',
  description: 'what it is for',
  notify: { slack: '#ml' },
  training: { algorithm: 'xgboost', hyperparameters: { max_depth: 4 } },
  deployment: { instances: { type: 'ml.m5.large', count: 2 }, strategy: 'canary' },
  ...own,
});

const sample = sampleReport('binary').evaluation;
let records: Record<string, unknown>;
let state: MemoryState;
beforeEach(async () => {
  const [keys, before] = [artifactKeys(run), artifactKeys(former)];
  records = {
    [keys.config]: settings(),
    [keys.training]: { hyperparameters: { max_depth: '6', eta: '0.1' }, image: 'i' },
    [keys.evaluation]: sample,
    [keys.drop]: {
      bucket: 'raw',
      prefix: 'loan/2026-01-02/',
      datasetVersion: 'd',
      objects: [],
      bytes: 1,
      configHash: 'c',
      gitCommit: 'g',
      reason: 'drop',
      startedAt: at,
      executionArn: 'e1',
    },
    [before.config]: settings({ description: 'other', notify: { slack: '#other' } }),
    [before.training]: { hyperparameters: { max_depth: '4', eta: '0.1' }, image: 'i' },
  };
  state = memoryState();
  await state.put('loan', 'champion', championOf(8, run.runId, at));
  await state.put('loan', deploymentKeys.formerChampion('2026-01-01T10:00:00.000Z'), {
    ...championOf(7, former.runId, '2026-01-01T10:00:00.000Z'),
    supersededAt: at,
  });
  await state.put('loan', deploymentKeys.decision({ ...decision, decision: 'approved' }), decision);
  await state.put('loan', deploymentKeys.claim(8), claim);
});

async function compose(notice: unknown) {
  const ports: NoticePorts = {
    artifacts: memoryObjects('artifacts', records),
    store: state,
    stage: 'dev',
    pricing: {},
    link: (key) => `https://console/${key}`,
    endpointLink: (name) => `https://console/endpoints/${name}`,
  };
  const { message, details, ...outgoing } = await composeNotice(ports, noticeSchema.parse(notice));
  for (const { blocks } of [message, ...(details ? [details] : [])]) expect(checkBlocks(blocks)).toEqual([]);
  return { ...outgoing, lines: message.text.split('\n'), details: details?.text.split('\n') };
}

describe('the card of an update', () => {
  it('says what changed, who approved, the metrics, the tests, the traffic, the cost, and where to look', async () => {
    const { lines, severity, broadcast } = await compose(deployed);

    expect({ severity, broadcast }).toEqual({ severity: 'info', broadcast: true });
    expect(lines).toEqual(
      expect.arrayContaining([
        '🚀 loan: version 8 is live',
        'Version: 7 → 8',
        'Trained on: loan/2026-01-02/',
        'Approved: ana (MLEngineer), 2026-01-02 10:00 UTC',
        'Tests: 3 tests passed',
        'Traffic: 100 % on version 8 (canary, 10 % a step, watched 10 minutes each)',
        'Cost a month: $168 for 2 × ml.m5.large, list price in us-east-1 without requests and storage',
        'What differs:',
        'hyperparameters.max_depth: 4 → 6',
        `Report: https://console/loan/runs/${run.runId}/report.html · Endpoint in the console: https://console/endpoints/${endpointName}`,
        'What serves and why: npx tidegate why loan --stage dev · to go back: npx tidegate rollback loan --stage dev',
      ]),
    );
    const auc = lines.find((line) => line.startsWith('auc:'));
    expect(auc).toMatch(/^auc: now 0\.\d+, interval 0\.\d+ – 0\.\d+, before 0\.\d+, interval 0\.\d+ – 0\.\d+$/);
  });

  it('has four metrics and differences; the thread has all', async () => {
    const { config } = artifactKeys(run);
    records[config] = settings(Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`s${i}`, i])));
    const { lines, details } = await compose(deployed);

    expect(lines).toContain('and 6 settings more, in the thread');
    expect(lines.join('\n')).toMatch(/Metrics on the holdout \(4 of \d+, all in the thread\)/);
    expect(details).toContain('s8: not set → 8');
    expect(details?.filter((line) => line.includes(' → '))).toHaveLength(10);
    const metrics = Object.keys(sample.metrics);
    for (const name of metrics) expect(details?.some((line) => line.startsWith(`${name}: `))).toBe(true);
  });

  it('counts what is too much for the thread too', async () => {
    const { config } = artifactKeys(run);
    records[config] = settings(Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`s${i}`, i])));
    expect((await compose(deployed)).details?.join('\n')).toContain('more');
  });

  it('has nothing more to say where all is on the card', async () => {
    const { evaluation } = artifactKeys(run);
    const { auc, f1 } = sample.metrics;
    records[evaluation] = { ...sampleReport('binary', { champion: false }).evaluation, metrics: { auc, f1 } };
    const { lines, details } = await compose(deployed);
    expect(details).toBeUndefined();
    expect(lines.find((line) => line.startsWith('auc:'))).not.toContain('before');
  });

  it('has no interval where none was found', async () => {
    const certain = { value: 1, low: 1, high: 1, interval: 'none' };
    records[artifactKeys(run).evaluation] = {
      ...sample,
      metrics: { auc: certain, f1: certain },
      champion: { ...sample.champion, metrics: { auc: certain } },
    };
    const { lines } = await compose(deployed);
    expect(lines).toContain('auc: now 1, interval –, before 1, interval –');
    expect(lines).toContain('f1: now 1, interval –');
  });

  it('compares candidate and champion on the rows that both can be judged by', async () => {
    const comparison = { rows: 10, candidate: { auc: { value: 0.5, low: 0.4, high: 0.6 } } };
    records[artifactKeys(run).evaluation] = { ...sample, comparison };
    expect((await compose(deployed)).lines.find((line) => line.startsWith('auc:'))).toMatch(
      /^auc: now 0\.5, interval 0\.4 – 0\.6, before/,
    );
  });

  it('reads no claim that another version of Tidegate wrote', async () => {
    await state.put('loan', deploymentKeys.claim(8), { status: 'of tomorrow' });
    expect((await compose(deployed)).lines).toContain('Traffic: 100 % on version 8');
  });

  it('says what is the same, and what its records do not say', async () => {
    const keys = artifactKeys(run);
    records[keys.training] = records[artifactKeys(former).training];
    expect((await compose(deployed)).lines).toContain('The data alone: settings and hyperparameters are the same.');

    records = {};
    const { lines } = await compose(deployed);
    expect(lines).toContain('Not known: a run has no record of its settings.');
    expect(lines).toContain('Trained on: not recorded');
    expect(lines).toContain('Cost a month: not known: the run has no record of its instances');
  });

  it('reads a record of another version of Tidegate as none, and reports what it cannot read', async () => {
    records[artifactKeys(run).training] = { image: 'i' };
    expect((await compose(deployed)).lines).toContain('hyperparameters.max_depth: 4 → not set');
    records[artifactKeys(run).config] = settings({ training: 'all' });
    expect((await compose(deployed)).lines).toContain('training: not set → all');
    const hidden = Object.assign(new Error('Access Denied'), { name: 'AccessDenied' });
    const broken: NoticePorts = {
      artifacts: { readJson: () => Promise.reject(new Error('denied')) },
      store: state,
      stage: 'dev',
      pricing: {},
      link: String,
      endpointLink: String,
    };
    await expect(composeNotice(broken, noticeSchema.parse(deployed))).rejects.toThrow('denied');
    await expect(
      composeNotice({ ...broken, artifacts: { readJson: () => Promise.reject(hidden) } }, noticeSchema.parse(deployed)),
    ).resolves.toMatchObject({ message: { text: expect.stringContaining('Trained on: not recorded') } });
  });

  it('of a first version has nothing to compare with', async () => {
    state.clear();
    await state.put('loan', 'champion', championOf(8, run.runId, at));
    const { lines } = await compose({ ...deployed, modelPackageVersion: null, tests: null });
    expect(lines).toEqual(
      expect.arrayContaining([
        'Version: none → 8',
        'Approved: not recorded',
        'Tests: not run, or not recorded',
        'Traffic: 100 % on version 8',
        'Nothing to compare with: no version served before.',
      ]),
    );
  });

  it.each([
    [{ reason: automaticApproval, by: undefined }, 'Approved: automatically (registry.approval), 2026-01-02 10:00 UTC'],
    [{ by: undefined }, 'Approved: not reported by whom, 2026-01-02 10:00 UTC'],
    [{ changedAt: 'another' }, 'Approved: at 2026-01-02 09:59 UTC'],
    [{ decision: 'rolled-back' }, 'Approved: ana (MLEngineer), 2026-01-02 10:00 UTC'],
    [{ decision: 'rejected' }, 'Approved: at 2026-01-02 09:59 UTC'],
  ])('tells an approval as it is recorded (%#)', async (own, line) => {
    await state.put('loan', deploymentKeys.decision({ ...decision, decision: 'approved' }), { ...decision, ...own });
    expect((await compose(deployed)).lines).toContain(line);
  });

  it.each([
    [{ strategy: 'all-at-once', bakeMinutes: 0, alarms: {} }, '100 % on version 8 (all-at-once)'],
    [{ strategy: 'linear', percent: 20, bakeMinutes: 1, alarms: {} }, '(linear, 20 % a step, watched 1 minute each)'],
  ])('tells a roll-out as it was (%#)', async (rollOut, words) => {
    await state.put('loan', deploymentKeys.claim(8), { ...claim, deployment: { ...claim.deployment, rollOut } });
    expect((await compose(deployed)).lines.join('\n')).toContain(words);
  });

  it('of a version without tests says so', async () => {
    expect((await compose({ ...deployed, tests: { tests: 0, failed: 0 } })).lines).toContain(
      'Tests: none are configured',
    );
  });
});

describe('the card of an update that failed', () => {
  it('says what stays in service and which tests failed, to whoever is on call', async () => {
    await state.put('loan', 'champion', championOf(7, former.runId, '2026-01-01T10:00:00.000Z'));
    const { lines, severity } = await compose(rolledBack);

    expect(severity).toBe('critical');
    expect(lines.join('\n')).not.toContain('rollback');
    expect(lines).toEqual(
      expect.arrayContaining([
        '↩️ loan: version 8 was rolled back',
        'Version: 7 stays, 8 was tried',
        'Tests: 1 of 3 tests failed',
        'Traffic: 100 % on version 7 (canary, 10 % a step, watched 10 minutes each)',
        'hyperparameters.max_depth: 4 → 6',
      ]),
    );
  });

  it('says that nothing serves where there was no version before', async () => {
    state.clear();
    const { lines } = await compose({ ...rolledBack, modelPackageVersion: null });
    expect(lines).toContain('Version: none stays, 0 was tried');
    expect(lines).toContain('Traffic: none: no version serves');
  });
});

describe('the cost of an endpoint', () => {
  const instances = { type: 'ml.m5.large', count: 1 };
  it.each([
    [{ instances }, '$84 for 1 × ml.m5.large, list price in us-east-1 without requests and storage'],
    [
      { instances, scaling: { min: 1, max: 3 } },
      '$84 to $252 for 1 to 3 × ml.m5.large, list price in us-east-1 without requests and storage',
    ],
    [{ instances: { type: 'ml.p9.huge', count: 1 } }, 'not known: the price table has no ml.p9.huge'],
    [{ instances, serverless: {} }, 'not known: a serverless endpoint costs by its requests'],
    [{ instances, asynchronous: {} }, 'not known: an asynchronous endpoint costs by its queue'],
    [{}, 'not known: the run has no record of its instances'],
  ])('is told, or why it is not known (%#)', (deployment, words) => {
    expect(monthlyCost({ pinned: { deployment }, pricing: {} })).toBe(words);
  });

  it.each([
    [{ region: 'eu-central-1' }, /^\$\d+ for 1 × ml\.m5\.large, (about the )?list price in eu-central-1 without/],
    [
      { own: { 'sagemaker.hosting.ml.m5.large': 0.1 } },
      /^\$73 for 1 × ml\.m5\.large, your price of costs\.yml without/,
    ],
    [{ region: 'ap-east-1' }, /^\$105 for 1 × ml\.m5\.large, about the list price in ap-east-1 without/],
  ])('is by the prices of the stage (%#)', (pricing, words) => {
    expect(monthlyCost({ pinned: { deployment: { instances } }, pricing })).toMatch(words);
  });
});
