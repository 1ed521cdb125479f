import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { DescribeExecutionCommand, ExecutionDoesNotExist, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { STSClient } from '@aws-sdk/client-sts';
import { DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { exitOfRun, followRun, waitForDecision } from '#cli/follow-run';
import type { Outputs, Target } from '#cli/target';

const machine = 'arn:aws:states:eu-central-1:123456789012:stateMachine:tidegate-dev-retrain';
const execution = (name: string) => `${machine.replace(':stateMachine:', ':execution:')}:${name}`;
const target: Target = {
  kind: 'aws',
  stage: 'dev',
  region: 'eu-central-1',
  outputs: { RetrainStateMachineArn: machine, StateTableName: 'state' } as Outputs,
  s3: new S3Client({}),
  sfn: new SFNClient({}),
  lambda: new LambdaClient({}),
  sageMaker: new SageMakerClient({}),
  sts: new STSClient({}),
  db: DynamoDBDocumentClient.from(new DynamoDBClient({})),
};
const sfn = mockClient(SFNClient);
const db = mockClient(DynamoDBDocumentClient);
/** Executions by name, and those that have a run. */
let executions: Record<string, { status: string; input?: unknown; output?: unknown }>;
let trained: Record<string, string>;
let lease: Record<string, unknown> | undefined;

const skipped = (cause: string, runId?: string) => ({
  status: 'SUCCEEDED',
  output: { decision: 'skipped', pipeline: 'loan', drop: 'loan/d/', cause, reason: `because ${cause}`, runId },
});
const ended = (outcome: string) => ({ status: 'SUCCEEDED', output: { outcome } });

beforeEach(() => {
  executions = {};
  trained = {};
  lease = undefined;
  sfn.reset();
  db.reset();
  sfn.on(DescribeExecutionCommand).callsFake(({ executionArn }: { executionArn: string }) => {
    const found = executions[executionArn.split(':').at(-1) ?? ''];
    if (!found) throw new ExecutionDoesNotExist({ message: 'none', $metadata: {} });
    const { status, input, output } = found;
    return { status, input: JSON.stringify(input ?? {}), ...(output ? { output: JSON.stringify(output) } : {}) };
  });
  sfn.on(ListExecutionsCommand).callsFake(() => ({
    executions: Object.keys(executions).map((name) => ({ executionArn: execution(name), startDate: new Date() })),
  }));
  db.on(QueryCommand).callsFake(() => ({
    Items: Object.entries(trained).map(([name, runId]) => ({
      runId,
      executionArn: execution(name),
      status: 'registered',
    })),
  }));
  db.on(GetCommand).callsFake(() => ({ Item: lease }));
});
const follow = (name: string) =>
  followRun(target, 'loan', execution(name), { since: Date.now(), prefix: 'loan/d/', silent: true });

describe('following a run', () => {
  it('ends with the run of the execution', async () => {
    executions = { e1: ended('registered') };
    trained = { e1: 'r1' };
    expect(await follow('e1')).toMatchObject({ run: { runId: 'r1' }, ended: { output: { outcome: 'registered' } } });
  });

  it('goes on with the execution that trains the drop after the run in front', async () => {
    executions = {
      e1: ended('registered'),
      e2: skipped('queued', 'r1'),
      'after-loan-r1': { ...ended('rejected'), input: { pipeline: 'loan', drop: 'loan/d/' } },
    };
    trained = { e1: 'r1', 'after-loan-r1': 'r2' };
    const followed = await follow('e2');
    expect(followed).toMatchObject({ run: { runId: 'r2' }, executionArn: execution('after-loan-r1') });
    expect(exitOfRun(followed.ended, followed.run)).toBe('refused');
  });

  it('ends without training when a later drop took the place of the waiting one', async () => {
    executions = {
      e1: ended('registered'),
      e2: skipped('queued', 'r1'),
      'after-loan-r1': { status: 'RUNNING', input: { pipeline: 'loan', drop: 'loan/later/' } },
    };
    trained = { e1: 'r1' };
    const followed = await follow('e2');
    expect(followed.skipped).toMatchObject({ reason: 'a later drop took its place' });
    expect(exitOfRun(followed.ended, followed.run)).toBe('skipped');
  });

  it('goes on with the execution of the last object of the drop', async () => {
    executions = {
      e1: { ...skipped('later-object'), input: { key: 'loan/d/a.csv' } },
      e2: { ...ended('registered'), input: { key: 'loan/d/b.csv' } },
    };
    trained = { e2: 'r1' };
    expect(await follow('e1')).toMatchObject({ run: { runId: 'r1' }, executionArn: execution('e2') });
  });

  it.each(['trained', 'training', 'not-data'])('ends where a drop is skipped: %s', async (cause) => {
    executions = { e1: skipped(cause, 'r0') };
    expect(await follow('e1')).toMatchObject({ skipped: { cause, reason: `because ${cause}` } });
  });
});

describe('the decision about a request', () => {
  it('is the run that holds the lease', async () => {
    executions = { e1: { status: 'RUNNING' } };
    lease = { holder: execution('e1'), runId: 'r1' };
    expect(await waitForDecision(target, 'loan', execution('e1'))).toEqual({ admitted: 'r1' });
  });

  it.each(['queued', 'trained'])('is the reason why there is no run: %s', async (cause) => {
    executions = { e1: skipped(cause, 'r0') };
    lease = { holder: execution('e0'), runId: 'r0' };
    expect(await waitForDecision(target, 'loan', execution('e1'))).toMatchObject({ skipped: { cause, runId: 'r0' } });
  });
});

describe('the exit code of a run', () => {
  it.each([
    [{ status: 'FAILED' }, { status: 'failed' }, 'failed'],
    [{ status: 'ABORTED' }, undefined, 'failed'],
    [{ status: 'SUCCEEDED', output: { outcome: 'rejected' } }, { status: 'rejected' }, 'refused'],
    [{ status: 'SUCCEEDED', output: { outcome: 'registered' } }, { status: 'deployed' }, 'succeeded'],
    [{ status: 'SUCCEEDED' }, { status: 'rejected' }, 'refused'],
    [{ status: 'SUCCEEDED', output: { decision: 'skipped' } }, undefined, 'skipped'],
  ])('of %o with the record %o says that it %s', (end, run, kind) => {
    expect(exitOfRun(end, run)).toBe(kind);
  });
});
