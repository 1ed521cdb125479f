import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import {
  DescribeEndpointCommand,
  ListModelPackagesCommand,
  UpdateEndpointWeightsAndCapacitiesCommand,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointAsyncCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { expect } from 'vitest';
import { scalableTarget, wakeAlarmName } from '#domain/deployment/scaling';
import { deploymentKeys } from '#domain/deployment/target';
import { endpointName, modelPackageGroupName } from '#domain/naming';
import { asynchronousPrefix, asynchronousPrefixes } from '#domain/runs/layout';
import { objectStore } from '#functions/aws/object-store';
import { stateStore } from '#functions/aws/state-store';
import { deleteTest, putTest } from '#functions/use-cases/test-versions';
import { predictRows } from '../../cli/commands/predict.ts';
import { testRuns } from '../../cli/endpoint-tests/history.ts';
import { getState, watchDeployment } from '../../cli/runs.ts';
import { watchExecution } from '../../cli/watch.ts';
import type { UpProject } from './project.ts';

const failing = 'never-so';
const patience = { timeout: 120_000, interval: 250 };

/** What the tests do with a pipeline's asynchronous endpoint. */
export function queueOf({ target, cloud }: UpProject, pipeline: string) {
  const { stage, sageMaker, sfn, lambda, s3, outputs } = target;
  const config = { endpoint: cloud.endpoint, region: cloud.region, credentials: cloud.admin };
  const name = endpointName(stage, pipeline);
  const clean = objectStore(s3, outputs.CleanBucketName);
  const change = { at: new Date().toISOString() };
  const tests = { endpoint: name, pipeline, tests: stateStore(target.db, outputs.EndpointTestsTableName) };
  const claim = (version: number) => getState(target, pipeline, deploymentKeys.claim(version));
  const becomes = (version: number, status: string) =>
    expect.poll(async () => (await claim(version))?.['status'], patience).toBe(status);
  const end = async (machine: string, input: object) => {
    const stateMachineArn = outputs.RetrainStateMachineArn.replace(/retrain$/, machine);
    const { executionArn = '' } = await sfn.send(
      new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
    );
    const ended = await watchExecution(sfn, executionArn, { silent: true });
    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
    return ended;
  };
  const setStatus = (ModelPackageArn: string, ModelApprovalStatus: 'Approved' | 'Rejected') =>
    sageMaker.send(new UpdateModelPackageCommand({ ModelPackageArn, ModelApprovalStatus }));

  return {
    deployed: (version: number) => becomes(version, 'promoted'),
    notDeployed: (version: number) => becomes(version, 'failed'),
    described: () => sageMaker.send(new DescribeEndpointCommand({ EndpointName: name })),
    /** The results of the last run. */
    async tests() {
      const [last] = await testRuns(tests, 1);
      return last?.results.map(({ id, passed }) => [id, passed]).toSorted();
    },
    predict: () => predictRows(target, pipeline, [{ income: 30_000 }]),
    /** As API Gateway calls the function. */
    async predictByApi() {
      const event = {
        pathParameters: { name: pipeline },
        headers: { 'content-type': 'application/json' },
        requestContext: { requestId: 'r' },
        body: JSON.stringify({ rows: [{ income: 30_000 }] }),
      };
      const { Payload } = await lambda.send(
        new InvokeCommand({
          FunctionName: outputs.PredictFunctionName.replace(/predict$/, 'servePredictions'),
          Payload: JSON.stringify(event),
        }),
      );
      return JSON.parse(new TextDecoder().decode(Payload)) as unknown;
    },
    /** Sends what no model can read. @returns the text of the failure */
    async fail() {
      const Key = `${asynchronousPrefixes(pipeline).requests}unreadable`;
      await s3.send(new PutObjectCommand({ Bucket: clean.bucket, Key, Body: 'no,number' }));
      const runtime = new SageMakerRuntimeClient(config);
      const { FailureLocation = '' } = await runtime.send(
        new InvokeEndpointAsyncCommand({
          EndpointName: name,
          InputLocation: clean.uri(Key),
          ContentType: 'text/csv',
        }),
      );
      runtime.destroy();
      const failure = FailureLocation.slice(clean.uri('').length);
      let text = '';
      await expect
        .poll(async () => {
          text = await clean.readText(failure).catch(() => '');
          return text;
        }, patience)
        .not.toBe('');
      return text;
    },
    /** Takes away all instances, as Application Auto Scaling does when nothing waits. */
    sleep: () =>
      sageMaker.send(
        new UpdateEndpointWeightsAndCapacitiesCommand({
          EndpointName: name,
          DesiredWeightsAndCapacities: [{ VariantName: 'AllTraffic', DesiredInstanceCount: 0 }],
        }),
      ),
    async scaling() {
      const scaling = new ApplicationAutoScalingClient(config);
      const alarms = new CloudWatchClient(config);
      const { ResourceId, ServiceNamespace } = scalableTarget(name);
      const targets = await scaling.send(
        new DescribeScalableTargetsCommand({ ServiceNamespace, ResourceIds: [ResourceId] }),
      );
      const policies = await scaling.send(new DescribeScalingPoliciesCommand({ ServiceNamespace, ResourceId }));
      const { MetricAlarms = [] } = await alarms.send(new DescribeAlarmsCommand({ AlarmNames: [wakeAlarmName(name)] }));
      for (const client of [scaling, alarms]) client.destroy();
      const [found] = targets.ScalableTargets ?? [];
      return {
        bounds: found && [found.MinCapacity, found.MaxCapacity],
        policies: (policies.ScalingPolicies ?? []).map(({ PolicyName }) => PolicyName).toSorted(),
        alarms: MetricAlarms.length,
      };
    },
    putFailingTest: () =>
      putTest(
        tests.tests,
        name,
        failing,
        { kind: 'contract', request: { body: 'no,number' }, expect: { status: 200 } },
        change,
      ),
    removeFailingTest: () => deleteTest(tests.tests, name, failing, change),
    async approveAgain(version: number) {
      const { ModelPackageSummaryList = [] } = await sageMaker.send(
        new ListModelPackagesCommand({ ModelPackageGroupName: modelPackageGroupName(stage, pipeline) }),
      );
      const arn = ModelPackageSummaryList.find((one) => one.ModelPackageVersion === version)?.ModelPackageArn ?? '';
      await setStatus(arn, 'Rejected');
      const since = Date.now();
      await setStatus(arn, 'Approved');
      expect(await watchDeployment(target, arn, since, { otherwise: 'none started', silent: true })).toMatchObject({
        status: 'SUCCEEDED',
      });
    },
    async rollBack() {
      const { output } = await end('record-decision', { rollBack: { pipeline } });
      const { executionArn } = output as { executionArn: string };
      expect(await watchExecution(sfn, executionArn, { silent: true })).toMatchObject({ status: 'SUCCEEDED' });
    },
    retire: () => end('retire', { pipeline }),
    /** Requests and what came of them. */
    objects: async () => (await clean.list(asynchronousPrefix(pipeline))).map(({ key }) => key),
  };
}
