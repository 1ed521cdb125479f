import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CloudService, ServiceFactory } from '#src/cloud/service';
import type { Cloud } from '#src/host/start';
import { asAdmin, CORE, lambdaFunction, openWorkshop, role, type Workshop } from '../cloud/small-stack.ts';
import { type ManualClock, manualClock } from '../support/door.ts';

interface Sent {
  readonly arn: string;
  readonly body: unknown;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A queue service that keeps what it is sent. */
const createQueues = (): { sent: Sent[]; factory: ServiceFactory } => {
  const sent: Sent[] = [];
  const service: CloudService & { sendInternal(arn: string, body: string, attributes: Record<string, string>): void } =
    {
      signingNames: ['sqs'],
      prepare: () => Promise.reject(new Error('nobody calls the queues here')),
      formatError: () => ({ status: 500 }),
      sendInternal: (arn, body, attributes) => void sent.push({ arn, body: JSON.parse(body), attributes }),
    };
  return { sent, factory: () => service };
};

const QUEUE = 'arn:aws:sqs:eu-central-1:123456789012:dead-letters';
let workshop: Workshop;
let clock: ManualClock;
let cloud: Cloud;
let queues: ReturnType<typeof createQueues>;
let record: string;

/** Attempts so far: the handler writes one line each. */
const attempts = (): string[] => (existsSync(record) ? readFileSync(record, 'utf8').trim().split('\n') : []);

const maySend = { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: QUEUE };
const start = (
  properties: Record<string, unknown> = {},
  config: Record<string, unknown> = {},
  grants: readonly Record<string, unknown>[] = [maySend],
) =>
  workshop.start(
    {
      FunctionRole: role(grants),
      Worker: lambdaFunction('worker', { Environment: { Variables: { RECORD: record } }, ...properties }),
      Config: {
        Type: 'AWS::Lambda::EventInvokeConfig',
        Properties: { FunctionName: { Ref: 'Worker' }, Qualifier: '$LATEST', ...config },
      },
    },
    { clock, services: CORE, serviceFactories: { sqs: queues.factory } },
  );

const invokeAsync = async (event: unknown): Promise<number | undefined> => {
  const client = new LambdaClient(asAdmin(cloud));
  return (
    await client.send(
      new InvokeCommand({ FunctionName: 'worker', InvocationType: 'Event', Payload: JSON.stringify(event) }),
    )
  ).StatusCode;
};

beforeEach(() => {
  workshop = openWorkshop();
  clock = manualClock(Date.now());
  queues = createQueues();
  record = join(workshop.dir, 'record.txt');
  workshop.pack('worker', {
    'index.mjs': `
      import { appendFileSync } from 'node:fs';
      export const handler = async (event, context) => {
        appendFileSync(process.env.RECORD, context.awsRequestId + '\\n');
        if (event.fail) throw new Error('no luck');
        return { done: event.n };
      };`,
  });
});
afterEach(async () => {
  await cloud.close();
  workshop.remove();
});

describe('an asynchronous event', () => {
  it('is accepted at once and delivered', async () => {
    cloud = await start();
    expect(await invokeAsync({ n: 1 })).toBe(202);
    await expect.poll(() => attempts()).toHaveLength(1);
  });

  it('is tried three times, a minute and two apart, under one request id, then goes to the dead letters', async () => {
    cloud = await start({ DeadLetterConfig: { TargetArn: QUEUE } });
    await invokeAsync({ fail: true, n: 7 });
    await expect.poll(() => clock.sleepers).toBe(1);
    expect(attempts()).toHaveLength(1);
    await clock.advance(59_000);
    expect(attempts()).toHaveLength(1);
    await clock.advance(1_000);
    await expect.poll(() => attempts()).toHaveLength(2);
    await expect.poll(() => clock.sleepers).toBe(1);
    await clock.advance(120_000);
    await expect.poll(() => queues.sent).toHaveLength(1);
    expect(attempts()).toHaveLength(3);
    expect(new Set(attempts()).size).toBe(1);
    expect(queues.sent[0]).toMatchObject({
      arn: QUEUE,
      body: { fail: true, n: 7 },
      attributes: { ErrorMessage: 'no luck', RequestID: attempts()[0] },
    });
  });

  it('is recorded at its destinations', async () => {
    cloud = await start(
      {},
      {
        MaximumRetryAttempts: 0,
        DestinationConfig: { OnSuccess: { Destination: QUEUE }, OnFailure: { Destination: QUEUE } },
      },
    );
    await invokeAsync({ n: 1 });
    await expect.poll(() => queues.sent).toHaveLength(1);
    await invokeAsync({ fail: true });
    await expect.poll(() => queues.sent).toHaveLength(2);
    expect(queues.sent.map(({ body }) => body)).toMatchObject([
      { requestContext: { condition: 'Success' }, requestPayload: { n: 1 }, responsePayload: { done: 1 } },
      {
        requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 1 },
        responseContext: { functionError: 'Unhandled' },
        responsePayload: { errorMessage: 'no luck' },
      },
    ]);
  });

  it.each([
    ['a dead-letter queue', { DeadLetterConfig: { TargetArn: QUEUE } }, {}],
    ['a destination', {}, { DestinationConfig: { OnFailure: { Destination: QUEUE } } }],
  ])('has %s only where the role of its function may send', async (_what, properties, config) => {
    const elsewhere = { ...maySend, Resource: `${QUEUE}-of-others` };
    const refused = /role does not have permissions to call sqs:SendMessage on .*dead-letters\. Role .* needs/;
    await expect(start(properties, config, [elsewhere])).rejects.toThrow(refused);
    cloud = await start(properties, config);
  });

  it('still exists after a restart', async () => {
    cloud = await start();
    await invokeAsync({ fail: true });
    await expect.poll(() => clock.sleepers).toBe(1);
    await cloud.close();
    await clock.advance(60_000);
    expect(attempts()).toHaveLength(1);
    cloud = await start();
    await expect.poll(() => attempts()).toHaveLength(2);
  });
});
