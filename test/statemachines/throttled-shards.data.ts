import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { Clock, Cloud } from 'embedded-cloud';
import { runDefinition } from 'embedded-cloud/asl';
import { auditFolder, readAudit } from 'embedded-cloud/audit';
import { asAdmin, CORE, lambdaFunction, openWorkshop, role } from 'embedded-cloud/testing/clouds';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMachine } from '../../scripts/machines/read-machine.ts';
import { loadMachine, taskName } from './load-machine.ts';

const SHARDS = 40;
const PLACES = 5;
const SHARD_MS = 10_000;
const run = { pipeline: 'loan-default', runId: 'r1' };
const shards = Array.from({ length: SHARDS }, (_, index) => ({ index, key: `loan-default/d/${index}.csv`, size: 1 }));
const input = { run, shardsKey: 'shards.json', shards: SHARDS, champion: null };

describe('a drop of more shards than Lambda has places for', () => {
  /** Prepares the data with functions of ten seconds, of which five run at once. */
  async function prepare(definition: unknown) {
    let busy = 0;
    let most = 0;
    const result = await runDefinition({
      definition,
      input,
      tasks: async ({ resource, sleep }) => {
        if (taskName(resource) === 's3:getObject') return shards;
        if (busy >= PLACES) throw { error: 'Lambda.TooManyRequestsException', cause: 'Rate Exceeded.' };
        busy += 1;
        most = Math.max(most, busy);
        await sleep(SHARD_MS);
        busy -= 1;
        return { rows: 10 };
      },
    });
    return { ...result, most };
  }

  it('is prepared in time, each shard once it has a place', async () => {
    const { status, output, most, events, children } = await prepare(loadMachine('prepare-data'));
    const [first, last] = [events[0]?.timestamp ?? 0, events.at(-1)?.timestamp ?? 0];

    expect({ status, output, most }).toEqual({ status: 'SUCCEEDED', output: { run }, most: PLACES });
    expect(children).toHaveLength(3 * SHARDS);
    // Three maps of 40 shards take 240 s with every place taken always; jittered pauses leave some of them free.
    expect(last - first).toBeLessThan(20 * 60_000);
  });

  it('would fail if a throttled shard were retried like a service in trouble', async () => {
    const text = JSON.stringify(loadMachine('prepare-data')).replaceAll('"MaxAttempts":3000', '"MaxAttempts":4');

    expect(await prepare(JSON.parse(text))).toMatchObject({
      status: 'FAILED',
      error: 'Lambda.TooManyRequestsException',
    });
  });
});

/** Runs a number of times as fast as the machine's own clock, so that pauses of a minute take seconds. */
function fastClock(times: number): Clock {
  const start = Date.now();
  return {
    now: () => start + (Date.now() - start) * times,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const onAbort = () => {
          clearTimeout(timer);
          reject(signal?.reason);
        };
        const timer = setTimeout(() => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        }, ms / times);
        if (signal?.aborted) onAbort();
        else signal?.addEventListener('abort', onAbort, { once: true });
      }),
  };
}

describe('the embedded Lambda with an account concurrency of five', () => {
  const workshop = openWorkshop();
  const id = { region: 'eu-central-1', account: '123456789012' };
  const functions = ['DesensitizeShard', 'DivideRows', 'ProfileShard', 'FitTransform', 'TransformShard'];
  let cloud: Cloud;
  beforeAll(async () => {
    workshop.pack('shard', {
      'index.mjs': 'export const handler = () => new Promise((done) => setTimeout(() => done({}), 100));',
    });
    const definition = readMachine('prepare-data', (text) =>
      text === 'ArtifactsBucket'
        ? 'artifacts'
        : `arn:aws:lambda:${id.region}:${id.account}:function:${text.replace('LambdaFunction.Arn', '')}`,
    );
    const allow = (Action: string | string[]) => ({ Effect: 'Allow', Action, Resource: '*' });
    cloud = await workshop.start(
      {
        FunctionRole: role([allow(['logs:*', 'xray:*'])]),
        MachineRole: role(
          [allow(['lambda:*', 's3:GetObject', 'states:*', 'logs:*', 'xray:*'])],
          'states.amazonaws.com',
        ),
        ...Object.fromEntries(
          functions.map((name) => [name, lambdaFunction(name, { Code: { S3Key: 'a/shard.zip' }, Timeout: 60 })]),
        ),
        Artifacts: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'artifacts' } },
        Machine: {
          Type: 'AWS::StepFunctions::StateMachine',
          Properties: {
            StateMachineName: 'prepare-data',
            RoleArn: { 'Fn::GetAtt': ['MachineRole', 'Arn'] },
            DefinitionString: JSON.stringify(definition),
          },
        },
      },
      {
        services: [...CORE, 's3', 'states', 'events'],
        clock: fastClock(60),
        lambda: { concurrency: PLACES },
      },
    );
  }, 60_000);
  afterAll(async () => {
    await cloud?.close();
    workshop.remove();
  });

  it('takes all 40 shards through', { timeout: 120_000 }, async () => {
    const s3 = new S3Client({ ...asAdmin(cloud), forcePathStyle: true });
    const sfn = new SFNClient(asAdmin(cloud));
    await s3.send(new PutObjectCommand({ Bucket: 'artifacts', Key: 'shards.json', Body: JSON.stringify(shards) }));
    const stateMachineArn = `arn:aws:states:${id.region}:${id.account}:stateMachine:prepare-data`;
    const { executionArn } = await sfn.send(
      new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
    );

    const describe = () => sfn.send(new DescribeExecutionCommand({ executionArn }));
    await expect.poll(async () => (await describe()).status, { timeout: 110_000, interval: 200 }).not.toBe('RUNNING');
    const { status, error, cause } = await describe();
    const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }));
    const lines = [...readAudit(auditFolder(cloud.context.stateDir)).lines()];
    const throttled = lines.filter(({ errorCode }) => errorCode === 'TooManyRequestsException');
    s3.destroy();
    sfn.destroy();

    expect({ status, error, cause }).toEqual({ status: 'SUCCEEDED', error: undefined, cause: undefined });
    expect(events.filter(({ type }) => type === 'MapRunSucceeded')).toHaveLength(3);
    expect(throttled.length).toBeGreaterThan(SHARDS);
  });
});
