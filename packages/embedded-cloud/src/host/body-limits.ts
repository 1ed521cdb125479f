const MIB = 2 ** 20;

/**
 * The largest request body of each service, in bytes on the wire. Where AWS limits the content, not the request, the limit has
 * room for JSON escapes: the service itself checks the content.
 * Sources: Step Functions Developer Guide, "Quotas" (1 MB for each request); Lambda Developer Guide, "Lambda quotas" (6 MB);
 * SageMaker API Reference, InvokeEndpoint (25 MB); DynamoDB API Reference, BatchWriteItem (16 MB of items); SQS Developer Guide,
 * "Message quotas" (1 MiB for a batch); EventBridge API Reference, PutEvents (1 MB); CloudWatch Logs API Reference, PutLogEvents
 * (1,048,576 bytes); CloudWatch API Reference, PutMetricData (1 MB); API Gateway Developer Guide, "Quotas for configuring and running
 * an HTTP API" (10 MB).
 */
const LIMITS: Readonly<Record<string, number>> = {
  dynamodb: 32 * MIB,
  sagemaker: 25 * MIB,
  lambda: 6 * MIB,
  'execute-api': 10 * MIB,
  sqs: 8 * MIB,
  events: 8 * MIB,
  logs: 8 * MIB,
  states: MIB,
  monitoring: MIB,
};

/** The rest takes names, policies, secrets of 64 KB, templates of 51,200 bytes. */
const OTHERS = MIB;

/** The largest body, in bytes, of a service that reads bodies whole: every one but S3. */
export const maxBodyBytes = (signingName: string): number =>
  Object.hasOwn(LIMITS, signingName) ? (LIMITS[signingName] ?? OTHERS) : OTHERS;

/** Bytes of bodies that are read at the same time before their signature is known to be right. */
export const MAX_UNPROVEN_BYTES = 64 * MIB;
