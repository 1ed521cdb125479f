import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CloudService } from '#src/cloud/service';
import { createEventBridge, type EventBridge } from '#src/eventbridge/service';
import type { FaultFileInput } from '#src/faults/fault-file';
import { type FakeContext, fakeContext, type ServedService, serveService } from '../support/door.ts';
import { clientConfigFor, recordingLambda, recordingStepFunctions } from '../support/event-targets.ts';
import { faultsUnderTest } from '../support/faults.ts';

const account = '123456789012';
const machineArn = `arn:aws:states:eu-central-1:${account}:stateMachine:retrain`;
const functionArn = `arn:aws:lambda:eu-central-1:${account}:function:notify`;

const faults = faultsUnderTest();
let stateDir: string;
let context: FakeContext;
let lambda: ReturnType<typeof recordingLambda>;
let states: ReturnType<typeof recordingStepFunctions>;
let statesDoor: ServedService;
let bridge: EventBridge;

const open = async (): Promise<void> => {
  bridge = createEventBridge(context);
  const rule = (name: string, source: string, target: object) =>
    bridge.resources?.['AWS::Events::Rule']?.apply({
      logicalId: name,
      type: 'AWS::Events::Rule',
      stackName: 'shop',
      properties: { Name: name, EventPattern: { source: [source] }, Targets: [{ Id: 't', ...target }] },
    });
  await rule('on-drop', 'aws.s3', { Arn: functionArn });
  await rule('on-drop-too', 'aws.s3', { Arn: machineArn, RoleArn: `arn:aws:iam::${account}:role/StartRetrain` });
  await bridge.start?.();
};

beforeEach(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'cloud-lost-events-'));
  lambda = recordingLambda();
  states = recordingStepFunctions();
  statesDoor = await serveService(states);
  context = fakeContext(stateDir, {
    faults: faults.points,
    clientConfig: clientConfigFor(statesDoor.endpoint),
    service: <T extends CloudService>() => lambda as CloudService as T,
  });
  await open();
});
afterEach(async () => {
  await bridge.close?.();
  await statesDoor.close();
  rmSync(stateDir, { recursive: true, force: true });
});

const set = (...rules: FaultFileInput['faults']): void => faults.set({ faults: rules });
const drop = (key: string): void =>
  bridge.deliver({ source: 'aws.s3', 'detail-type': 'Object Created', detail: { object: { key } } });
const envelopes = () =>
  lambda.invocations.map(({ payload }) => payload as { id: string; detail: { object: { key: string } } });
const toFunction = (): string[] => envelopes().map(({ detail }) => detail.object.key);
const toMachine = (): string[] =>
  states.executions.map(
    ({ input }) => (JSON.parse(input) as { detail: { object: { key: string } } }).detail.object.key,
  );

describe('an event', () => {
  it('is lost to one rule, and reaches the other', async () => {
    set({ fault: 'event-lost', rule: 'on-drop', nth: 1 });
    drop('lost');
    drop('found');
    await expect.poll(() => toMachine()).toHaveLength(2);
    expect(toMachine()).toEqual(expect.arrayContaining(['lost', 'found']));
    await expect.poll(() => toFunction()).toEqual(['found']);
    expect(faults.status()?.rules).toMatchObject([{ tried: 2, fired: 1 }]);
  });

  it('comes twice, as the same event, and starts two executions', async () => {
    set({ fault: 'event-duplicated' });
    drop('twice');
    await expect.poll(() => [toFunction(), toMachine()]).toEqual([Array(2).fill('twice'), Array(2).fill('twice')]);
    expect(new Set(envelopes().map(({ id }) => id)).size).toBe(1);
    expect(new Set(states.executions.map(({ name }) => name)).size).toBe(2);
  });

  it('comes late, across a restart too', async () => {
    set({ fault: 'event-delayed', detailType: 'Object *', rule: 'on-drop', seconds: 60 });
    drop('late');
    await expect.poll(() => toMachine()).toEqual(['late']);
    await bridge.close?.();
    await open();
    await context.clock.advance(59_000);
    expect(toFunction()).toEqual([]);
    await context.clock.advance(1000);
    await expect.poll(() => toFunction()).toEqual(['late']);
  });

  it('is overtaken by the one that follows it', async () => {
    set({ fault: 'event-reordered', rule: 'on-drop', seconds: 600, nth: 1 });
    drop('first');
    await expect.poll(() => toMachine()).toEqual(['first']);
    drop('second');
    await expect.poll(() => toFunction()).toEqual(['second']);
    await context.clock.advance(1000);
    await expect.poll(() => toFunction()).toEqual(['second', 'first']);
  });

  it('is overtaken by none, and is sent when it has waited long enough', async () => {
    set({ fault: 'event-reordered', rule: 'on-drop', seconds: 600 });
    drop('alone');
    await expect.poll(() => toMachine()).toEqual(['alone']);
    await context.clock.advance(599_000);
    expect(toFunction()).toEqual([]);
    await context.clock.advance(1000);
    await expect.poll(() => toFunction()).toEqual(['alone']);
  });
});
