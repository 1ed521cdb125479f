import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  DeleteObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DeleteEndpointCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  DescribeModelCommand,
  DescribeModelPackageCommand,
  DescribeTrainingJobCommand,
  DescribeTransformJobCommand,
  UpdateEndpointCommand,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { auditFolder, readAudit } from 'embedded-cloud/audit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { runResourceName, transformJobName } from '#domain/naming';
import { writeLoanBook } from '#examples/loans/generate';
import { uploadDrop } from '../../cli/commands/drop.ts';
import { predictRows } from '../../cli/commands/predict.ts';
import { readSlack } from '../../cli/commands/slack.ts';
import { explainEndpoint } from '../../cli/commands/why.ts';
import { followRollBack, requestRollBack } from '../../cli/roll-back.ts';
import { getState, listRuns, waitForExecution, watchDeployment } from '../../cli/runs.ts';
import { type Ended, watchExecution } from '../../cli/watch.ts';
import { batchSteps } from './batch-steps.ts';
import { cleanUpSteps } from './clean-up-steps.ts';
import { createMeddling } from './meddling.ts';
import { startProject, type UpProject } from './project.ts';

const pipeline = 'loans-hand';
const endpointName = `tidegate-local-${pipeline}`;
const example = readFileSync(fileURLToPath(new URL('../../pipelines/loan-default.yml', import.meta.url)), 'utf8');

let project: UpProject;
let folder: string;
const meddling = createMeddling();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-by-hand-'));
  const file = join(folder, `${pipeline}.yml`);
  const definition = parse(example) as Record<string, unknown>;
  writeFileSync(
    file,
    stringify({
      ...definition,
      name: pipeline,
      training: { hyperparameters: { num_round: 60, eta: 0.1, max_depth: 3 } },
      evaluation: {
        task: 'binary',
        gates: [
          { metric: 'auc', min: 0.6 },
          { metric: 'auc', vsChampion: { notWorseBy: 0.2, confidence: 0.95 } },
        ],
      },
      registry: { approval: 'manual' },
      drift: { schedule: 'rate(1 minute)', source: 'newest-drop', minRows: 50 },
    }),
  );
  const large = join(folder, 'loans-large.yml');
  writeFileSync(
    large,
    stringify({
      ...definition,
      name: 'loans-large',
      training: {
        hyperparameters: {
          num_round: 3000,
          early_stopping_rounds: 3000,
          eta: 0.005,
          max_depth: 16,
          min_child_weight: 0,
          gamma: 0,
        },
      },
      evaluation: { task: 'binary', gates: [{ metric: 'auc', min: 0.6 }] },
      registry: { approval: 'manual' },
      drift: undefined,
    }),
  );
  project = await startProject([file, large], {
    faults: meddling.faults,
    params: { serviceCheckSchedule: 'rate(1 minute)', cleanUpSchedule: 'rate(1 minute)' },
  });
});
afterAll(async () => {
  await project?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function writeBook(seed: number): Promise<readonly string[]> {
  return (await writeLoanBook(join(folder, `book-${seed}`), 6000, { seed }, 1)).files;
}
async function slackSays(...words: string[]): Promise<boolean> {
  return (await readSlack(project.cloud.endpoint)).some(({ text }) => words.every((word) => text.includes(word)));
}
async function register(seed: number): Promise<string> {
  const { ended, run } = await project.drop(pipeline, await writeBook(seed), `book-${seed}`);
  expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'registered' } });
  if (!run?.modelPackageArn) throw new Error('nothing was registered');
  return run.modelPackageArn;
}
async function decide(ModelPackageArn: string, ModelApprovalStatus: 'Approved' | 'Rejected'): Promise<void> {
  await project.target.sageMaker.send(new UpdateModelPackageCommand({ ModelPackageArn, ModelApprovalStatus }));
}
async function startDeployment(modelPackageArn: string): Promise<string> {
  const since = Date.now() + 1000;
  await decide(modelPackageArn, 'Approved');
  return waitForExecution(project.target, project.target.outputs.DeployStateMachineArn, modelPackageArn, since, {
    otherwise: 'no deployment',
  });
}
async function approve(modelPackageArn: string): Promise<Ended> {
  const since = Date.now() + 1000;
  await decide(modelPackageArn, 'Approved');
  return watchDeployment(project.target, modelPackageArn, since, { otherwise: 'no deployment', silent: true });
}
const servingVersion = async () => (await predictRows(project.target, pipeline, [{ income: 30_000 }])).model.version;
/** Takes the endpoint and its champion away, as if nothing had ever been deployed. */
async function clearAway(): Promise<void> {
  const { sageMaker, db, outputs } = project.target;
  await sageMaker.send(new DeleteEndpointCommand({ EndpointName: endpointName }));
  await db.send(new DeleteCommand({ TableName: outputs.StateTableName, Key: { pk: pipeline, sk: 'champion' } }));
  const gone = () =>
    sageMaker.send(new DescribeEndpointCommand({ EndpointName: endpointName })).then(
      () => false,
      () => true,
    );
  await expect.poll(gone, { timeout: 30_000 }).toBe(true);
}
/** Drops a book and stops its run while the job it has just asked for is under way. @returns the run's id */
async function stopAfter(operation: string, held: string, seed: number): Promise<string> {
  const { sfn, outputs } = project.target;
  const since = Date.now();
  let executionArn = '';
  const cause = `stopped after ${operation}`;
  const stop = async () => {
    await sleep(600);
    await sfn.send(new StopExecutionCommand({ executionArn, cause }));
  };
  const stopped = meddling.once('TrainCandidateMachineRole', operation, stop, { held });
  const prefix = await uploadDrop(project.target, pipeline, await writeBook(seed), { folder: `book-${seed}` });
  executionArn = await waitForExecution(project.target, outputs.RetrainStateMachineArn, prefix, since, {
    otherwise: 'no run',
  });
  await stopped;
  expect(await watchExecution(sfn, executionArn, { silent: true })).toMatchObject({ status: 'ABORTED' });
  await expect.poll(() => getState(project.target, pipeline, 'lease'), { timeout: 20_000 }).toBeUndefined();
  await expect.poll(() => slackSays(cause), { timeout: 20_000 }).toBe(true);
  const run = (await listRuns(project.target, pipeline)).find((r) => r.executionArn === executionArn);
  return run?.runId ?? '';
}

describe('what people do by hand', () => {
  it('stops a run with the training job it waits for', async () => {
    const runId = await stopAfter('CreateTrainingJob', 'TrainingRole', 1);
    const TrainingJobName = runResourceName('local', { pipeline, runId });
    await expect
      .poll(
        async () =>
          (await project.target.sageMaker.send(new DescribeTrainingJobCommand({ TrainingJobName }))).TrainingJobStatus,
        { timeout: 20_000 },
      )
      .toBe('Stopped');
  });

  it('stops a run with the batch transform it waits for', async () => {
    const runId = await stopAfter('CreateTransformJob', 'ServingRole', 2);
    const TransformJobName = transformJobName('local', { pipeline, runId }, 'candidate');
    await expect
      .poll(
        async () =>
          (await project.target.sageMaker.send(new DescribeTransformJobCommand({ TransformJobName })))
            .TransformJobStatus,
        { timeout: 20_000 },
      )
      .toBe('Stopped');
  });

  it('deletes the version of an object that a run was about to read', async () => {
    const { s3, outputs } = project.target;
    const Bucket = outputs.RawBucketName;
    const deleted = meddling.once(
      'PrepareDataMachineRole',
      'Invoke',
      async () => {
        const { Versions = [] } = await s3.send(
          new ListObjectVersionsCommand({ Bucket, Prefix: `${pipeline}/book-3/` }),
        );
        for (const { Key, VersionId } of Versions.filter(({ Key }) => Key?.endsWith('.csv'))) {
          await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
        }
      },
      { waitMs: 1500 },
    );
    const { ended, run } = await project.drop(pipeline, await writeBook(3), 'book-3');
    await deleted;

    expect(ended).toMatchObject({ status: 'FAILED', error: 'DropVanishedError' });
    expect(run).toMatchObject({
      status: 'failed',
      failure: { message: expect.stringContaining('Drop the files again') },
    });
    expect(await slackSays(pipeline, 'vanished')).toBe(true);
    expect(await getState(project.target, pipeline, 'lease')).toBeUndefined();
  });

  it('trains a model too large for one upload', async () => {
    const { ended, run } = await project.drop('loans-large', await writeBook(6), 'book-6');
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'registered' } });
    const { sageMaker, s3 } = project.target;
    const TrainingJobName = runResourceName('local', { pipeline: 'loans-large', runId: run?.runId ?? '' });
    const { ModelArtifacts } = await sageMaker.send(new DescribeTrainingJobCommand({ TrainingJobName }));
    const artifact = new URL(ModelArtifacts?.S3ModelArtifacts ?? '');
    const { ContentLength } = await s3.send(
      new HeadObjectCommand({ Bucket: artifact.host, Key: artifact.pathname.slice(1) }),
    );
    expect(ContentLength).toBeGreaterThan(5 * 2 ** 20);
  });

  let first: string;
  let second: string;
  it('finds a failed endpoint of the name in its way, and puts its own in place', async () => {
    first = await register(4);
    const { sageMaker, s3, outputs } = project.target;
    const { CustomerMetadataProperties } = await sageMaker.send(
      new DescribeModelPackageCommand({ ModelPackageName: first }),
    );
    const runId = CustomerMetadataProperties?.['run_id'] ?? '';
    const { ExecutionRoleArn, PrimaryContainer } = await sageMaker.send(
      new DescribeModelCommand({ ModelName: runResourceName('local', { pipeline, runId }) }),
    );
    const Key = `${pipeline}/runs/by-hand/model/model.tar.gz`;
    await s3.send(new PutObjectCommand({ Bucket: outputs.ArtifactsBucketName, Key, Body: 'no archive at all' }));
    const broken = `${endpointName}-broken`;
    await sageMaker.send(
      new CreateModelCommand({
        ModelName: broken,
        ExecutionRoleArn,
        PrimaryContainer: {
          Image: PrimaryContainer?.Image,
          ModelDataUrl: `s3://${outputs.ArtifactsBucketName}/${Key}`,
        },
      }),
    );
    const ProductionVariants = [
      { VariantName: 'AllTraffic', ModelName: broken, InstanceType: 'ml.m5.large' as const, InitialInstanceCount: 1 },
    ];
    await sageMaker.send(new CreateEndpointConfigCommand({ EndpointConfigName: broken, ProductionVariants }));
    await sageMaker.send(new CreateEndpointCommand({ EndpointName: endpointName, EndpointConfigName: broken }));
    await expect
      .poll(
        async () => (await sageMaker.send(new DescribeEndpointCommand({ EndpointName: endpointName }))).EndpointStatus,
        {
          timeout: 60_000,
        },
      )
      .toBe('Failed');

    expect(await approve(first)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await servingVersion()).toBe(1);
    await clearAway();
    await decide(first, 'Rejected');
  });

  it('stops a deployment while the endpoint is tested, and approves again', async () => {
    let executionArn = '';
    const stop = async () => {
      await sleep(300);
      await project.target.sfn.send(new StopExecutionCommand({ executionArn, cause: 'stopped while it tested' }));
    };
    const stopped = meddling.once('DeployMachineRole', 'StartExecution', stop, { held: 'LoadEndpointTestsRole' });
    executionArn = await startDeployment(first);
    await stopped;
    expect(await watchExecution(project.target.sfn, executionArn, { silent: true })).toMatchObject({
      status: 'ABORTED',
    });

    await decide(first, 'Rejected');
    expect(await approve(first)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await servingVersion()).toBe(1);
    expect(await getState(project.target, pipeline, 'deployment-lock')).toBeUndefined();
  });

  it('approves what serves already, and nothing is changed', async () => {
    const { sageMaker } = project.target;
    const before = await sageMaker.send(new DescribeEndpointCommand({ EndpointName: endpointName }));
    await decide(first, 'Rejected');
    expect(await approve(first)).toMatchObject({ status: 'SUCCEEDED' });
    const after = await sageMaker.send(new DescribeEndpointCommand({ EndpointName: endpointName }));
    expect(after.LastModifiedTime).toEqual(before.LastModifiedTime);
    expect(await getState(project.target, pipeline, 'deployment-lock')).toBeUndefined();
  });

  batchSteps(() => ({ project, meddling, pipeline, folder, slackSays }));

  it('approves an older version whose model was deleted', async () => {
    second = await register(5);
    expect(await approve(second)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await servingVersion()).toBe(2);
    const { sageMaker } = project.target;
    const { CustomerMetadataProperties } = await sageMaker.send(
      new DescribeModelPackageCommand({ ModelPackageName: first }),
    );
    const runId = CustomerMetadataProperties?.['run_id'] ?? '';
    await sageMaker.send(new DeleteModelCommand({ ModelName: runResourceName('local', { pipeline, runId }) }));

    await decide(first, 'Rejected');
    expect(await approve(first)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await servingVersion()).toBe(1);
  });

  it('updates the endpoint past the pipeline, which tests it and names the missing golden file', async () => {
    const { sageMaker, db, outputs } = project.target;
    const s3Uri = `s3://${outputs.ArtifactsBucketName}/${pipeline}/runs/none/golden.json`;
    const item = { pk: endpointName, sk: 'test#gone', id: 'gone', kind: 'golden', s3Uri, tolerance: 0.001 };
    await db.send(new PutCommand({ TableName: outputs.EndpointTestsTableName, Item: item }));
    const { EndpointConfigName } = await sageMaker.send(new DescribeEndpointCommand({ EndpointName: endpointName }));
    const { ProductionVariants } = await sageMaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName }));
    const byHand = `${endpointName}-by-hand`;
    await sageMaker.send(new CreateEndpointConfigCommand({ EndpointConfigName: byHand, ProductionVariants }));

    await sageMaker.send(new UpdateEndpointCommand({ EndpointName: endpointName, EndpointConfigName: byHand }));

    await expect.poll(() => slackSays(endpointName, 'gone', 'does not exist'), { timeout: 60_000 }).toBe(true);
    await db.send(new DeleteCommand({ TableName: outputs.EndpointTestsTableName, Key: { pk: item.pk, sk: item.sk } }));
    expect(await explainEndpoint(project.target, endpointName)).toMatchObject({
      serving: { state: 'by-hand', todo: [expect.stringContaining(`rollback ${pipeline} 1`), expect.any(String)] },
      model: { version: 1, live: true },
      tests: { trigger: 'update', passed: false },
    });

    // EventBridge delivers an event at least once
    const { executionArn = '' } = await project.target.sfn.send(
      new StartExecutionCommand({
        stateMachineArn: outputs.TestEndpointStateMachineArn,
        input: JSON.stringify({ endpointName, trigger: 'update' }),
      }),
    );
    const again = await watchExecution(project.target.sfn, executionArn, { silent: true });
    expect(again).toMatchObject({ status: 'SUCCEEDED', output: { decision: 'skip' } });
    expect(JSON.stringify(again.output)).toContain('was tested already');

    const { decisions: earlier } = await explainEndpoint(project.target, pipeline);
    const back = await requestRollBack(project.target, pipeline, { version: 1, reason: 'by hand', now: true });
    expect((await followRollBack(project.target, pipeline, back, true)).end.served).toBe(true);
    expect(await explainEndpoint(project.target, pipeline)).toMatchObject({
      serving: { state: 'champion', todo: [] },
      decisions: [{ decision: 'rolled-back', now: true, reason: 'by hand' }, ...earlier],
      rollOut: { how: { strategy: 'all-at-once' }, status: 'promoted' },
    });
    await decide(second, 'Rejected');
    expect(await approve(second)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await servingVersion()).toBe(2);
  });

  it('is told every minute how the newest drop compares, and keeps a check that could not be started', async () => {
    const { outputs } = project.target;
    meddling.set(({ role, operation }) =>
      role === 'SchedulerRole' && operation === 'StartExecution'
        ? { kind: 'error', code: 'StateMachineDoesNotExist', status: 400, message: 'gone' }
        : undefined,
    );
    const dead = () =>
      [...readAudit(auditFolder(project.cloud.context.stateDir)).lines()].some(
        ({ role, authorization }) =>
          role === 'SchedulerRole' &&
          authorization.some(({ action, decision }) => action === 'sqs:SendMessage' && decision === 'allow'),
      );
    await expect.poll(dead, { timeout: 90_000, interval: 1000 }).toBe(true);
    meddling.set(undefined);
    await expect
      .poll(
        async () => {
          const { executions = [] } = await project.target.sfn.send(
            new ListExecutionsCommand({
              stateMachineArn: outputs.CheckDriftStateMachineArn,
              statusFilter: 'SUCCEEDED',
            }),
          );
          return executions.length;
        },
        { timeout: 90_000, interval: 1000 },
      )
      .toBeGreaterThan(0);
    expect(await getState(project.target, pipeline, 'drift')).toMatchObject({ rows: expect.any(Number) });
  });

  cleanUpSteps(() => ({ project, pipeline, slackSays }));

  it('waits for a run, and for a deployment, before a pipeline is retired', async () => {
    const { sfn, outputs } = project.target;
    const start = async (machine: string, input: object): Promise<string> => {
      const stateMachineArn = outputs.RetrainStateMachineArn.replace(/retrain$/, machine);
      const { executionArn = '' } = await sfn.send(
        new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
      );
      return executionArn;
    };
    const endOf = (executionArn: string) => watchExecution(sfn, executionArn, { silent: true });
    let retirement = '';
    const retireDuring = (role: string, operation: string) =>
      meddling.once(
        role,
        operation,
        async () => {
          retirement = await start('retire', { pipeline });
        },
        { waitMs: 3000 },
      );

    const duringRun = retireDuring('FitTransformRole', 'PutObject');
    const { ended } = await project.drop(pipeline, await writeBook(91), 'book-91');
    await duringRun;
    expect(ended.status).toBe('SUCCEEDED');
    expect(await endOf(retirement)).toMatchObject({ status: 'SUCCEEDED', output: { decision: 'retired' } });
    expect(await getState(project.target, pipeline, 'champion')).toBeUndefined();

    expect(await endOf(await start('retire', { pipeline, undo: true }))).toMatchObject({
      output: { decision: 'taken-back' },
    });
    const duringDeployment = retireDuring('DeployEndpointRole', 'DescribeEndpoint');
    const requested = await endOf(await start('record-decision', { rollBack: { pipeline } }));
    await duringDeployment;
    const deployment = (requested.output as { executionArn: string }).executionArn;
    expect(await endOf(deployment)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await endOf(retirement)).toMatchObject({ status: 'SUCCEEDED', output: { decision: 'retired' } });
    expect(await getState(project.target, pipeline, 'champion')).toBeUndefined();
  }, 240_000);

  it.each([
    ['looks for endpoints without a pipeline', 'check-service'],
    ['cleans up', 'clean-up'],
  ])('%s by a schedule', async (_, machine) => {
    const { sfn, outputs } = project.target;
    const stateMachineArn = outputs.RetrainStateMachineArn.replace(/retrain$/, machine);
    const scheduled = async (): Promise<number> => {
      const wanted = new ListExecutionsCommand({ stateMachineArn, statusFilter: 'SUCCEEDED' });
      const { executions = [] } = await sfn.send(wanted);
      const inputs = await Promise.all(
        executions.map(({ executionArn }) => sfn.send(new DescribeExecutionCommand({ executionArn }))),
      );
      // a person's clean-up names the pipeline
      return inputs.filter(({ input = '' }) => !input.includes('pipeline')).length;
    };
    await expect.poll(scheduled, { timeout: 90_000, interval: 1000 }).toBeGreaterThan(0);
  });
});
