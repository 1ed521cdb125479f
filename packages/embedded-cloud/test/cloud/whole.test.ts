import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ListModelPackageGroupsCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SERVICE_NAMES } from '#src/host/registry';
import type { Cloud } from '#src/host/start';
import { asAdmin, lambdaFunction, openWorkshop, role } from './small-stack.ts';

const workshop = openWorkshop();
let cloud: Cloud;

const arn = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
const definition = {
  QueryLanguage: 'JSONata',
  StartAt: 'Count',
  States: {
    Count: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: { FunctionName: 'count', Payload: { key: '{% $states.input.detail.object.key %}' } },
      Output: { key: '{% $states.input.detail.object.key %}', letters: '{% $states.result.Payload.letters %}' },
      Next: 'Keep',
    },
    Keep: {
      Type: 'Task',
      Resource: 'arn:aws:states:::dynamodb:putItem',
      Arguments: {
        TableName: 'drops',
        Item: { id: { S: '{% $states.input.key %}' }, letters: { N: '{% $string($states.input.letters) %}' } },
      },
      End: true,
    },
  },
};

beforeAll(async () => {
  workshop.pack('count', { 'index.mjs': 'export const handler = async ({ key }) => ({ letters: key.length });' });
  cloud = await workshop.start(
    {
      Drops: {
        Type: 'AWS::S3::Bucket',
        Properties: {
          BucketName: 'drops',
          NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
        },
      },
      DropsPolicy: {
        Type: 'AWS::S3::BucketPolicy',
        Properties: {
          Bucket: { Ref: 'Drops' },
          PolicyDocument: {
            Statement: [
              {
                Sid: 'NoSecrets',
                Effect: 'Deny',
                Principal: '*',
                Action: 's3:PutObject',
                Resource: { 'Fn::Sub': `\${Drops.Arn}/secrets/*` },
              },
            ],
          },
        },
      },
      Table: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          TableName: 'drops',
          BillingMode: 'PAY_PER_REQUEST',
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        },
      },
      FunctionRole: role([]),
      Count: lambdaFunction('count'),
      MachineRole: role(
        [
          { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: arn('Count') },
          { Effect: 'Allow', Action: 'dynamodb:PutItem', Resource: arn('Table') },
        ],
        'states.amazonaws.com',
      ),
      Machine: {
        Type: 'AWS::StepFunctions::StateMachine',
        Properties: {
          StateMachineName: 'keep-drops',
          RoleArn: arn('MachineRole'),
          DefinitionString: JSON.stringify(definition),
        },
      },
      RuleRole: role(
        [{ Effect: 'Allow', Action: 'states:StartExecution', Resource: { Ref: 'Machine' } }],
        'events.amazonaws.com',
      ),
      Rule: {
        Type: 'AWS::Events::Rule',
        Properties: {
          EventPattern: {
            source: ['aws.s3'],
            'detail-type': ['Object Created'],
            detail: { bucket: { name: [{ Ref: 'Drops' }] } },
          },
          Targets: [{ Id: 'machine', Arn: { Ref: 'Machine' }, RoleArn: arn('RuleRole') }],
        },
      },
      Group: { Type: 'AWS::SageMaker::ModelPackageGroup', Properties: { ModelPackageGroupName: 'loans' } },
      Alarm: {
        Type: 'AWS::CloudWatch::Alarm',
        Properties: {
          AlarmName: 'failed-runs',
          Namespace: 'AWS/States',
          MetricName: 'ExecutionsFailed',
          Statistic: 'Sum',
          Period: 300,
          EvaluationPeriods: 1,
          Threshold: 1,
          ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        },
      },
    },
    { services: SERVICE_NAMES },
  );
});
afterAll(async () => {
  await cloud.close();
  workshop.remove();
});

describe('the whole cloud', () => {
  it('carries a drop from the bucket over bus, machine and function into the table', async () => {
    const s3 = new S3Client(asAdmin(cloud));
    await s3.send(new PutObjectCommand({ Bucket: 'drops', Key: 'loans/2026 ü.csv', Body: 'id\n1\n' }));
    const table = new DynamoDBClient(asAdmin(cloud));
    await vi.waitFor(
      async () => {
        const { Item } = await table.send(
          new GetItemCommand({ TableName: 'drops', Key: { id: { S: 'loans/2026 ü.csv' } } }),
        );
        expect(Item).toMatchObject({ letters: { N: '16' } });
      },
      { timeout: 20_000, interval: 100 },
    );
    const machines = new SFNClient(asAdmin(cloud));
    await vi.waitFor(async () => {
      const { executions = [] } = await machines.send(
        new ListExecutionsCommand({ stateMachineArn: cloud.resources['Machine']?.ref }),
      );
      expect(executions.map(({ status }) => status)).toEqual(['SUCCEEDED']);
    }, 10_000);
  });

  it('heeds the bucket’s policy, even from the administrator', async () => {
    const s3 = new S3Client(asAdmin(cloud));
    const put = s3.send(new PutObjectCommand({ Bucket: 'drops', Key: 'secrets/a', Body: 'x' }));
    await expect(put).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('with an explicit deny in a resource-based policy'),
    });
  });

  it('answers for the other services of the template', async () => {
    const { ModelPackageGroupSummaryList } = await new SageMakerClient(asAdmin(cloud)).send(
      new ListModelPackageGroupsCommand({}),
    );
    expect(ModelPackageGroupSummaryList).toMatchObject([{ ModelPackageGroupName: 'loans' }]);
    const { MetricAlarms } = await new CloudWatchClient(asAdmin(cloud)).send(new DescribeAlarmsCommand({}));
    expect(MetricAlarms).toMatchObject([{ AlarmName: 'failed-runs' }]);
  });
});
