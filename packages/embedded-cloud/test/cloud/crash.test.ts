import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  DescribeEndpointCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, describe, expect, it } from 'vitest';
import { ROW } from '../sagemaker/hosting.ts';
import { BUCKET, createTrainedModel, eventually, ROLE } from '../sagemaker/support.ts';
import { type KillableCloud, startKillable } from './killable-cloud.ts';
import { lambdaFunction, openWorkshop, role, trusts } from './small-stack.ts';

const workshop = openWorkshop();
const started: KillableCloud[] = [];
afterAll(async () => {
  for (const cloud of started) await cloud.kill();
  workshop.remove();
});

const definition = {
  QueryLanguage: 'JSONata',
  StartAt: 'Before',
  States: {
    Before: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: { FunctionName: 'tell' },
      Assign: { first: '{% $states.result.Payload %}' },
      Next: 'Pause',
    },
    Pause: { Type: 'Wait', Seconds: 2, Next: 'After' },
    After: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: { FunctionName: 'tell' },
      Output: { first: '{% $first %}', second: '{% $states.result.Payload %}' },
      End: true,
    },
  },
};
const resources = {
  Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: BUCKET } },
  ModelRole: {
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: ROLE.split('/').at(-1),
      AssumeRolePolicyDocument: trusts('sagemaker.amazonaws.com'),
      Policies: [
        {
          PolicyName: 'own',
          PolicyDocument: { Statement: [{ Effect: 'Allow', Action: ['s3:*', 'ecr:*'], Resource: '*' }] },
        },
      ],
    },
  },
  FunctionRole: role([]),
  Tell: lambdaFunction('tell'),
  MachineRole: role(
    [{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: { 'Fn::GetAtt': ['Tell', 'Arn'] } }],
    'states.amazonaws.com',
  ),
  Machine: {
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: {
      StateMachineName: 'long',
      RoleArn: { 'Fn::GetAtt': ['MachineRole', 'Arn'] },
      DefinitionString: JSON.stringify(definition),
    },
  },
};

const start = async () => {
  const templatePath = join(workshop.dir, 'template.json');
  writeFileSync(templatePath, JSON.stringify({ Resources: resources }));
  const packageDir = join(workshop.dir, 'package');
  const cloud = await startKillable({ templatePath, packageDir, stateDir: workshop.stateDir, stackName: 'test' });
  started.push(cloud);
  return {
    cloud,
    machineArn: cloud.resources['Machine']?.ref,
    s3: new S3Client({ ...cloud.config, forcePathStyle: true }),
    sagemaker: new SageMakerClient(cloud.config),
    runtime: new SageMakerRuntimeClient(cloud.config),
    machines: new SFNClient(cloud.config),
  };
};
type Running = Awaited<ReturnType<typeof start>>;

const serve = async ({ sagemaker }: Running): Promise<void> => {
  await sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: 'serving',
      ProductionVariants: [
        {
          VariantName: 'AllTraffic',
          ModelName: 'loans',
          InstanceType: 'ml.m5.large',
          InitialInstanceCount: 1,
          InitialVariantWeight: 1,
        },
      ],
    }),
  );
  await sagemaker.send(new CreateEndpointCommand({ EndpointName: 'serving', EndpointConfigName: 'serving' }));
  await eventually(async () => {
    const { EndpointStatus } = await sagemaker.send(new DescribeEndpointCommand({ EndpointName: 'serving' }));
    return EndpointStatus === 'InService' ? true : undefined;
  });
};

const score = async ({ runtime }: Running): Promise<string> => {
  const { Body } = await runtime.send(
    new InvokeEndpointCommand({ EndpointName: 'serving', ContentType: 'text/csv', Body: ROW }),
  );
  return Buffer.from(Body).toString();
};

/** Writes object after object until the cloud has died; returns the keys whose writing was confirmed. */
const writeUntilKilled = async ({ s3 }: Running, confirmed: string[]): Promise<void> => {
  for (let n = 0; ; n += 1) {
    try {
      await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: `kept/${n}`, Body: `object ${n} `.repeat(1000) }));
    } catch {
      return;
    }
    confirmed.push(`kept/${n}`);
  }
};

describe('a cloud killed in the middle of its work', () => {
  it('serves again, resumes and has lost nothing confirmed after a restart', async () => {
    workshop.pack('tell', { 'index.mjs': 'export const handler = async () => process.pid;' });
    const first = await start();
    await createTrainedModel(first, 'loans');
    await serve(first);
    const before = await score(first);
    const { executionArn } = await first.machines.send(
      new StartExecutionCommand({ stateMachineArn: first.machineArn }),
    );
    const history = async ({ machines }: Running) =>
      ((await machines.send(new GetExecutionHistoryCommand({ executionArn }))).events ?? []).map(({ type }) => type);
    await eventually(async () => ((await history(first)).includes('WaitStateEntered') ? true : undefined));
    const confirmed: string[] = [];
    const writing = writeUntilKilled(first, confirmed);
    await eventually(() => (confirmed.length >= 10 ? true : undefined));
    const { status } = await first.machines.send(new DescribeExecutionCommand({ executionArn }));
    await first.cloud.kill();
    await writing;
    expect(status).toBe('RUNNING');

    const second = await start();
    for (const key of confirmed) {
      const { Body } = await second.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
      expect(await Body?.transformToString()).toBe(`object ${key.slice('kept/'.length)} `.repeat(1000));
    }
    expect(await score(second)).toBe(before);
    const ended = await eventually(async () => {
      const described = await second.machines.send(new DescribeExecutionCommand({ executionArn }));
      return described.status === 'RUNNING' ? undefined : described;
    });
    expect(ended.status).toBe('SUCCEEDED');
    // Each function call ran in the cloud of its time: what came before the kill was not done again.
    const output = JSON.parse(ended.output ?? '') as { first: number; second: number };
    expect(output.first).not.toBe(output.second);
    const types = await history(second);
    expect(types.filter((type) => type === 'TaskSucceeded')).toHaveLength(2);
    expect(types.filter((type) => type === 'WaitStateExited')).toHaveLength(1);
    const { executions } = await second.machines.send(
      new ListExecutionsCommand({ stateMachineArn: second.machineArn }),
    );
    expect(executions).toHaveLength(1);
  }, 120_000);
});
