import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readState, writeState } from '#src/cloud/state-file';
import { answersAs } from '#src/host/instance-page';
import type { Cloud } from '#src/host/start';
import { asAdmin, lambdaFunction, openWorkshop, role, send, sign, type Workshop } from '../cloud/small-stack.ts';

let workshop: Workshop;
let cloud: Cloud | undefined;
beforeEach(() => {
  workshop = openWorkshop();
});
afterEach(async () => {
  await cloud?.close();
  cloud = undefined;
  workshop.remove();
});

describe('a start', () => {
  it('runs no function before it is invoked', async () => {
    workshop.pack('shared', { 'index.mjs': 'export const handler = async () => process.pid;' });
    const functions = Object.fromEntries(
      Array.from({ length: 25 }, (_, n) => [
        `Worker${n}`,
        lambdaFunction(`worker-${n}`, { Code: { S3Key: 'x/shared.zip' } }),
      ]),
    );
    cloud = await workshop.start({ FunctionRole: role([]), ...functions });
    expect(existsSync(join(workshop.stateDir, 'lambda', 'code'))).toBe(false);
    const { Payload } = await new LambdaClient(asAdmin(cloud)).send(new InvokeCommand({ FunctionName: 'worker-24' }));
    const pid = Number(Payload?.transformToString());
    expect(pid).not.toBe(process.pid);
    await cloud.close();
    cloud = undefined;
    expect(() => process.kill(pid, 0)).toThrow();
  });

  it('reports every resource, and keeps the administrator’s keys', async () => {
    const seen: string[] = [];
    cloud = await workshop.start({ FunctionRole: role([]) }, { onProgress: (message) => seen.push(message) });
    expect(seen).toEqual(['AWS::IAM::Role FunctionRole']);
    const { admin } = cloud;
    await cloud.close();
    cloud = await workshop.start({ FunctionRole: role([]) });
    expect(cloud.admin).toEqual(admin);
  });

  it('takes over the lock of a process that has ended', async () => {
    mkdirSync(workshop.stateDir, { recursive: true });
    // Process ids end well below this one on every system.
    writeFileSync(join(workshop.stateDir, 'lock'), '999999999');
    cloud = await workshop.start({});
    expect(
      (await send(await sign(cloud, { service: 'secretsmanager', target: 'secretsmanager.ListSecrets', body: '{}' })))
        .status,
    ).toBe(200);
  });

  it('reports its instance at its endpoint', async () => {
    cloud = await workshop.start({}, { instance: 'this-one' });
    expect(await answersAs(cloud.endpoint, 'this-one')).toBe(true);
    expect(await answersAs(cloud.endpoint, 'another')).toBe(false);
    await cloud.close();
    expect(await answersAs(cloud.endpoint, 'this-one')).toBe(false);
  });

  it('refuses functions whose role Lambda may not assume', async () => {
    workshop.pack('worker', { 'index.mjs': 'export const handler = () => 1;' });
    const start = workshop.start({ FunctionRole: role([], 'states.amazonaws.com'), Worker: lambdaFunction('worker') });
    await expect(start).rejects.toThrow(
      /Resources\.Worker .*lambda\.amazonaws\.com is not authorized to perform: sts:AssumeRole.*trust policy of role FunctionRole/,
    );
  });

  it('names the package that is missing', async () => {
    await expect(workshop.start({ FunctionRole: role([]), Worker: lambdaFunction('worker') })).rejects.toThrow(
      /worker\.zip is missing\. Package the service first/,
    );
  });

  it('reports a package that changed under a running cloud', async () => {
    workshop.pack('worker', { 'index.mjs': 'export const handler = () => 1;' });
    cloud = await workshop.start({ FunctionRole: role([]), Worker: lambdaFunction('worker') });
    workshop.pack('worker', { 'index.mjs': 'export const handler = () => "another";' });
    const invoke = new LambdaClient(asAdmin(cloud)).send(new InvokeCommand({ FunctionName: 'worker' }));
    await expect(invoke).rejects.toThrow('was packaged again. Start the embedded cloud again');
  });
});

describe('a state file', () => {
  it('is replaced whole, and named when it is damaged', () => {
    const path = join(workshop.dir, 'some', 'state.json');
    expect(readState(path, { fresh: true })).toEqual({ fresh: true });
    writeState(path, { a: 1 });
    expect(readState(path, {})).toEqual({ a: 1 });
    writeFileSync(path, '{"a":');
    expect(() => readState(path, {})).toThrow(`${path} is not valid JSON`);
  });
});
