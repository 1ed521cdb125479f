import { join } from 'node:path';
import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RemovedResource, ServiceFactory, TemplateResource } from '#src/cloud/service';
import { writeState } from '#src/cloud/state-file';
import type { Cloud } from '#src/host/start';
import { asAdmin, openWorkshop, type Workshop } from '../cloud/small-stack.ts';

let workshop: Workshop;
let cloud: Cloud | undefined;
let applied: TemplateResource[];
let deleted: RemovedResource[];
/** Logical ids of things that exist outside of the stack. */
let standing: string[];
/** Logical ids of things that cannot be deleted. */
let stuck: string[];

/** A service that only provides things to a template. */
const things: ServiceFactory = () => ({
  signingNames: ['things'],
  prepare: () => Promise.reject(new Error('things have no API')),
  formatError: () => ({ status: 500 }),
  resources: {
    'Test::Thing': {
      async apply(resource) {
        if (resource.properties['Half']) standing.push(resource.logicalId);
        if (resource.properties['Broken'] || resource.properties['Half']) throw new Error('this thing is broken');
        applied.push(resource);
        return { ref: `ref-${resource.logicalId}`, attributes: { Arn: `arn:thing:${resource.logicalId}` } };
      },
      async existing({ logicalId }) {
        return standing.includes(logicalId) ? `ref-${logicalId}` : undefined;
      },
      async delete(resource) {
        if (stuck.includes(resource.logicalId)) throw new Error('it is protected');
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
  standing = [];
  stuck = [];
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

  it('is not created over a resource that exists, as its name is taken', async () => {
    standing = ['Taken'];
    await expect(start({ A: thing({}), Taken: thing({}) })).rejects.toThrow(
      "Resources.Taken (Test::Thing): Resource of type 'Test::Thing' with identifier 'ref-Taken' already exists. The stack was rolled back (ROLLBACK_COMPLETE): resources deleted: 1.",
    );
    expect(deleted.map(({ logicalId }) => logicalId)).toEqual(['A']);
  });

  it('refuses a deletion policy that CloudFormation does not know', async () => {
    await expect(start({ A: thing({}, { DeletionPolicy: 'Keep' }) })).rejects.toThrow(
      'Resources.A.DeletionPolicy is "Keep"; it must be one of Delete, Retain, RetainExceptOnCreate, Snapshot.',
    );
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

describe('the creation of a stack that fails', () => {
  const resources = {
    First: thing({}),
    Kept: thing({}, { DeletionPolicy: 'Retain' }),
    Data: thing({}, { DeletionPolicy: 'RetainExceptOnCreate' }),
    Last: thing({ needs: [{ Ref: 'First' }, { Ref: 'Kept' }, { Ref: 'Data' }], Broken: true }),
  };

  it('is rolled back in reverse order, by the deletion policies', async () => {
    await expect(start(resources)).rejects.toThrow(
      'Resources.Last (Test::Thing): this thing is broken. The stack was rolled back (ROLLBACK_COMPLETE): resources deleted: 2; kept by their deletion policy: Kept.',
    );
    expect(deleted.map(({ logicalId }) => logicalId)).toEqual(['Data', 'First']);
  });

  it('deletes the resource that failed halfway, first', async () => {
    await expect(start({ First: thing({}), Last: thing({ needs: { Ref: 'First' }, Half: true }) })).rejects.toThrow(
      'resources deleted: 2',
    );
    expect(deleted.map(({ logicalId }) => logicalId)).toEqual(['Last', 'First']);
  });

  it('says what could not be deleted, and the next start tries again', async () => {
    stuck = ['First'];
    await expect(start(resources)).rejects.toThrow(
      'The stack was rolled back (ROLLBACK_FAILED): resources deleted: 1; kept by their deletion policy: Kept; First could not be deleted: it is protected.',
    );
    await expect(start({ A: thing({}) })).rejects.toThrow('is in DELETE_FAILED state and can not be updated');
    stuck = [];
    await start({ A: thing({}) });
    expect(deleted.map(({ logicalId }) => logicalId)).toEqual(['First']);
  });

  it('is followed by a new creation, not by an update', async () => {
    await expect(start(resources)).rejects.toThrow('ROLLBACK_COMPLETE');
    const running = await start({ A: thing({}) });
    expect(deleted).toEqual([]);
    const { Stacks = [] } = await new CloudFormationClient(asAdmin(running)).send(new DescribeStacksCommand({}));
    expect(Stacks).toMatchObject([{ StackStatus: 'CREATE_COMPLETE' }]);
  });
});

describe('an update that fails', () => {
  it('deletes what it created and nothing else', async () => {
    await start({ A: thing({}), B: thing({}) });
    await expect(
      start({ A: thing({}), C: thing({}), D: thing({ needs: { Ref: 'C' }, Broken: true }) }),
    ).rejects.toThrow('The stack was rolled back (UPDATE_ROLLBACK_COMPLETE): resources deleted: 1.');
    expect(deleted.map(({ logicalId }) => logicalId)).toEqual(['C']);
    await start({ A: thing({}), B: thing({}), C: thing({}) });
    expect(deleted).toEqual([]);
  });
});

describe('a stack whose process ended', () => {
  const stateOf = (status: string, resources: readonly string[]) => {
    const known = resources.map((logicalId) => {
      const attributes = {};
      return [
        logicalId,
        { logicalId, type: 'Test::Thing', ref: `ref-${logicalId}`, attributes, deletionPolicy: 'RetainExceptOnCreate' },
      ];
    });
    writeState(join(workshop.stateDir, 'cloudformation', 'test-stack.json'), {
      status,
      resources: Object.fromEntries(known),
    });
  };

  it('during its creation takes up what it had made', async () => {
    stateOf('CREATE_IN_PROGRESS', []);
    standing = ['A'];
    await start({ A: thing({}), B: thing({}) });
    expect(applied.map(({ logicalId }) => logicalId)).toEqual(['A', 'B']);
  });

  it('during its rollback finishes that first', async () => {
    stateOf('ROLLBACK_IN_PROGRESS', ['A', 'B']);
    await start({ C: thing({}) });
    expect(deleted.map(({ logicalId }) => logicalId)).toEqual(['B', 'A']);
  });

  it('during its deletion finishes that first, and keeps what is to be kept', async () => {
    stateOf('DELETE_IN_PROGRESS', ['A']);
    await start({ C: thing({}) });
    expect(deleted).toEqual([]);
  });
});
