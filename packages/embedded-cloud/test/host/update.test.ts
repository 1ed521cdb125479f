import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RemovedResource, ServiceFactory, TemplateResource } from '#src/cloud/service';
import type { Cloud } from '#src/host/start';
import { UPDATE_PREFIX, updateAuthorization } from '#src/host/update-page';
import { asAdmin, lambdaFunction, openWorkshop, role, type Workshop } from '../cloud/small-stack.ts';

let workshop: Workshop;
let cloud: Cloud;
beforeEach(() => {
  workshop = openWorkshop();
});
afterEach(async () => {
  await cloud.close();
  workshop.remove();
});

const retemplate = (resources: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  writeFileSync(join(workshop.dir, 'template.json'), JSON.stringify({ Resources: resources, ...more }));

describe('an update of a stack', () => {
  let applied: TemplateResource[];
  let deleted: RemovedResource[];
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
  const thing = (Properties: unknown, more = {}) => ({ Type: 'Test::Thing', Properties, ...more });
  const names = () => applied.map(({ logicalId }) => logicalId);

  beforeEach(async () => {
    applied = [];
    deleted = [];
    cloud = await workshop.start(
      { First: thing({ size: 1 }), Second: thing({ of: { Ref: 'First' } }), Old: thing({}) },
      {
        services: ['iam', 'cloudformation'],
        serviceFactories: { things },
        template: { Outputs: { Of: { Value: { Ref: 'First' } } } },
      },
    );
    applied = [];
  });

  it('applies what differs, makes what is new and removes what is gone', async () => {
    retemplate({
      New: thing({ of: { Ref: 'First' } }),
      First: thing({ size: 2 }),
      Second: thing({ of: { Ref: 'First' } }),
    });
    expect(await cloud.update()).toEqual({ created: ['New'], changed: ['First'], removed: ['Old'] });
    expect(names()).toEqual(['First', 'New']);
    expect(deleted).toMatchObject([{ logicalId: 'Old', ref: 'ref-Old' }]);
    expect(Object.keys(cloud.resources)).toEqual(['First', 'New', 'Second']);
    expect(cloud.outputs).toEqual({});
    const { Stacks } = await new CloudFormationClient(asAdmin(cloud)).send(new DescribeStacksCommand({}));
    expect(Stacks).toMatchObject([{ StackStatus: 'UPDATE_COMPLETE', LastUpdatedTime: expect.any(Date) }]);
    applied = [];
    expect(await cloud.update()).toEqual({ created: [], changed: [], removed: [] });
    expect(names()).toEqual([]);
  });

  it('puts everything back when a resource fails', async () => {
    retemplate({ First: thing({ size: 2 }), New: thing({}), Second: thing({ Broken: true, of: { Ref: 'First' } }) });
    await expect(cloud.update()).rejects.toThrow(/Resources\.Second .*this thing is broken/);
    expect(names()).toEqual(['First', 'New', 'First']);
    expect(applied.at(-1)?.properties).toEqual({ size: 1 });
    expect(deleted).toMatchObject([{ logicalId: 'New' }]);
    expect(Object.keys(cloud.resources)).toEqual(['First', 'Second', 'Old']);
    expect(cloud.outputs).toEqual({ Of: 'ref-First' });
    retemplate({ First: thing({ size: 3 }), Second: thing({ of: { Ref: 'First' } }), Old: thing({}) });
    expect(await cloud.update()).toEqual({ created: [], changed: ['First'], removed: [] });
  });

  it('waits for the update before it', async () => {
    retemplate({ First: thing({ size: 2 }) });
    const both = await Promise.all([cloud.update(), cloud.update()]);
    expect(both.map(({ changed }) => changed)).toEqual([['First'], []]);
  });

  it('is for the one who started the cloud', async () => {
    const page = `${cloud.endpoint}${UPDATE_PREFIX}`;
    const authorization = updateAuthorization(cloud.admin.secretAccessKey);
    expect((await fetch(page, { headers: { authorization } })).status).toBe(405);
    expect((await fetch(page, { method: 'POST' })).status).toBe(403);
    const post = () => fetch(page, { method: 'POST', headers: { authorization } });
    retemplate({ First: thing({ size: 2 }) }, { Outputs: { Size: { Value: 'two' } } });
    expect(await (await post()).json()).toMatchObject({ changed: ['First'], outputs: { Size: 'two' } });
    retemplate({ First: thing({ Broken: true }) });
    const refused = await post();
    expect(refused.status).toBe(400);
    expect(await refused.json()).toEqual({ error: expect.stringContaining('this thing is broken') });
    writeFileSync(join(workshop.dir, 'template.json'), '{');
    expect((await post()).status).toBe(500);
  });
});

describe('an update of functions', () => {
  const invoke = async (name: string, event: unknown = {}): Promise<unknown> => {
    const { Payload } = await new LambdaClient(asAdmin(cloud)).send(
      new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event) }),
    );
    return JSON.parse(Payload?.transformToString() ?? 'null');
  };
  /** A packager replaces the files of the package, as `serverless package` does. */
  const repack = (name: string, files: Record<string, string>) => {
    rmSync(join(workshop.dir, 'package', `${name}.zip`), { force: true });
    workshop.pack(name, files);
  };
  const answering = (text: string) => ({
    'index.mjs': `export const handler = async ({ ms = 0 }) => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      return { text: '${text}', size: process.env.SIZE, pid: process.pid };
    };`,
  });
  const resources = (size: string) => ({
    FunctionRole: role([]),
    Changed: lambdaFunction('changed', { Timeout: 20, Environment: { Variables: { SIZE: size } } }),
    Same: lambdaFunction('same', { Timeout: 20 }),
  });
  const unpacked = (name: string) => readdirSync(join(workshop.stateDir, 'lambda', 'code', name));

  beforeEach(async () => {
    workshop.pack('changed', answering('old'));
    workshop.pack('same', answering('same'));
    cloud = await workshop.start(resources('1'));
  });

  it('lets invocations end on the old code, and has the next ones run the new', async () => {
    const { pid } = (await invoke('same')) as { pid: number };
    const running = invoke('changed', { ms: 1500 });
    await expect.poll(() => existsSync(join(workshop.stateDir, 'lambda', 'code', 'changed'))).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 300));
    repack('changed', answering('new'));
    expect(await cloud.update()).toEqual({ created: [], changed: ['Changed'], removed: [] });
    expect(await invoke('changed')).toMatchObject({ text: 'new', size: '1' });
    expect(await running).toMatchObject({ text: 'old' });
    expect(await invoke('same')).toMatchObject({ pid });
    expect(unpacked('changed')).toHaveLength(2);
    repack('changed', answering('newest'));
    await cloud.update();
    expect(await invoke('changed')).toMatchObject({ text: 'newest' });
    // the code before the last is gone
    await expect.poll(() => unpacked('changed')).toHaveLength(2);
  });

  it('gives a function its new environment', async () => {
    expect(await invoke('changed')).toMatchObject({ size: '1' });
    retemplate(resources('2'));
    expect(await cloud.update()).toEqual({ created: [], changed: ['Changed'], removed: [] });
    expect(await invoke('changed')).toMatchObject({ text: 'old', size: '2' });
    expect(unpacked('changed')).toHaveLength(1);
  });

  it('changes nothing when the same code is packaged under another key', async () => {
    const { pid } = (await invoke('changed')) as { pid: number };
    const zip = join(workshop.dir, 'package', 'changed.zip');
    const bytes = readFileSync(zip);
    rmSync(zip);
    writeFileSync(zip, bytes);
    retemplate({
      ...resources('1'),
      Changed: lambdaFunction('changed', {
        Timeout: 20,
        Environment: { Variables: { SIZE: '1' } },
        Code: { S3Bucket: 'deployments', S3Key: 'serverless/shop/tomorrow/changed.zip' },
      }),
    });
    expect(await cloud.update()).toEqual({ created: [], changed: [], removed: [] });
    expect(await invoke('changed')).toMatchObject({ pid });
  });

  it('puts the old code back when another resource fails', async () => {
    repack('changed', answering('new'));
    retemplate({ ...resources('2'), Lost: lambdaFunction('lost') });
    await expect(cloud.update()).rejects.toThrow(/lost\.zip is missing/);
    expect(await invoke('changed')).toMatchObject({ text: 'old', size: '1' });
    retemplate(resources('2'));
    await cloud.update();
    expect(await invoke('changed')).toMatchObject({ text: 'new', size: '2' });
  });

  it('is needed before new code runs: what is packaged meanwhile changes nothing', async () => {
    repack('changed', answering('new'));
    expect(await invoke('changed')).toMatchObject({ text: 'old' });
  });

  it('removes a function once its invocations have ended', async () => {
    const running = invoke('changed', { ms: 1000 });
    await expect.poll(() => existsSync(join(workshop.stateDir, 'lambda', 'code', 'changed'))).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { Changed: _, ...rest } = resources('1');
    retemplate(rest);
    expect(await cloud.update()).toEqual({ created: [], changed: [], removed: ['Changed'] });
    await expect(invoke('changed')).rejects.toThrow('Function not found');
    expect(await running).toMatchObject({ text: 'old' });
  });
});
