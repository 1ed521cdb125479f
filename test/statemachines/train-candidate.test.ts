import { runDefinition } from 'embedded-cloud/asl';
import { describe, expect, it } from 'vitest';
import { loadMachine, taskName } from './load-machine.ts';

const run = { pipeline: 'loan-default', runId: 'r2' };
const champion = { pipeline: 'loan-default', runId: 'r1' };

async function train(answers: Record<string, (args: Record<string, unknown>, attempt: number) => unknown> = {}) {
  const all: typeof answers = {
    PlanTraining: () => ({
      trainingJob: { TrainingJobName: 'job' },
      scoring: [{ TransformJobName: 'n' }, { TransformJobName: 'o' }],
    }),
    SelectBestTrial: () => ({ trainingJob: 'job-002' }),
    AwaitJob: () => ({ name: 'job' }),
    CreateModel: () => ({ modelName: 'job' }),
    EvaluateCandidate: () => ({ rows: 100 }),
    ApplyGates: () => ({ passed: true }),
    ...answers,
  };
  return runDefinition({
    definition: loadMachine('train-candidate'),
    input: { run, champion },
    tasks: ({ resource, arguments: args, attempt }) =>
      all[taskName(resource)]?.(args as Record<string, unknown>, attempt) ?? {},
  });
}

describe('the train-candidate machine', () => {
  it('trains, scores candidate and champion, evaluates and judges', async () => {
    const { status, output, calls } = await train();

    expect(status).toBe('SUCCEEDED');
    expect(output).toEqual({ passed: true });
    expect(calls.map((c) => taskName(c.resource))).toEqual([
      'PlanTraining',
      'sagemaker:createTrainingJob.sync',
      'CreateModel',
      'sagemaker:createTransformJob.sync',
      'sagemaker:createTransformJob.sync',
      'EvaluateCandidate',
      'ApplyGates',
    ]);
    expect(calls.find((c) => c.resource.endsWith('EvaluateCandidate'))?.arguments).toEqual({ run, champion });
  });

  it('tunes instead of training where a tuning is planned, and goes on with its best training job', async () => {
    const tuningJob = { HyperParameterTuningJobName: 'tune' };
    const { status, calls } = await train({
      PlanTraining: () => ({ tuningJob, scoring: [{ TransformJobName: 'n' }] }),
    });

    expect(status).toBe('SUCCEEDED');
    expect(calls.map((c) => taskName(c.resource))).toEqual([
      'PlanTraining',
      'sagemaker:createHyperParameterTuningJob.sync',
      'SelectBestTrial',
      'CreateModel',
      'sagemaker:createTransformJob.sync',
      'EvaluateCandidate',
      'ApplyGates',
    ]);
    expect(calls[1]?.arguments).toEqual(tuningJob);
    expect(calls[2]?.arguments).toEqual({ run });
  });

  it('waits for a tuning that an earlier attempt started and whose answer was lost', async () => {
    const { status, calls } = await train({
      PlanTraining: () => ({ tuningJob: { HyperParameterTuningJobName: 'tune' }, scoring: [] }),
      'sagemaker:createHyperParameterTuningJob.sync': () => {
        throw { error: 'SageMaker.ResourceInUseException', cause: 'already exists' };
      },
      SelectBestTrial: (_args, attempt) => {
        if (attempt < 100) throw { error: 'StillRunningError', cause: '{"errorMessage":"InProgress"}' };
        return { trainingJob: 'job-002' };
      },
    });

    expect(status).toBe('SUCCEEDED');
    expect(calls.filter((c) => c.resource.endsWith('SelectBestTrial'))).toHaveLength(101);
  });

  it('fails when the tuning fails, and when it has no best training job', async () => {
    const plan = () => ({ tuningJob: { HyperParameterTuningJobName: 'tune' }, scoring: [] });
    const failed = await train({
      PlanTraining: plan,
      'sagemaker:createHyperParameterTuningJob.sync': () => {
        throw { error: 'States.TaskFailed', cause: '{"FailureReason":"No training job succeeded after 5 attempts."}' };
      },
    });
    const without = await train({
      PlanTraining: plan,
      SelectBestTrial: () => {
        throw { error: 'TuningError', cause: 'no best training job' };
      },
    });

    expect(failed).toMatchObject({ status: 'FAILED', cause: expect.stringContaining('No training job succeeded') });
    expect(without).toMatchObject({ status: 'FAILED', error: 'TuningError' });
  });

  it('fails with the job description as cause when the training fails', async () => {
    const description = {
      TrainingJobName: 'job',
      TrainingJobStatus: 'Failed',
      FailureReason: 'AlgorithmError: no label',
    };

    const { status, error, cause } = await train({
      'sagemaker:createTrainingJob.sync': () => {
        throw { error: 'States.TaskFailed', cause: JSON.stringify(description) };
      },
    });

    expect({ status, error }).toEqual({ status: 'FAILED', error: 'States.TaskFailed' });
    expect(cause).toContain('AlgorithmError: no label');
  });

  it('waits for capacity when SageMaker is at its limit', async () => {
    const { status, calls } = await train({
      'sagemaker:createTrainingJob.sync': (_args, attempt) => {
        if (attempt < 2) throw { error: 'SageMaker.ResourceLimitExceededException', cause: 'limit' };
        return {};
      },
    });

    expect(status).toBe('SUCCEEDED');
    expect(calls.filter((c) => c.resource.includes('createTrainingJob'))).toHaveLength(3);
  });

  it.each(['PlanTraining', 'SelectBestTrial', 'CreateModel', 'EvaluateCandidate', 'ApplyGates'])(
    'retries %s when the trouble may pass',
    async (task) => {
      const plan = { ...(task === 'SelectBestTrial' ? { tuningJob: {} } : { trainingJob: {} }), scoring: [] };
      const { status } = await train({
        PlanTraining: () => plan,
        [task]: (_args, attempt) => {
          if (attempt === 0) throw { error: 'TransientError', cause: 'throttled' };
          return task === 'PlanTraining' ? plan : { passed: true };
        },
      });

      expect(status).toBe('SUCCEEDED');
    },
  );

  it('fails when a scoring job fails', async () => {
    const { status } = await train({
      'sagemaker:createTransformJob.sync': () => {
        throw { error: 'States.TaskFailed', cause: '{}' };
      },
    });

    expect(status).toBe('FAILED');
  });

  describe.each([
    ['training', 'Training', 'TrainingJobName', 'job'],
    ['transform', 'Transform', 'TransformJobName', 'n'],
  ])('when the answer to creating a %s job is lost', (kind, noun, nameKey, name) => {
    const create = `sagemaker:create${noun}Job.sync`;
    const once: (args: Record<string, unknown>) => unknown = (args) => {
      if (args[nameKey] !== name) return {};
      throw { error: 'SageMaker.ResourceInUseException', cause: 'a job with this name already exists' };
    };

    it('waits for the job that was created instead of making another', async () => {
      const { status, output, calls } = await train({
        [create]: once,
        AwaitJob: (_args, attempt) => {
          if (attempt < 100) throw { error: 'StillRunningError', cause: '{"errorMessage":"InProgress"}' };
          return { name };
        },
      });

      expect({ status, output }).toEqual({ status: 'SUCCEEDED', output: { passed: true } });
      const looks = calls.filter((c) => taskName(c.resource) === 'AwaitJob').map((c) => c.arguments);
      expect(looks).toEqual(Array(101).fill({ kind, name }));
      expect(calls.at(-1)?.resource).toContain('ApplyGates');
    });

    it('fails with its reason when it failed', async () => {
      const { status, error, cause } = await train({
        [create]: once,
        AwaitJob: () => {
          throw { error: 'JobFailedError', cause: '{"errorMessage":"AlgorithmError: no label"}' };
        },
      });

      expect({ status, error }).toEqual({ status: 'FAILED', error: 'JobFailedError' });
      expect(cause).toContain('AlgorithmError: no label');
    });
  });

  it('asks again when SageMaker gives no answer', async () => {
    const { status } = await train({
      'sagemaker:createTrainingJob.sync': (_args, attempt) => {
        if (attempt < 3) throw { error: 'SageMaker.SdkClientException', cause: 'socket hang up' };
        return {};
      },
    });

    expect(status).toBe('SUCCEEDED');
  });
});
