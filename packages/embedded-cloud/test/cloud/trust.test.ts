import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { CreateModelCommand, CreateTrainingJobCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Cloud } from '#src/host/start';
import { asAdmin, lambdaFunction, openWorkshop, role, send, sign } from './small-stack.ts';

const workshop = openWorkshop();
let cloud: Cloud;

const arn = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
const image = '492215442770.dkr.ecr.eu-central-1.amazonaws.com/sagemaker-xgboost:3.0-5';
const starting = [{ Effect: 'Allow', Action: 'states:StartExecution', Resource: { Ref: 'Machine' } }];
const startedBy = (service: string, account: unknown, source?: string) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: service },
          Action: 'sts:AssumeRole',
          Condition: {
            StringEquals: { 'aws:SourceAccount': account },
            ...(source && { ArnLike: { 'aws:SourceArn': source } }),
          },
        },
      ],
    },
    Policies: [{ PolicyName: 'own', PolicyDocument: { Version: '2012-10-17', Statement: starting } }],
  },
});
/** Lets EventBridge send to a queue under a condition. */
const queuePolicy = (queue: string, condition: Record<string, unknown>) => ({
  Type: 'AWS::SQS::QueuePolicy',
  Properties: {
    Queues: [{ Ref: queue }],
    PolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: arn(queue),
          Condition: condition,
        },
      ],
    },
  },
});
/** A rule on events of source `app` whose dead letters go to `dead`. */
const rule = (type: string, target: Record<string, unknown>) => ({
  Type: 'AWS::Events::Rule',
  Properties: {
    Name: type,
    EventPattern: { source: ['app'], 'detail-type': [type] },
    Targets: [{ Id: 'target', DeadLetterConfig: { Arn: arn('Dead') }, ...target }],
  },
});

beforeAll(async () => {
  workshop.pack('worker', { 'index.mjs': 'export const handler = async () => 1;' });
  cloud = await workshop.start(
    {
      Dead: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'dead' } },
      DeadPolicy: queuePolicy('Dead', { ArnLike: { 'aws:SourceArn': 'arn:aws:events:*:*:rule/*' } }),
      Strict: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'strict' } },
      StrictPolicy: queuePolicy('Strict', { ArnEquals: { 'aws:SourceArn': arn('ToStrict') } }),
      ToStrict: rule('to-strict', { Arn: arn('Strict') }),
      ToStrictToo: rule('to-strict-too', { Arn: arn('Strict') }),
      OfOneRule: startedBy('events.amazonaws.com', { Ref: 'AWS::AccountId' }, 'arn:aws:events:*:*:rule/of-one-rule'),
      OneRule: rule('of-one-rule', { Arn: { Ref: 'Machine' }, RoleArn: arn('OfOneRule') }),
      OtherRule: rule('of-other-rule', { Arn: { Ref: 'Machine' }, RoleArn: arn('OfOneRule') }),
      FunctionRole: role([]),
      Worker: lambdaFunction('worker'),
      MachineRole: role([], 'states.amazonaws.com'),
      Machine: {
        Type: 'AWS::StepFunctions::StateMachine',
        Properties: {
          StateMachineName: 'started',
          RoleArn: arn('MachineRole'),
          DefinitionString: JSON.stringify({
            QueryLanguage: 'JSONata',
            StartAt: 'Done',
            States: { Done: { Type: 'Succeed' } },
          }),
        },
      },
      Trusting: startedBy('events.amazonaws.com', { Ref: 'AWS::AccountId' }),
      OfAnother: startedBy('events.amazonaws.com', '999999999999'),
      OfScheduler: startedBy('scheduler.amazonaws.com', { Ref: 'AWS::AccountId' }),
      Trusted: rule('trusted', { Arn: { Ref: 'Machine' }, RoleArn: arn('Trusting') }),
      Foreign: rule('foreign', { Arn: { Ref: 'Machine' }, RoleArn: arn('OfAnother') }),
      Mistaken: rule('mistaken', { Arn: { Ref: 'Machine' }, RoleArn: arn('OfScheduler') }),
      Unpermitted: rule('unpermitted', { Arn: arn('Worker') }),
    },
    { services: ['iam', 'lambda', 'logs', 's3', 'sqs', 'sagemaker', 'states', 'events', 'scheduler'] },
  );
});
afterAll(async () => {
  await cloud.close();
  workshop.remove();
});

const happen = (type: string) =>
  new EventBridgeClient(asAdmin(cloud)).send(
    new PutEventsCommand({ Entries: [{ Source: 'app', DetailType: type, Detail: '{}' }] }),
  );
type Attributes = Record<string, { readonly StringValue: string }>;
/** The next dead letter whose rule or schedule ends in `origin`. */
const deadLetter = (origin: string): Promise<{ code: string; message: string }> =>
  vi.waitFor(async () => {
    const answer = await send(
      await sign(cloud, {
        service: 'sqs',
        target: 'AmazonSQS.ReceiveMessage',
        body: JSON.stringify({
          QueueUrl: cloud.resources['Dead']?.ref,
          MessageAttributeNames: ['All'],
          MaxNumberOfMessages: 10,
          VisibilityTimeout: 0,
        }),
      }),
    );
    const { Messages = [] } = (await answer.json()) as { Messages?: { MessageAttributes: Attributes }[] };
    const found = Messages.map(({ MessageAttributes }) => MessageAttributes).find((attributes) =>
      (attributes['RULE_ARN'] ?? attributes['SCHEDULE_ARN'])?.StringValue.endsWith(`/${origin}`),
    );
    if (!found) throw new Error(`no dead letter of ${origin} yet`);
    return { code: found['ERROR_CODE']?.StringValue ?? '', message: found['ERROR_MESSAGE']?.StringValue ?? '' };
  }, 10_000);

/** How many messages wait in a queue. */
const depth = async (queue: string): Promise<string | undefined> => {
  const answer = await send(
    await sign(cloud, {
      service: 'sqs',
      target: 'AmazonSQS.GetQueueAttributes',
      body: JSON.stringify({ QueueUrl: cloud.resources[queue]?.ref, AttributeNames: ['All'] }),
    }),
  );
  return ((await answer.json()) as { Attributes: Record<string, string> }).Attributes['ApproximateNumberOfMessages'];
};

describe('a rule', () => {
  it('starts a state machine as a role that trusts EventBridge for this account', async () => {
    await happen('trusted');
    const machines = new SFNClient(asAdmin(cloud));
    await vi.waitFor(async () => {
      const { executions = [] } = await machines.send(
        new ListExecutionsCommand({ stateMachineArn: cloud.resources['Machine']?.ref }),
      );
      expect(executions.map(({ status }) => status)).toEqual(['SUCCEEDED']);
    }, 10_000);
  });

  it.each([
    ['foreign', 'OfAnother'],
    ['mistaken', 'OfScheduler'],
    ['of-other-rule', 'OfOneRule'],
  ])('gives up where the role trusts somebody else (%s)', async (type, roleId) => {
    await happen(type);
    expect(await deadLetter(type)).toEqual({
      code: 'NO_PERMISSIONS',
      message: expect.stringMatching(
        new RegExp(
          `^events\\.amazonaws\\.com is not authorized to perform: sts:AssumeRole .*trust policy of role ${roleId} needs`,
        ),
      ),
    });
  });

  it('starts a state machine as a role that trusts this rule alone', async () => {
    await happen('of-one-rule');
    const machines = new SFNClient(asAdmin(cloud));
    await vi.waitFor(async () => {
      const { executions = [] } = await machines.send(
        new ListExecutionsCommand({ stateMachineArn: cloud.resources['Machine']?.ref }),
      );
      expect(executions).toHaveLength(2);
    }, 10_000);
  });

  it('sends to a queue whose policy names it, and to no other', async () => {
    await happen('to-strict');
    await happen('to-strict-too');
    expect(await deadLetter('to-strict-too')).toEqual({
      code: 'NO_PERMISSIONS',
      message: expect.stringMatching(
        /^events\.amazonaws\.com is not authorized to perform: sqs:SendMessage on resource: \S+:strict for \S+rule\/to-strict-too because .*The policy of \S+:strict needs/,
      ),
    });
    await expect.poll(() => depth('Strict')).toBe('1');
  });

  it('needs a permission of the function it calls without a role', async () => {
    await happen('unpermitted');
    expect(await deadLetter('unpermitted')).toEqual({
      code: 'NO_PERMISSIONS',
      message: expect.stringContaining('add an AWS::Lambda::Permission with Principal events.amazonaws.com'),
    });
  });
});

describe('a schedule', () => {
  it('is refused with a role that trusts EventBridge instead of Scheduler', async () => {
    const target = {
      Arn: cloud.resources['Machine']?.ref,
      RoleArn: cloud.resources['Trusting']?.attributes['Arn'],
    };
    const refused = await send(
      await sign(cloud, {
        service: 'scheduler',
        path: '/schedules/due',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          ScheduleExpression: 'rate(1 day)',
          FlexibleTimeWindow: { Mode: 'OFF' },
          Target: target,
        }),
      }),
    );
    expect(refused.status).toBe(400);
    expect(await refused.text()).toMatch(
      /must allow AWS EventBridge Scheduler to assume the role\. scheduler\.amazonaws\.com is not authorized to perform: sts:AssumeRole/,
    );
  });
});

describe('SageMaker', () => {
  it('refuses a job whose role it may not assume', async () => {
    const creation = new SageMakerClient(asAdmin(cloud)).send(
      new CreateTrainingJobCommand({
        TrainingJobName: 'mistaken',
        AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: 'File' },
        RoleArn: cloud.resources['FunctionRole']?.attributes['Arn'],
        OutputDataConfig: { S3OutputPath: 's3://models/out' },
        ResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 1, VolumeSizeInGB: 10 },
        StoppingCondition: { MaxRuntimeInSeconds: 60 },
      }),
    );
    await expect(creation).rejects.toThrow(
      /Could not assume role .*allows principal 'sagemaker\.amazonaws\.com'.*trust policy of role FunctionRole needs/,
    );
  });

  it('does not read model data as a role that does not trust it', async () => {
    const creation = new SageMakerClient(asAdmin(cloud)).send(
      new CreateModelCommand({
        ModelName: 'mistaken',
        ExecutionRoleArn: cloud.resources['FunctionRole']?.attributes['Arn'],
        PrimaryContainer: { Image: image, ModelDataUrl: 's3://models/model.tar.gz' },
      }),
    );
    await expect(creation).rejects.toThrow(/Could not access model data .*trust relationship policy allows/);
  });
});
