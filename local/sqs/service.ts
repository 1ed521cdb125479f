import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { jsonProtocol } from '#local/cloud/json-operations';
import { AwsError, type CloudContext, type TemplateResource } from '#local/cloud/service';
import type { QueueSender } from '#local/eventbridge/target-call';
import { noSuchQueue, sqsOperations } from './operations.ts';
import { queueStore } from './queue-store.ts';

/** Properties of `AWS::SQS::Queue` that are attributes of the queue under the same name. */
const attributeProperties = [
  'DelaySeconds',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'SqsManagedSseEnabled',
  'VisibilityTimeout',
];

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Embedded SQS: standard queues, meant for dead letters. State: `<stateDir>/sqs/sqs.db`. */
export function createSqs(context: CloudContext): QueueSender {
  const dir = join(context.stateDir, 'sqs');
  mkdirSync(dir, { recursive: true });
  const db = new DatabaseSync(join(dir, 'sqs.db'));
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  const store = queueStore(db);
  const { accountId, region, clock } = context;
  const awsUrl = (name: string) => `https://sqs.${region}.amazonaws.com/${accountId}/${name}`;

  const closing = new AbortController();
  let waiting = Promise.withResolvers<void>();
  const announce = () => {
    waiting.resolve();
    waiting = Promise.withResolvers();
  };
  // An aborted sleep rejects: the poll then answers with what there is.
  const sent = (ms: number) => Promise.race([waiting.promise, clock.sleep(ms, closing.signal).catch(() => {})]);

  const protocol = (host: string | undefined) =>
    jsonProtocol(
      '1.0',
      'AmazonSQS',
      sqsOperations(context, {
        store,
        announce,
        sent,
        urlOf: (name) => (host === undefined ? awsUrl(name) : `http://${host}/${accountId}/${name}`),
      }),
    );

  const applyQueue = async ({ logicalId, properties }: TemplateResource) => {
    if (properties['FifoQueue'] === true || properties['FifoQueue'] === 'true') {
      throw new AwsError(
        'ValidationException',
        `${logicalId}: the embedded cloud has standard queues only; leave out FifoQueue`,
      );
    }
    const name = typeof properties['QueueName'] === 'string' ? properties['QueueName'] : logicalId;
    const attributes = attributeProperties
      .filter((property) => properties[property] !== undefined)
      .map((property) => [property, asText(properties[property])] as const);
    store.put(name, Object.fromEntries(attributes), clock.now());
    const url = awsUrl(name);
    return {
      ref: url,
      attributes: { Arn: `arn:aws:sqs:${region}:${accountId}:${name}`, QueueName: name, QueueUrl: url },
    };
  };

  return {
    signingNames: ['sqs'],
    prepare: (request) => protocol(request.headers['host']).prepare(request),
    formatError: (error, request) => {
      const response = protocol(undefined).formatError(error, request);
      if (error.code !== 'AWS.SimpleQueueService.NonExistentQueue') return response;
      return {
        ...response,
        headers: { ...response.headers, 'x-amzn-query-error': `${error.code};Sender` },
        body: JSON.stringify({ __type: 'com.amazonaws.sqs#QueueDoesNotExist', message: error.message }),
      };
    },
    resources: {
      'AWS::SQS::Queue': { apply: applyQueue },
      // Who may send is decided by identity policies here; EventBridge and Lambda send inside the cloud.
      'AWS::SQS::QueuePolicy': { apply: async ({ logicalId }) => ({ ref: logicalId, attributes: { Id: logicalId } }) },
    },
    sendInternal: (queueArn, body, attributes = {}) => {
      const name = queueArn.split(':').at(-1) ?? '';
      if (!store.get(name)) throw noSuchQueue();
      const texts = Object.entries(attributes).map(([key, value]) => [key, { DataType: 'String', StringValue: value }]);
      store.send(name, body, Object.fromEntries(texts), clock.now(), 0);
      announce();
    },
    close: async () => {
      closing.abort();
      announce();
      db.close();
    },
  };
}
