import { beforeEach, describe, expect, it } from 'vitest';
import { TrackingUnavailableError } from '#domain/errors';
import { artifactKeys } from '#domain/runs/layout';
import { mlflowTracker } from '#functions/mlflow/tracker';
import { type TrackingPorts, trackRun } from '#functions/use-cases/track-run';
import { pipelineSchema } from '#schemas/pipeline';
import { sampleRecords } from '../../domain/reports/sample-run.ts';
import { type FakeMlflow, fakeMlflow } from '../../fakes/fake-mlflow.ts';
import { type MemoryObjects, memoryObjects } from '../../fakes/memory-objects.ts';
import { type MemoryState, memoryState } from '../../fakes/memory-state.ts';
import { packageArn, pipeline } from '../support/stage.ts';

const retrain = 'arn:aws:states:eu-central-1:123456789012:execution:tidegate-dev-retrain:x';
const deploy = 'arn:aws:states:eu-central-1:123456789012:execution:tidegate-dev-deploy:y';
const trackedBy = 'arn:aws:states:eu-central-1:123456789012:execution:tidegate-dev-track-run:z';
const endedAt = '2026-03-01T10:20:00.000Z';
const run = { pipeline: 'loan', runId: 'r1' };
const keys = artifactKeys(run);
const tracked = pipelineSchema.parse({
  ...pipeline,
  tracking: { mlflow: { uri: 'https://ml.example.com', experiment: 'Loans' } },
});

let server: FakeMlflow;
let store: MemoryState;
let artifacts: MemoryObjects;
let now: number;
const ports = (): TrackingPorts => ({
  stage: 'dev',
  store,
  artifacts,
  connect: async ({ uri }) => mlflowTracker({ uri, authorization: undefined, fetch: server.fetch }),
  now: () => now,
});
const ended = (own: object = {}) => ({
  executionArn: retrain,
  trackedBy,
  endedAt,
  input: { pipeline: 'loan' },
  output: { run, outcome: 'registered' } as unknown,
  ...own,
});
const state = (own: object = {}) => ({
  runId: 'r1',
  status: 'registered',
  modelPackageArn: packageArn(7),
  modelPackageVersion: 7,
  approval: 'PendingManualApproval',
  ...own,
});

beforeEach(async () => {
  const { drop, profile, evaluation, verdict, training } = sampleRecords();
  server = fakeMlflow();
  now = Date.parse(endedAt);
  store = memoryState();
  await store.put('loan', 'run#r1', state());
  artifacts = memoryObjects('artifacts', {
    [keys.config]: tracked,
    [keys.drop]: { ...drop, executionArn: retrain },
    [keys.profile]: profile,
    [keys.training]: training,
    [keys.evaluation]: evaluation,
    [keys.verdict]: verdict,
  });
  await artifacts.writeText(keys.report, '<html>', 'text/html');
});

describe('a run that has ended', () => {
  it('is logged with its model, which waits', async () => {
    expect(await trackRun(ports(), ended())).toEqual({ tracked: true, runId: 'r1' });

    const [logged] = server.runs;
    expect(logged).toMatchObject({ status: 'FINISHED', end_time: Date.parse(endedAt) });
    expect([...(logged?.artifacts.keys() ?? [])]).toEqual([
      'report.html',
      'training.json',
      'evaluation.json',
      'verdict.json',
    ]);
    const [version] = server.models.get('tidegate-dev-loan') ?? [];
    expect(version).toMatchObject({
      run_id: logged?.run_id,
      source: expect.stringMatching(/^s3:\/\/artifacts\/loan\//),
    });
    expect([...server.aliases]).toEqual([['tidegate-dev-loan@challenger', '1']]);
  });

  it('is logged once, whoever asks how often', async () => {
    await trackRun(ports(), ended());
    const before = structuredClone([server.runs, server.models, server.aliases]);
    await trackRun(ports(), ended());
    await trackRun(ports(), ended({ executionArn: deploy, endedAt: '2026-04-01T00:00:00.000Z' }));
    expect([server.runs, server.models, server.aliases]).toEqual(before);
  });

  it('is logged under names that the pipeline gives', async () => {
    const mlflow = { uri: 'https://ml.example.com', model: 'loans' };
    await artifacts.writeJson(keys.config, { ...tracked, tracking: { mlflow } });
    await trackRun(ports(), ended());
    expect([...server.experiments.keys()]).toEqual(['loan']);
    expect([...server.models.keys()]).toEqual(['loans']);
  });

  it('has no version where it was refused', async () => {
    await store.put('loan', 'run#r1', { runId: 'r1', status: 'rejected' });
    await trackRun(ports(), ended({ output: { run, outcome: 'rejected' } }));
    expect(server.runs).toHaveLength(1);
    expect(server.models.size).toBe(0);
    expect(server.aliases.size).toBe(0);
  });

  it('is champion once it serves, which a late event of another run does not change', async () => {
    await trackRun(ports(), ended());
    await store.put('loan', 'run#r1', state({ status: 'deployed' }));
    await store.put('loan', 'champion', {
      runId: 'r1',
      modelPackageArn: packageArn(7),
      modelPackageVersion: 7,
      modelName: 'm',
      endpointName: 'e',
      endpointConfigName: 'c',
      promotedAt: endedAt,
    });
    await trackRun(ports(), ended({ executionArn: deploy, output: { decision: 'deploy', run } }));
    expect([...server.aliases]).toEqual([['tidegate-dev-loan@champion', '1']]);
    await trackRun(ports(), ended());
    expect([...server.aliases]).toEqual([['tidegate-dev-loan@champion', '1']]);
  });

  it('is left alone where its pipeline names no tracker, or its records are gone', async () => {
    await artifacts.writeJson(keys.config, pipeline);
    expect(await trackRun(ports(), ended())).toEqual({ tracked: false, runId: 'r1' });
    artifacts.texts.clear();
    expect(await trackRun(ports(), ended())).toEqual({ tracked: false, runId: 'r1' });
    expect(server.requests).toEqual([]);
  });
});

describe('an execution that failed', () => {
  const failed = (own: object = {}) => ended({ output: null, ...own });
  const failure = { error: 'DataQualityError', message: 'too few rows' };

  it('has its run by what FinishRun recorded', async () => {
    await store.put('loan', `finished#${retrain}`, { runId: 'r1', outcome: 'failed' });
    await store.put('loan', 'run#r1', { runId: 'r1', status: 'failed', failure });
    expect(await trackRun(ports(), failed())).toEqual({ tracked: true, runId: 'r1' });
    expect(server.runs[0]).toMatchObject({ status: 'FAILED' });
    expect(server.runs[0]?.artifacts.size).toBe(0);
  });

  it('is waited for while its end is not recorded', async () => {
    await store.put('loan', 'lease', { holder: retrain, runId: 'r1' });
    await expect(trackRun(ports(), failed())).rejects.toMatchObject({ name: 'TransientError' });
    await store.remove('loan', 'lease');
    await store.put('loan', `finished#${retrain}`, { runId: 'r1', outcome: 'failed' });
    await store.put('loan', 'run#r1', { runId: 'r1', status: 'running' });
    await expect(trackRun(ports(), failed())).rejects.toMatchObject({ name: 'TransientError' });
    expect(server.requests).toEqual([]);
  });

  it.each([
    ['was skipped', ended({ output: { decision: 'skipped', pipeline: 'loan' } })],
    ['had no run', failed()],
    ['names no pipeline', failed({ input: { detail: { object: { key: 'x' } } } })],
    ['has an input that was too large for its event', failed({ input: null })],
  ])('or %s, and so has nothing to log', async (_, event) => {
    expect(await trackRun(ports(), event)).toEqual({ tracked: false });
    expect(server.requests).toEqual([]);
  });
});

describe('two executions that track one pipeline', () => {
  it('do so one after the other, the second once the first is done or was lost', async () => {
    const other = { ...ended(), trackedBy: `${trackedBy}2` };
    let second: unknown;
    server.answer('experiments/get-by-name', async () => {
      second = await trackRun(ports(), other).catch((error: unknown) => error);
      return Response.json({ experiment: { experiment_id: '1' } });
    });
    await trackRun(ports(), ended());
    expect(second).toMatchObject({ name: 'TrackingBusyError', retryable: true });
    expect(server.runs).toHaveLength(1);
    server = fakeMlflow();
    await store.put('loan', 'tracking', { execution: 'lost', until: new Date(now + 1).toISOString() });
    await expect(trackRun(ports(), other)).rejects.toMatchObject({ name: 'TrackingBusyError' });
    now += 2;
    expect(await trackRun(ports(), other)).toMatchObject({ tracked: true });
  });

  it('do not wait for one that the tracker turned away', async () => {
    server.answer('experiments', () => new Response('', { status: 503 }));
    await expect(trackRun(ports(), ended())).rejects.toBeInstanceOf(TrackingUnavailableError);
    server = fakeMlflow();
    expect(await trackRun(ports(), { ...ended(), trackedBy: `${trackedBy}2` })).toMatchObject({ tracked: true });
    expect(await store.get('loan', 'tracking')).toBeUndefined();
  });
});
