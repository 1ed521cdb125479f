import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RemovedResource, ServiceFactory, TemplateResource } from '#src/cloud/service';
import type { Cloud } from '#src/host/start';
import { asAdmin, openWorkshop, type Workshop } from '../cloud/small-stack.ts';

let workshop: Workshop;
let cloud: Cloud | undefined;
let applied: TemplateResource[];
let deleted: RemovedResource[];

/** A service that only provides things to a template. */
const things: ServiceFactory = () => ({
  signingNames: ['things'],
  prepare: () => Promise.reject(new Error('things have no API')),
  formatError: () => ({ status: 500 }),
  resources: {
    'Test::Thing': {
      async apply(resource) {
        if (resource.properties['Broken']) throw new Error('this thing is broken');
        applied.push(resource);
        return { ref: `ref-${resource.logicalId}`, attributes: { Arn: `arn:thing:${resource.logicalId}` } };
      },
      async delete(resource) {
        deleted.push(resource);
      },
    },
  },
});
const thing = (Properties: unknown, more: Record<string, unknown> = {}) => ({
  Type: 'Test::Thing',
  Properties,
  ...more,
});

async function start(
  resources: Record<string, unknown>,
  template: Record<string, unknown> = {},
  parameters: Record<string, string> = {},
): Promise<Cloud> {
  await cloud?.close();
  cloud = undefined;
  applied = [];
  deleted = [];
  cloud = await workshop.start(resources, {
    template,
    parameters,
    services: ['iam', 'cloudformation'],
    serviceFactories: { things },
  });
  return cloud;
}

beforeEach(() => {
  workshop = openWorkshop();
});
afterEach(async () => {
  await cloud?.close();
  cloud = undefined;
  workshop.remove();
});

describe('a stack', () => {
  it('is created in order, with parameters, conditions and outputs', async () => {
    const { outputs, resources } = await start(
      {
        Second: thing({ of: { 'Fn::GetAtt': ['First', 'Arn'] }, stage: { Ref: 'Stage' }, no: { Ref: 'AWS::NoValue' } }),
        First: thing({}),
        Left: thing({}, { Condition: 'IsProd' }),
        Waiting: thing({}, { DependsOn: ['Left'] }),
        Watched: { Type: 'AWS::Logs::MetricFilter', Properties: { FilterPattern: 'ERROR' } },
      },
      {
        Parameters: { Stage: { Type: 'String', Default: 'dev', AllowedValues: ['dev', 'prod'] } },
        Conditions: { IsProd: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } },
        Outputs: {
          Where: { Value: { 'Fn::Sub': `at \${Second} of \${AWS::StackName}` } },
          Never: { Condition: 'IsProd', Value: { Ref: 'Left' } },
        },
      },
    );
    expect(applied.map(({ logicalId }) => logicalId)).toEqual(['First', 'Second', 'Waiting']);
    expect(applied[1]?.properties).toEqual({ of: 'arn:thing:First', stage: 'dev' });
    expect(outputs).toEqual({ Where: 'at ref-Second of test-stack' });
    expect(resources['Watched']?.ref).toMatch(/^test-stack-Watched-[A-Z0-9]{12}$/);
  });

  it('accepts parameters within their constraints', async () => {
    const template = {
      Parameters: {
        Stage: { Type: 'String', AllowedValues: ['dev', 'prod'] },
        Size: { Type: 'Number', Default: 3, MinValue: 2 },
      },
    };
    await start({ A: thing({ size: { Ref: 'Size' } }) }, template, { Stage: 'prod', Size: '5' });
    expect(applied[0]?.properties).toEqual({ size: '5' });
    await expect(start({ A: thing({}) }, template, { Stage: 'test' })).rejects.toThrow(
      'Parameter Stage must be one of dev, prod',
    );
    await expect(start({ A: thing({}) }, template)).rejects.toThrow('Parameter Stage has no Default');
    await expect(start({ A: thing({}) }, template, { Stage: 'dev', Size: '1' })).rejects.toThrow(
      'Parameter Size breaks its MinValue 2',
    );
    await expect(start({ A: thing({}) }, template, { Stage: 'dev', Other: 'x' })).rejects.toThrow(
      'The template has no parameter Other',
    );
  });

  it('refuses all unknown types at once, before anything is created', async () => {
    const resources = { A: thing({}), B: { Type: 'AWS::EC2::VPC' }, C: { Type: 'AWS::RDS::DBInstance' } };
    await expect(start(resources)).rejects.toThrow('does not provide AWS::EC2::VPC (B), AWS::RDS::DBInstance (C)');
    expect(applied).toEqual([]);
  });

  it('reports the place in the template of a problem', async () => {
    await expect(start({ A: thing({ deep: [{ 'Fn::GetAtt': ['B', 'Url'] }] }), B: thing({}) })).rejects.toThrow(
      'Resources.A.Properties.deep[0]: B (Test::Thing) has no attribute Url here. It has: Arn.',
    );
    await expect(start({ A: thing({ x: { Ref: 'Nobody' } }) })).rejects.toThrow(
      'Resources.A.Properties.x refers to Nobody, but it is neither a resource nor a parameter',
    );
    await expect(start({ A: thing({ Broken: true }) })).rejects.toThrow(
      'Resources.A (Test::Thing): this thing is broken',
    );
  });

  it('can be started again after a failure', async () => {
    await expect(start({ A: thing({ Broken: true }) })).rejects.toThrow();
    await expect(start({ A: thing({}) })).resolves.toMatchObject({ stackName: 'test-stack' });
  });

  it('removes what left the template, unless it is to be retained', async () => {
    await start({ A: thing({}), B: thing({}, { DeletionPolicy: 'Retain' }), C: thing({}) });
    await start({ A: thing({}) });
    expect(deleted).toEqual([{ logicalId: 'C', type: 'Test::Thing', ref: 'ref-C' }]);
    await start({ A: thing({}) });
    expect(deleted).toEqual([]);
  });

  it('is shown by the API', async () => {
    const running = await start({ A: thing({}) }, { Outputs: { Where: { Value: { Ref: 'A' } } } });
    const client = new CloudFormationClient(asAdmin(running));
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: 'test-stack' }));
    expect(Stacks[0]).toMatchObject({
      StackStatus: 'CREATE_COMPLETE',
      Outputs: [{ OutputKey: 'Where', OutputValue: 'ref-A' }],
    });
    const { StackResources } = await client.send(new DescribeStackResourcesCommand({ StackName: 'test-stack' }));
    expect(StackResources).toMatchObject([
      { LogicalResourceId: 'A', PhysicalResourceId: 'ref-A', ResourceType: 'Test::Thing' },
    ]);
    await expect(client.send(new DescribeStacksCommand({ StackName: 'other' }))).rejects.toThrow(
      'Stack with id other does not exist',
    );
  });
});
