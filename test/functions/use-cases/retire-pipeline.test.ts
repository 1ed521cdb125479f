import { beforeEach, describe, expect, it } from 'vitest';
import { deploymentKeys } from '#domain/deployment/target';
import { EndpointBusyError, TransientError } from '#domain/errors';
import { findOrphans } from '#functions/use-cases/find-orphans';
import { retirePipeline } from '#functions/use-cases/retire-pipeline';
import { type MemoryEndpoints, memoryEndpoints } from '../../fakes/memory-endpoints.ts';
import { type MemoryScaling, memoryScaling } from '../../fakes/memory-scaling.ts';
import { type MemoryState, memoryState } from '../../fakes/memory-state.ts';
import { championOf, configOf, endpointName, runs } from '../support/stage.ts';

const startedAt = '2026-02-01T10:00:00.000Z';
const later = '2026-02-02T10:00:00.000Z';
const by = 'arn:aws:iam::1:user/ana';
const executionArn = 'arn:aws:states:eu-central-1:1:execution:tidegate-dev-retire:e1';
const event = {
  pipeline: 'loan',
  by,
  reason: 'replaced',
  undo: false,
  executionArn,
  startedAt,
};
const foreign = 'tidegate-dev-loan-fast-20260101-080000-aaaa';

let store: MemoryState;
let endpoints: MemoryEndpoints;
let scaling: MemoryScaling;
let models: Set<string>;
let running: Set<string>;
beforeEach(async () => {
  store = memoryState();
  endpoints = memoryEndpoints();
  scaling = memoryScaling();
  models = new Set([configOf(runs.first), configOf(runs.second), foreign]);
  running = new Set();
  endpoints.serve(endpointName, configOf(runs.second));
  endpoints.configs.add(foreign);
  await store.put('loan', 'champion', championOf(2, runs.second, '2026-01-02T10:00:00.000Z'));
});

const retire = (more: Partial<typeof event> = {}) =>
  retirePipeline(
    {
      stage: 'dev',
      store,
      endpoints,
      scaling,
      resources: {
        listEndpointConfigs: async (part) => [...endpoints.configs].filter((name) => name.includes(part)),
        listModels: async (part) => [...models].filter((name) => name.includes(part)),
        removeModel: async (name) => {
          models.delete(name);
        },
      },
      isRunning: async (arn) => running.has(arn),
    },
    { ...event, ...more },
  );

describe('a retirement', () => {
  it('deletes the endpoint first and is repeated until that is gone', async () => {
    await expect(retire()).rejects.toThrow(TransientError);
    expect(endpoints.changes).toEqual([`remove ${endpointName}`]);
    expect(models.size).toBe(3);

    expect(await retire()).toEqual({
      decision: 'retired',
      pipeline: 'loan',
      retirement: { at: startedAt, by: event.by, reason: 'replaced', endpoint: true, endpointConfigs: 1, models: 2 },
    });
  });

  it('deletes configs and models of this pipeline alone, and the champion becomes a former one', async () => {
    await retire().catch(() => undefined);
    await retire();

    expect([...endpoints.configs]).toEqual([foreign]);
    expect([...models]).toEqual([foreign]);
    expect(await store.get('loan', 'champion')).toBeUndefined();
    expect(await store.list('loan', deploymentKeys.formerChampion(''))).toMatchObject([
      { modelPackageVersion: 2, supersededAt: startedAt },
    ]);
  });

  it('has the same result when it is repeated after its end', async () => {
    await retire().catch(() => undefined);
    const first = await retire();

    expect(await retire()).toEqual(first);
  });

  it('of a pipeline that never served marks it alone', async () => {
    const retirement = { endpoint: false, endpointConfigs: 0, models: 0 };

    expect(await retire({ pipeline: 'other' })).toMatchObject({ decision: 'retired', retirement });
    expect(await store.get('other', deploymentKeys.retired)).toMatchObject({ at: startedAt });
  });

  it('without a name or a reason is recorded without them', async () => {
    await retirePipeline(
      {
        stage: 'dev',
        store,
        endpoints,
        scaling,
        resources: { listEndpointConfigs: async () => [], listModels: async () => [], removeModel: async () => {} },
        isRunning: async () => false,
      },
      { pipeline: 'other', by: null, reason: null, undo: false, executionArn, startedAt },
    );

    const marked = await store.get('other', deploymentKeys.retired);
    expect(marked).not.toHaveProperty('by');
    expect(marked).not.toHaveProperty('reason');
  });

  it('waits for a run under way, and nothing new starts meanwhile', async () => {
    running.add('run-execution');
    await store.put('loan', 'lease', { holder: 'run-execution', runId: runs.third });

    await expect(retire()).rejects.toThrow(EndpointBusyError);
    expect(await store.get('loan', deploymentKeys.retired)).toMatchObject({ at: startedAt });
    expect(endpoints.changes).toEqual([]);

    running.clear();
    await expect(retire()).rejects.toThrow(TransientError);
  });

  it('waits for a deployment under way', async () => {
    running.add('deployment');
    await store.put('loan', deploymentKeys.lock, { executionArn: 'deployment' });

    await expect(retire()).rejects.toThrow('deployment is changing the endpoint of loan.');
  });

  it('waits for a run that was admitted just before it, and deletes what that run registered', async () => {
    await retire().catch(() => undefined);
    const get = store.get.bind(store);
    store.get = async (pk, sk) => {
      if (sk === deploymentKeys.champion) {
        running.add('late-run');
        await store.put('loan', 'lease', { holder: 'late-run', runId: runs.third });
      }
      return get(pk, sk);
    };
    await expect(retire()).rejects.toThrow(`Run ${runs.third} of loan is still under way.`);
    store.get = get;
    running.clear();
    models.add(configOf(runs.third));

    expect(await retire()).toMatchObject({ decision: 'retired' });
    expect([...models]).toEqual([foreign]);
  });

  it('waits for an endpoint that is changing', async () => {
    await endpoints.update({ EndpointName: endpointName, EndpointConfigName: configOf(runs.first) });

    await expect(retire()).rejects.toThrow(`${endpointName} is Updating.`);
    endpoints.settle(endpointName);
    await expect(retire()).rejects.toThrow('is being deleted');
    expect(await retire()).toMatchObject({ decision: 'retired' });
  });

  it('can be taken back, and the history keeps both with who and why', async () => {
    const undo = { pipeline: 'other', undo: true, startedAt: later, reason: 'needed after all' };
    await retire({ pipeline: 'other' });
    const takenBack = { decision: 'taken-back', pipeline: 'other', takenBack: { at: later, by, reason: undo.reason } };

    expect(await retire(undo)).toEqual(takenBack);
    // A retry after a lost answer finds the mark gone because of the attempt before
    expect(await retire(undo)).toEqual(takenBack);
    expect(await store.get('other', deploymentKeys.retired)).toBeUndefined();
    expect(await store.get('other', deploymentKeys.retirement(startedAt))).toMatchObject({
      decision: 'retired',
      by,
      reason: 'replaced',
    });
    expect(await store.get('other', deploymentKeys.retirement(later))).toMatchObject({
      decision: 'taken-back',
      reason: undo.reason,
    });
    expect(await retire({ ...undo, startedAt: '2026-02-03T10:00:00.000Z' })).toEqual({
      decision: 'ignore',
      pipeline: 'other',
      reason: 'pipeline other is not retired',
    });
  });
});

describe('orphans', () => {
  const find = (...pipelines: string[]) =>
    findOrphans({
      stage: 'dev',
      pipelines,
      resources: {
        listEndpoints: async () => [
          'tidegate-dev-loan',
          'old-tidegate-dev-x',
          'tidegate-dev-churn',
          'tidegate-dev-ads',
        ],
      },
    });

  it('are endpoints of this stage whose pipelines are not deployed', async () => {
    expect(await find('loan')).toEqual({
      orphans: [
        { pipeline: 'ads', endpoint: 'tidegate-dev-ads' },
        { pipeline: 'churn', endpoint: 'tidegate-dev-churn' },
      ],
    });
    expect(await find('loan', 'churn', 'ads')).toEqual({ orphans: [] });
  });
});
