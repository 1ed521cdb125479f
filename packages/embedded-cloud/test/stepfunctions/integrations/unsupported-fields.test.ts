import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateTrainingJobCommand } from '@aws-sdk/client-sagemaker';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, describe, expect, it } from 'vitest';
import { sdkServices } from '#src/stepfunctions/integrations/sdk-services';
import { inputSchema, unsupportedFields } from '#src/stepfunctions/integrations/unsupported-fields';
import { FakeCloud } from '../support/fake-cloud.ts';

const unsupported = (Command: new (input: never) => object, input: object): string[] =>
  unsupportedFields(inputSchema(new Command(input as never)), input);

describe('the fields of a request', () => {
  it('are those that the service has, at any depth', () => {
    const input = {
      TrainingJobName: 'job',
      HyperParameters: { anything: '1' },
      InputDataConfig: [{ ChannelName: 'train', DataSource: { S3DataSource: { S3Uri: 's3://b/k', S3Datatype: 'x' } } }],
      ResourceConfig: { InstanceCounts: 1 },
      Region: 'eu-central-1',
    };
    expect(unsupported(CreateTrainingJobCommand, input)).toEqual([
      'InputDataConfig[0].DataSource.S3DataSource.S3Datatype',
      'ResourceConfig.InstanceCounts',
      'Region',
    ]);
    expect(unsupported(StartExecutionCommand, { stateMachineArn: 'arn', input: '{}' })).toEqual([]);
  });

  it('may nest without end', () => {
    const item = (value: object) => ({ TableName: 't', Item: { a: { M: { b: { L: [value] } } } } });
    expect(unsupported(PutItemCommand, item({ S: 'x' }))).toEqual([]);
    expect(unsupported(PutItemCommand, item({ X: 'x' }))).toEqual(['Item.a.M.b.L[0].X']);
  });

  it('are known of every service that machines can call', async () => {
    for (const { load } of Object.values(sdkServices)) {
      const module = (await load()) as Readonly<Record<string, unknown>>;
      const commands = Object.entries(module).filter(([name]) => name.endsWith('Command') && name !== '$Command');
      expect(commands.length).toBeGreaterThan(0);
      for (const [name, Command] of commands) {
        const schema = inputSchema(new (Command as new (input: object) => object)({}));
        expect(schema, name).toBeDefined();
      }
    }
  });
});

describe('a task', () => {
  let cloud: FakeCloud | undefined;
  afterEach(() => cloud?.close());

  it('fails when its Arguments name a field that the service does not have, before anything is sent', async () => {
    cloud = await FakeCloud.start(() => ({}));
    const Arguments = { ModelName: 'm', ExecutionRole: 'arn:aws:iam::123456789012:role/r' };
    const ended = await cloud.run({
      T: { Type: 'Task', Resource: 'arn:aws:states:::aws-sdk:sagemaker:createModel', Arguments, End: true },
    });
    expect(ended).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: expect.stringContaining('[The field "ExecutionRole" is not supported by Step Functions]'),
    });
    expect(cloud.foreignCalls).toEqual([]);
  });
});
