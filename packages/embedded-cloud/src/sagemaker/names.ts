import { AwsError, type CloudContext } from '#src/cloud/service';

/** The kinds of stored things. All but requests in queues appear in ARNs. */
export type Kind =
  | 'training-job'
  | 'transform-job'
  | 'processing-job'
  | 'hyper-parameter-tuning-job'
  | 'model'
  | 'endpoint-config'
  | 'endpoint'
  | 'model-package-group'
  | 'model-package'
  | 'asynchronous-request';

/**
 * The ARN of a thing. SageMaker writes the name in lower case, which is what policies have to match: the endpoint MyEndpoint
 * is `…:endpoint/myendpoint` (Developer Guide: Events that SageMaker sends to EventBridge).
 */
export const arnOf = (cloud: CloudContext, kind: Kind, name: string): string =>
  `arn:${cloud.partition}:sagemaker:${cloud.region}:${cloud.accountId}:${kind}/${name.toLowerCase()}`;

/** The name in an ARN, or the name itself. */
export const nameOf = (arnOrName: string): string =>
  arnOrName.startsWith('arn:') ? arnOrName.slice(arnOrName.indexOf('/') + 1) : arnOrName;

/** Milliseconds as the seconds that the JSON protocol sends. */
export const seconds = (ms: number): number => ms / 1000;

/** Members without a value are left out, as AWS does. */
export const present = <T extends Readonly<Record<string, unknown>>>(members: T): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));

/** The service's usual refusal. */
export const invalid = (message: string): AwsError => new AwsError('ValidationException', message);
