import {
  CreateHyperParameterTuningJobCommand,
  type CreateHyperParameterTuningJobCommandInput,
  DescribeHyperParameterTuningJobCommand,
  type DescribeHyperParameterTuningJobCommandOutput,
  DescribeTrainingJobCommand,
  ListHyperParameterTuningJobsCommand,
  ListTrainingJobsForHyperParameterTuningJobCommand,
  StopHyperParameterTuningJobCommand,
} from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, eventually, keysBelow, put, sampleCsv, type World } from '../support.ts';
import { tuningRequest } from './request.ts';

describe('tuning jobs', { timeout: 60_000 }, () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld();
    await put(world, 'data/train/0.csv', sampleCsv(400, 1));
    await put(world, 'data/validation/0.csv', sampleCsv(200, 2));
  });
  afterAll(() => world.close());

  const create = (name: string, change: Parameters<typeof tuningRequest>[1]) =>
    world.sagemaker.send(new CreateHyperParameterTuningJobCommand(tuningRequest(name, change)));
  const describeJob = (name: string): Promise<DescribeHyperParameterTuningJobCommandOutput> =>
    world.sagemaker.send(new DescribeHyperParameterTuningJobCommand({ HyperParameterTuningJobName: name }));
  const ended = (name: string) =>
    eventually(async () => {
      const job = await describeJob(name);
      return job.HyperParameterTuningJobStatus === 'InProgress' || job.HyperParameterTuningJobStatus === 'Stopping'
        ? undefined
        : job;
    });
  const trials = async (name: string, more = {}) => {
    const { TrainingJobSummaries = [] } = await world.sagemaker.send(
      new ListTrainingJobsForHyperParameterTuningJobCommand({ HyperParameterTuningJobName: name, ...more }),
    );
    return TrainingJobSummaries;
  };
  const started = (name: string, count: number) =>
    eventually(async () =>
      (await trials(name)).filter((t) => t.TrainingStartTime).length >= count ? true : undefined,
    );
  const statusEvents = (name: string) =>
    world.context.events.flatMap((event) => {
      const detail = event.detail as { HyperParameterTuningJobName?: string; HyperParameterTuningJobStatus?: string };
      return detail.HyperParameterTuningJobName === name
        ? [[event['detail-type'], detail.HyperParameterTuningJobStatus]]
        : [];
    });

  it('trains the requested number of models, with the values it proposes, and names the best', async () => {
    await create('bayesian', { Strategy: 'Bayesian', jobs: 4, parallel: 2 });
    const job = await ended('bayesian');
    const found = await trials('bayesian', { SortBy: 'FinalObjectiveMetricValue', SortOrder: 'Descending' });

    expect(job).toMatchObject({
      HyperParameterTuningJobStatus: 'Completed',
      TrainingJobStatusCounters: { Completed: 4, InProgress: 0, Stopped: 0, NonRetryableError: 0, RetryableError: 0 },
      ObjectiveStatusCounters: { Succeeded: 4, Pending: 0, Failed: 0 },
    });
    expect(found).toHaveLength(4);
    const values = found.map((t) => t.FinalHyperParameterTuningJobObjectiveMetric?.Value ?? 0);
    expect(values).toEqual(values.toSorted((a, b) => b - a));
    // Several may share the best value.
    const best = found.filter((_, at) => values[at] === values[0]).map((t) => t.TrainingJobName);
    expect(best).toContain(job.BestTrainingJob?.TrainingJobName);
    expect(job.BestTrainingJob).toMatchObject({
      FinalHyperParameterTuningJobObjectiveMetric: { MetricName: 'validation:auc', Value: Math.max(...values) },
      ObjectiveStatus: 'Succeeded',
    });
    expect(new Set(found.map((t) => JSON.stringify(t.TunedHyperParameters))).size).toBe(4);
    expect(await keysBelow(world, 'tuned/')).toEqual(
      expect.arrayContaining(found.map((t) => `tuned/${t.TrainingJobName}/output/model.tar.gz`)),
    );
    expect(statusEvents('bayesian')).toEqual([
      ['SageMaker HyperParameter Tuning Job State Change', 'InProgress'],
      ['SageMaker HyperParameter Tuning Job State Change', 'Completed'],
    ]);
  });

  it('gives each training job its static and its tuned hyperparameters, and a name within the limits', async () => {
    const [first] = await trials('bayesian', { SortBy: 'Name' });
    const training = await world.sagemaker.send(
      new DescribeTrainingJobCommand({ TrainingJobName: first?.TrainingJobName }),
    );

    expect(training.TrainingJobName).toMatch(/^bayesian-001-[0-9a-f]{8}$/);
    expect(training.TuningJobArn).toMatch(/:hyper-parameter-tuning-job\/bayesian$/);
    expect(training.HyperParameters).toEqual({
      objective: 'binary:logistic',
      eval_metric: 'auc',
      num_round: '15',
      seed: '7',
      _tuning_objective_metric: 'validation:auc',
      ...first?.TunedHyperParameters,
    });
    const [eta, depth] = ['eta', 'max_depth'].map((name) => Number(first?.TunedHyperParameters?.[name]));
    expect(eta).toBeGreaterThanOrEqual(0.01);
    expect(eta).toBeLessThanOrEqual(1);
    expect([1, 2, 3, 4]).toContain(depth);
  });

  it('tries every combination of a grid, and the same ones again by the same seed at random', async () => {
    const grid = { CategoricalParameterRanges: [{ Name: 'eta', Values: ['0.1', '0.5'] }] };
    await create('grid', { Strategy: 'Grid', parallel: 2, ranges: grid });
    for (const name of ['random-a', 'random-b']) await create(name, { Strategy: 'Random', jobs: 2, parallel: 2 });

    expect((await ended('grid')).TrainingJobStatusCounters?.Completed).toBe(2);
    expect((await trials('grid')).map((t) => t.TunedHyperParameters?.['eta']).toSorted()).toEqual(['0.1', '0.5']);
    await Promise.all(['random-a', 'random-b'].map(ended));
    const [a, b] = await Promise.all(['random-a', 'random-b'].map((name) => trials(name)));
    expect(a?.map((t) => t.TunedHyperParameters)).toEqual(b?.map((t) => t.TunedHyperParameters));
  });

  it('stops the worse under Hyperband before they have used their epochs', async () => {
    await create('hyperband', {
      Strategy: 'Hyperband',
      StrategyConfig: { HyperbandStrategyConfig: { MinResource: 10, MaxResource: 2000 } },
      jobs: 5,
      parallel: 1,
      fixed: { num_round: '2000', eta: '0.05' },
      // With this seed the third proposal is worse than the first, which is enough for a rung of three.
      RandomSeed: 2,
      ranges: { ContinuousParameterRanges: [{ Name: 'alpha', MinValue: '0', MaxValue: '30', ScalingType: 'Linear' }] },
    });
    const job = await ended('hyperband');
    const found = await trials('hyperband');

    expect(job.HyperParameterTuningJobStatus).toBe('Completed');
    const stopped = found.filter((t) => t.TrainingJobStatus === 'Stopped');
    expect(stopped.length).toBeGreaterThan(0);
    expect(job.TrainingJobStatusCounters).toMatchObject({ Stopped: stopped.length, Completed: 5 - stopped.length });
    expect(job.ObjectiveStatusCounters?.Succeeded).toBe(5);
    expect(found.find((t) => t.TrainingJobName === job.BestTrainingJob?.TrainingJobName)?.TrainingJobStatus).toBe(
      'Completed',
    );
  });

  it('fails when no training job succeeds, with the number of attempts', async () => {
    await create('hopeless', { Strategy: 'Random', jobs: 20, parallel: 5, fixed: { num_round: 'many' } });
    const job = await ended('hopeless');

    expect(job.HyperParameterTuningJobStatus).toBe('Failed');
    expect(job.FailureReason).toMatch(
      /^No training job succeeded after \d attempts\. Please take a look at the training job failures/,
    );
    expect(job.BestTrainingJob).toBeUndefined();
    expect(job.TrainingJobStatusCounters?.NonRetryableError).toBeGreaterThanOrEqual(5);
    expect((await trials('hopeless', { StatusEquals: 'Failed' }))[0]?.FailureReason).toContain('num_round');
  });

  it('stops with its training jobs on request', async () => {
    await create('stopped', { Strategy: 'Random', jobs: 20, parallel: 2, fixed: { num_round: '200000' } });
    await started('stopped', 2);
    await world.sagemaker.send(new StopHyperParameterTuningJobCommand({ HyperParameterTuningJobName: 'stopped' }));
    const job = await ended('stopped');

    expect(job).toMatchObject({
      HyperParameterTuningJobStatus: 'Stopped',
      TrainingJobStatusCounters: { InProgress: 0, Stopped: 2 },
    });
    await expect(
      world.sagemaker.send(new StopHyperParameterTuningJobCommand({ HyperParameterTuningJobName: 'stopped' })),
    ).rejects.toThrow(/is in status Stopped/);
    expect(statusEvents('stopped').map(([, status]) => status)).toEqual(['InProgress', 'Stopping', 'Stopped']);
  });

  it('continues after a restart with its training jobs, and starts a warm start from its parent', async () => {
    await create('restarted', { Strategy: 'Bayesian', jobs: 3, parallel: 1, parents: ['bayesian'] });
    await started('restarted', 2);
    const before = await trials('restarted');
    await world.restart();
    const job = await ended('restarted');

    expect(job.TrainingJobStatusCounters).toMatchObject({ Completed: 3 });
    const after = await trials('restarted');
    expect(after.slice(0, before.length).map((t) => t.TunedHyperParameters)).toEqual(
      before.map((t) => t.TunedHyperParameters),
    );
    const bestOf = (name: string) =>
      describeJob(name).then((d) => d.BestTrainingJob?.FinalHyperParameterTuningJobObjectiveMetric?.Value ?? 0);
    expect(job.OverallBestTrainingJob?.FinalHyperParameterTuningJobObjectiveMetric?.Value).toBe(
      Math.max(await bestOf('bayesian'), await bestOf('restarted')),
    );
  });

  it('ends as soon as its target is reached, and when its time is up', async () => {
    await create('target', {
      Strategy: 'Random',
      jobs: 20,
      parallel: 1,
      TuningJobCompletionCriteria: { TargetObjectiveMetricValue: 0.5 },
    });
    expect(await ended('target')).toMatchObject({
      HyperParameterTuningJobStatus: 'Completed',
      TrainingJobStatusCounters: { Completed: 1, InProgress: 0 },
    });

    await create('timed', { Strategy: 'Random', jobs: 500, parallel: 1, maxRuntime: 120 });
    await eventually(async () => ((await describeJob('timed')).BestTrainingJob ? true : undefined));
    await world.context.clock.advance(121_000);
    const timed = await ended('timed');
    expect(timed.HyperParameterTuningJobStatus).toBe('Completed');
    expect(timed.TrainingJobStatusCounters?.InProgress).toBe(0);
    expect(timed.TrainingJobStatusCounters?.Completed).toBeLessThan(500);
  });

  it('searches several definitions in turn, each in its own ranges, and names the best of all', async () => {
    const {
      TrainingJobDefinition: base,
      HyperParameterTuningJobConfig: config,
      ...rest
    } = tuningRequest('several', { jobs: 2, parallel: 2 });
    const { HyperParameterTuningJobObjective: TuningObjective, ParameterRanges: _, ...shared } = config ?? {};
    const define = (DefinitionName: string, Name: string) => ({
      ...base,
      DefinitionName,
      TuningObjective,
      HyperParameterRanges: { ContinuousParameterRanges: [{ Name, MinValue: '0.1', MaxValue: '0.9' }] },
    });
    await world.sagemaker.send(
      new CreateHyperParameterTuningJobCommand({
        ...rest,
        HyperParameterTuningJobConfig: shared,
        TrainingJobDefinitions: [define('by-eta', 'eta'), define('by-subsample', 'subsample')],
      } as CreateHyperParameterTuningJobCommandInput),
    );
    const job = await ended('several');

    const found = await trials('several');
    expect(found.map((t) => [t.TrainingJobDefinitionName, Object.keys(t.TunedHyperParameters ?? {})])).toEqual([
      ['by-eta', ['eta']],
      ['by-subsample', ['subsample']],
    ]);
    const values = found.map((t) => t.FinalHyperParameterTuningJobObjectiveMetric?.Value ?? 0);
    expect(job.BestTrainingJob?.TrainingJobDefinitionName).toBe(
      (values[0] ?? 0) >= (values[1] ?? 0) ? 'by-eta' : 'by-subsample',
    );
  });

  it('lists tuning jobs by name with counters', async () => {
    const { HyperParameterTuningJobSummaries: found = [] } = await world.sagemaker.send(
      new ListHyperParameterTuningJobsCommand({ NameContains: 'random' }),
    );

    expect(
      found.map((job) => [job.HyperParameterTuningJobName, job.Strategy, job.TrainingJobStatusCounters?.Completed]),
    ).toEqual([
      ['random-a', 'Random', 2],
      ['random-b', 'Random', 2],
    ]);
    await expect(describeJob('nobody')).rejects.toMatchObject({
      name: 'ResourceNotFound',
      message: "Amazon SageMaker can't find a tuning job called nobody. Type another name.",
    });
  });
});
