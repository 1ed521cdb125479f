import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { jsonProtocol } from '#src/cloud/json-operations';
import { physicalName } from '#src/cloud/physical-name';
import { AwsError, type CloudContext, type CloudService, type TemplateResource } from '#src/cloud/service';
import { openDatabase } from '#src/cloud/sqlite';
import { assertMaySend, type QueueClient } from './access.ts';
import { sqsMembers } from './members.ts';
import { noSuchQueue, sqsOperations } from './operations.ts';
import { checkAttributes, checkQueuePolicy } from './queue-settings.ts';
import { queueStore } from './queue-store.ts';

/** The embedded SQS, and what it offers other services. */
export interface QueueService extends CloudService {
  /**
   * Puts a message into a queue for another service.
   * @throws AwsError `AWS.SimpleQueueService.NonExistentQueue`, or `AccessDenied` where the queue's policy, the role or a
   * key's policy does not let it
   */
  sendInternal(queueArn: string, body: string, attributes: Readonly<Record<string, string>>, by: QueueClient): void;
}

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

/** Properties that only a FIFO queue has. */
const fifoProperties = ['ContentBasedDeduplication', 'DeduplicationScope', 'FifoQueue', 'FifoThroughputLimit'];

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Embedded SQS: standard queues, meant for dead letters. State: `<stateDir>/sqs/sqs.db`. */
export function createSqs(context: CloudContext): QueueService {
  const dir = join(context.stateDir, 'sqs');
  mkdirSync(dir, { recursive: true });
  const db = openDatabase(join(dir, 'sqs.db'), 'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  const store = queueStore(db);
  const { accountId, region, clock } = context;
  const arnOf = (name: string) => `arn:aws:sqs:${region}:${accountId}:${name}`;
  const nameOf = (queueArn: string) => queueArn.split(':').at(-1) ?? '';
  /** Policies by name of their queue; the template has them at each start. */
  const policies = new Map<string, unknown>();
  const purgedAt = new Map<string, number>();
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
        policyOf: (name) => policies.get(name),
        purgedAt,
        announce,
        sent,
        urlOf: (name) => (host === undefined ? awsUrl(name) : `http://${host}/${accountId}/${name}`),
      }),
    );

  const queueName = ({ logicalId, properties, stackName }: TemplateResource): string =>
    typeof properties['QueueName'] === 'string' ? properties['QueueName'] : physicalName(stackName, logicalId, 80);

  const applyQueue = async (resource: TemplateResource) => {
    const { logicalId, properties } = resource;
    const fifo = fifoProperties.filter((name) => ![undefined, false, 'false'].includes(properties[name] as string));
    if (fifo.length > 0) {
      throw new AwsError(
        'ValidationException',
        `${logicalId}: the embedded cloud has standard queues only; leave out ${fifo.join(', ')}`,
      );
    }
    const name = queueName(resource);
    if (!/^[\w-]{1,80}$/.test(name)) {
      throw new AwsError(
        'InvalidParameterValue',
        `Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length: ${name}`,
      );
    }
    const attributes = Object.fromEntries(
      attributeProperties
        .filter((property) => properties[property] !== undefined)
        .map((property) => [property, asText(properties[property])] as const),
    );
    checkAttributes(arnOf(name), attributes, (queueArn) => store.get(nameOf(queueArn))?.attributes);
    store.put(name, attributes, clock.now());
    const url = awsUrl(name);
    return {
      ref: url,
      attributes: { Arn: arnOf(name), QueueName: name, QueueUrl: url },
    };
  };

  /** Logical id of a queue policy → its queues. */
  const policyQueues = new Map<string, string[]>();
  const applyPolicy = async ({ logicalId, properties }: TemplateResource) => {
    const names: string[] = [];
    for (const url of Array.isArray(properties['Queues']) ? properties['Queues'] : []) {
      const name = String(url).split('/').at(-1) ?? '';
      if (!store.get(name)) throw noSuchQueue();
      checkQueuePolicy(properties['PolicyDocument'], arnOf(name));
      policies.set(name, properties['PolicyDocument']);
      names.push(name);
    }
    policyQueues.set(logicalId, names);
    return { ref: logicalId, attributes: { Id: logicalId } };
  };

  return {
    signingNames: ['sqs'],
    members: sqsMembers,
    prepare: (request) => protocol(request.headers['host']).prepare(request),
    formatError: (error, request) => {
      const response = protocol(undefined).formatError(error, request);
      // Errors of SQS have two names: the old one of the query protocol and that of the shape.
      const [, name] = /^AWS\.SimpleQueueService\.(\w+)$/.exec(error.code) ?? [];
      if (name === undefined) return response;
      const shape = name === 'NonExistentQueue' ? 'QueueDoesNotExist' : name;
      return {
        ...response,
        headers: { ...response.headers, 'x-amzn-query-error': `${error.code};Sender` },
        body: JSON.stringify({ __type: `com.amazonaws.sqs#${shape}`, message: error.message }),
      };
    },
    resources: {
      'AWS::SQS::Queue': {
        apply: applyQueue,
        async existing(resource) {
          const name = queueName(resource);
          return store.get(name) && awsUrl(name);
        },
        delete: async ({ ref }) => store.drop(ref.split('/').at(-1) ?? ''),
      },
      'AWS::SQS::QueuePolicy': {
        apply: applyPolicy,
        async delete({ logicalId }) {
          for (const name of policyQueues.get(logicalId) ?? []) policies.delete(name);
          policyQueues.delete(logicalId);
        },
      },
    },
    resourcePolicy: (queueArn) => policies.get(nameOf(queueArn)),
    sendInternal: (queueArn, body, attributes, by) => {
      const queue = store.get(nameOf(queueArn));
      if (!queue) throw noSuchQueue();
      assertMaySend(context, queue, queueArn, by);
      const texts = Object.entries(attributes).map(([key, value]) => [key, { DataType: 'String', StringValue: value }]);
      store.send(queue.name, body, Object.fromEntries(texts), clock.now(), 0);
      announce();
    },
    close: async () => {
      closing.abort();
      announce();
      db.close();
    },
  };
}
