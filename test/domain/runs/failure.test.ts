import { describe, expect, it } from 'vitest';
import { explainFailure } from '#domain/runs/failure';

const json = (value: unknown) => JSON.stringify(value);

describe('explainFailure', () => {
  it('reads the error of a function', () => {
    const cause = json({ errorType: 'SchemaMismatchError', errorMessage: 'column income is missing', trace: [] });

    expect(explainFailure({ Error: 'SchemaMismatchError', Cause: cause })).toEqual({
      error: 'SchemaMismatchError',
      message: 'column income is missing',
    });
  });

  it('keeps the caught name when the function gives none', () => {
    expect(explainFailure({ Error: 'Unhandled', Cause: json({ errorMessage: 'boom' }) })).toEqual({
      error: 'Unhandled',
      message: 'boom',
    });
  });

  it.each([
    ['TrainingJobName', 'Training job'],
    ['TransformJobName', 'Transform job'],
    ['ProcessingJobName', 'Processing job'],
    ['HyperParameterTuningJobName', 'Tuning job'],
  ])('reads the failure reason of a job by %s', (key, kind) => {
    const failure = explainFailure({
      Error: 'States.TaskFailed',
      Cause: json({ [key]: 'job-1', FailureReason: 'AlgorithmError: no rows' }),
    });

    expect(failure).toEqual({
      error: `${kind.replaceAll(' ', '')}Failed`,
      message: `${kind} job-1: AlgorithmError: no rows`,
    });
  });

  it('says how a job ended that gives no reason', () => {
    expect(
      explainFailure({
        Error: 'States.TaskFailed',
        Cause: json({ TrainingJobName: 'j', TrainingJobStatus: 'Stopped' }),
      }).message,
    ).toBe('Training job j: it ended as Stopped');
    expect(explainFailure({ Error: 'States.TaskFailed', Cause: json({ TrainingJobName: 'j' }) }).message).toBe(
      'Training job j: it ended as failed',
    );
  });

  it('digs through nested executions to the root', () => {
    const inner = json({ errorType: 'MalformedDataError', errorMessage: 'line 7' });
    const middle = json({ ExecutionArn: 'arn:middle', Error: 'MalformedDataError', Cause: inner, Status: 'FAILED' });
    const outer = json({ executionArn: 'arn:outer', error: 'States.TaskFailed', cause: middle });

    expect(explainFailure({ Error: 'States.TaskFailed', Cause: outer })).toEqual({
      error: 'MalformedDataError',
      message: 'line 7',
    });
  });

  it('says how a nested execution ended that gives no error', () => {
    expect(
      explainFailure({ Error: 'States.TaskFailed', Cause: json({ ExecutionArn: 'a', Status: 'ABORTED' }) }).message,
    ).toBe('The nested execution ended as ABORTED.');
    expect(explainFailure({ Error: 'States.TaskFailed', Cause: json({ ExecutionArn: 'a' }) }).message).toBe(
      'The nested execution ended as failed.',
    );
  });

  it('says which quota to raise, and to what, where SageMaker refuses instances', () => {
    const refused = (quota: string) =>
      explainFailure({
        Error: 'SageMaker.ResourceLimitExceededException',
        Cause: `The account-level service limit '${quota}' is 1 Instances, with current utilization of 1 Instances and a request delta of 2 Instances. Please use AWS Service Quotas to request an increase for this quota.`,
      }).message;

    expect(refused('ml.m5.large for endpoint usage')).toBe(
      'SageMaker\'s quota "ml.m5.large for endpoint usage" is 1: 1 in use, 2 more needed. An update runs the new instances beside the old ones. Request 3 or more in Service Quotas (SageMaker), then try again; `tidegate doctor --stage <stage>` lists every quota that the pipelines need.',
    );
    expect(refused('ml.m5.xlarge for training job usage')).not.toContain('update');
  });

  it('keeps a cause that is plain text, broken JSON or unknown JSON', () => {
    expect(explainFailure({ Error: 'X', Cause: 'plain' })).toEqual({ error: 'X', message: 'plain' });
    expect(explainFailure({ Error: 'X', Cause: '{broken' }).message).toBe('{broken');
    expect(explainFailure({ Error: 'X', Cause: '{"a":1}' }).message).toBe('{"a":1}');
  });

  it('has an error of a nested execution without a cause', () => {
    expect(explainFailure({ Error: 'X', Cause: json({ ExecutionArn: 'a', Error: 'States.Timeout' }) })).toEqual({
      error: 'States.Timeout',
      message: 'The step took longer than its time limit.',
    });
  });

  it('explains what has a name only, and what has nothing', () => {
    expect(explainFailure({ Error: 'States.Timeout' }).message).toBe('The step took longer than its time limit.');
    expect(explainFailure({})).toEqual({ error: 'Unknown', message: 'No cause was given.' });
  });
});
