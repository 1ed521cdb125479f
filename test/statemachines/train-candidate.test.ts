import { describe, expect, it } from 'vitest';
import { runDefinition } from '#local/stepfunctions/run-definition';
import { loadMachine, taskName } from './load-machine.ts';

const run = { pipeline: 'loan-default', runId: 'r2' };
const champion = { pipeline: 'loan-default', runId: 'r1' };

async function train(answers: Record<string, (args: Record<string, unknown>, attempt: number) => unknown> = {}) {
  const all: typeof answers = {
    PlanTraining: () => ({
      trainingJob: { TrainingJobName: 'job' },
      scoring: [{ TransformJobName: 'n' }, { TransformJobName: 'o' }],
    }),
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

  it.each(['PlanTraining', 'CreateModel', 'EvaluateCandidate', 'ApplyGates'])(
    'retries %s when the trouble may pass',
    async (task) => {
      const plan = { trainingJob: {}, scoring: [] };
      const { status } = await train({
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
});
