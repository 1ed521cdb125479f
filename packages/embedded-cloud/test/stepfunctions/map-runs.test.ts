import { DescribeMapRunCommand, ListExecutionsCommand, ListMapRunsCommand } from '@aws-sdk/client-sfn';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeCloud } from './support/fake-cloud.ts';

let cloud: FakeCloud;
afterEach(() => cloud.close());

const functionArn = 'arn:aws:lambda:eu-central-1:123456789012:function:work';

describe('Distributed Maps', () => {
  const map = (more: object = {}) => ({
    M: {
      Type: 'Map',
      Label: 'Rows',
      MaxConcurrency: 2,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'T',
        States: { T: { Type: 'Task', Resource: functionArn, End: true } },
      },
      End: true,
      ...more,
    },
  });

  it('keep a map run and the executions of its children', async () => {
    cloud = await FakeCloud.start(({ input }) => ({ n: input['Payload'] }));
    const ended = await cloud.run(map(), [1, 2, 3]);
    expect(ended.output).toBe('[{"n":1},{"n":2},{"n":3}]');
    const executionArn = ended.executionArn ?? '';
    const { mapRuns } = await cloud.client.send(new ListMapRunsCommand({ executionArn }));
    const mapRunArn = mapRuns?.[0]?.mapRunArn ?? '';
    expect(mapRunArn).toMatch(/:mapRun:machine-\d+\/Rows:[0-9a-f-]{36}$/);
    expect(await cloud.client.send(new DescribeMapRunCommand({ mapRunArn }))).toMatchObject({
      status: 'SUCCEEDED',
      maxConcurrency: 2,
      itemCounts: { total: 3, succeeded: 3, failed: 0, pending: 0 },
      executionCounts: { total: 3, succeeded: 3 },
    });
    const { executions = [] } = await cloud.client.send(new ListExecutionsCommand({ mapRunArn }));
    expect(executions).toHaveLength(3);
    const child = await cloud.describe(executions[0]?.executionArn ?? '');
    expect(child).toMatchObject({ status: 'SUCCEEDED', mapRunArn });
    expect((await cloud.history(child.executionArn ?? '')).at(-1)?.type).toBe('ExecutionSucceeded');
  });

  it('need states:StartExecution on their own machine', async () => {
    const allow = ({ action }: { action: string }, role: boolean) => !(role && action === 'states:StartExecution');
    cloud = await FakeCloud.start(() => ({}), { allow });
    expect(await cloud.run(map(), [1])).toMatchObject({
      status: 'FAILED',
      error: 'StepFunctions.AWSStepFunctionsException',
    });
  });

  it('read their items as the role of the machine', async () => {
    cloud = await FakeCloud.start(({ service, input }) => (service === 's3' ? [5, 6] : input['Payload']));
    const ItemReader = {
      Resource: 'arn:aws:states:::s3:getObject',
      ReaderConfig: { InputType: 'JSON' },
      Arguments: { Bucket: 'b', Key: 'runs/items.json' },
    };
    expect((await cloud.run(map({ ItemReader }))).output).toBe('[5,6]');
    expect(cloud.foreignCalls[0]).toMatchObject({ operation: 'GET object', input: { path: '/b/runs/items.json' } });
  });
});
