import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeStateMachineCommand,
  ListStateMachinesCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateStateMachineCommand,
  ValidateStateMachineDefinitionCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeCloud } from './support/fake-cloud.ts';

const pass = { Type: 'Pass', End: true };
let cloud: FakeCloud;
beforeEach(async () => {
  cloud = await FakeCloud.start();
});
afterEach(() => cloud.close());

describe('state machines', () => {
  it('are created, described, listed, changed, tagged and deleted', async () => {
    const { client } = cloud;
    const stateMachineArn = await cloud.machine('first', { A: pass });
    expect(stateMachineArn).toBe('arn:aws:states:eu-central-1:123456789012:stateMachine:first');
    expect(await cloud.machine('first', { A: pass })).toBe(stateMachineArn);
    await expect(cloud.machine('first', { B: pass })).rejects.toMatchObject({ name: 'StateMachineAlreadyExists' });

    const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'B', States: { B: pass } });
    const { updateDate } = await client.send(new UpdateStateMachineCommand({ stateMachineArn, definition }));
    expect(updateDate).toBeInstanceOf(Date);
    const described = await client.send(new DescribeStateMachineCommand({ stateMachineArn }));
    expect(described).toMatchObject({ name: 'first', definition, status: 'ACTIVE', type: 'STANDARD' });

    const tags = [
      { key: 'team', value: 'ml' },
      { key: 'old', value: '1' },
    ];
    await client.send(new TagResourceCommand({ resourceArn: stateMachineArn, tags }));
    await client.send(new UntagResourceCommand({ resourceArn: stateMachineArn, tagKeys: ['old'] }));
    const listed = await client.send(new ListTagsForResourceCommand({ resourceArn: stateMachineArn }));
    expect(listed.tags).toEqual([{ key: 'team', value: 'ml' }]);

    const machines = await client.send(new ListStateMachinesCommand({}));
    expect(machines.stateMachines?.map(({ name }) => name)).toEqual(['first']);
    await client.send(new DeleteStateMachineCommand({ stateMachineArn }));
    await expect(client.send(new DescribeStateMachineCommand({ stateMachineArn }))).rejects.toMatchObject({
      name: 'StateMachineDoesNotExist',
    });
  });

  it('need iam:PassRole on their role for Step Functions', async () => {
    await cloud.machine('first', { A: pass });
    expect(cloud.served.calls.at(-1)?.authorize).toEqual([
      { action: 'states:CreateStateMachine', resource: 'arn:aws:states:eu-central-1:123456789012:stateMachine:first' },
      {
        action: 'iam:PassRole',
        resource: 'arn:aws:iam::123456789012:role/machine',
        context: { 'iam:PassedToService': 'states.amazonaws.com' },
      },
    ]);
  });

  it('are refused when their definition is in JSONPath', async () => {
    const command = new CreateStateMachineCommand({
      name: 'x',
      roleArn: 'arn:aws:iam::123456789012:role/machine',
      definition: JSON.stringify({ StartAt: 'A', States: { A: pass } }),
    });
    await expect(cloud.client.send(command)).rejects.toMatchObject({
      name: 'InvalidDefinition',
      message: expect.stringContaining('JSONata only'),
    });
  });

  it('are checked without being created', async () => {
    const validate = (definition: string) =>
      cloud.client.send(new ValidateStateMachineDefinitionCommand({ definition }));
    expect(await validate('{}')).toMatchObject({ result: 'FAIL' });
    const good = { QueryLanguage: 'JSONata', StartAt: 'A', States: { A: pass } };
    expect(await validate(JSON.stringify(good))).toMatchObject({ result: 'OK', diagnostics: [] });
  });

  it('come from a template, and a changed template changes them', async () => {
    const provider = cloud.states.resources?.['AWS::StepFunctions::StateMachine'];
    const apply = (state: string) =>
      provider?.apply({
        logicalId: 'Machine',
        type: 'AWS::StepFunctions::StateMachine',
        stackName: 'shop',
        properties: {
          StateMachineName: 'from-template',
          RoleArn: 'arn:aws:iam::123456789012:role/machine',
          DefinitionString: `{"QueryLanguage":"JSONata","StartAt":"\${start}","States":{"${state}":{"Type":"Pass","End":true}}}`,
          DefinitionSubstitutions: { start: state },
          LoggingConfiguration: {
            Level: 'ALL',
            IncludeExecutionData: true,
            Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: 'arn:logs' } }],
          },
          Tags: [{ Key: 'k', Value: 'v' }],
        },
      });
    const applied = await apply('A');
    expect(applied?.ref).toBe('arn:aws:states:eu-central-1:123456789012:stateMachine:from-template');
    expect(applied?.attributes).toMatchObject({ Arn: applied?.ref, Name: 'from-template' });
    await apply('B');
    const described = await cloud.client.send(new DescribeStateMachineCommand({ stateMachineArn: applied?.ref }));
    expect(described.definition).toContain('"StartAt":"B"');
    expect(described.loggingConfiguration).toEqual({
      level: 'ALL',
      includeExecutionData: true,
      destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: 'arn:logs' } }],
    });
    await provider?.delete?.({
      logicalId: 'Machine',
      type: 'AWS::StepFunctions::StateMachine',
      ref: applied?.ref ?? '',
    });
    expect((await cloud.client.send(new ListStateMachinesCommand({}))).stateMachines).toEqual([]);
  });
});
