import { isJsonObject, type JsonObject } from '../cloud/json-protocol.ts';
import { physicalName } from '../cloud/physical-name.ts';
import type { TemplateResource } from '../cloud/service.ts';

/** A function as the template declares it. */
export interface FunctionSpec {
  readonly name: string;
  readonly logicalId: string;
  readonly handler: string;
  readonly runtime: string;
  readonly roleArn: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly description: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly logGroup: string;
  readonly code: unknown;
  /** Invocations allowed at once; beyond it they are throttled. */
  readonly reservedConcurrency?: number;
  readonly deadLetterArn?: string;
  /** Whether every invocation is traced by X-Ray (`TracingConfig.Mode` Active). */
  readonly traced: boolean;
}

/** Destinations of asynchronous events (`AWS::Lambda::EventInvokeConfig`). */
export interface EventInvokeSettings {
  readonly maxRetries: number;
  readonly maxAgeMs: number;
  readonly onSuccess?: string;
  readonly onFailure?: string;
}

export const DEFAULT_EVENT_INVOKE: EventInvokeSettings = { maxRetries: 2, maxAgeMs: 6 * 3_600_000 };

const number = (value: unknown, fallback: number): number => (value === undefined ? fallback : Number(value));
const object = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});

/** Variables Lambda sets itself and refuses in a function's own (Developer Guide, "Defined runtime environment variables"). */
const RESERVED =
  /^(_HANDLER|_X_AMZN_TRACE_ID|AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|REGION|DEFAULT_REGION|EXECUTION_ENV|LAMBDA_(FUNCTION_NAME|FUNCTION_MEMORY_SIZE|FUNCTION_VERSION|INITIALIZATION_TYPE|LOG_GROUP_NAME|LOG_STREAM_NAME|RUNTIME_API))|LAMBDA_(TASK_ROOT|RUNTIME_DIR))$/;
const MAX_ENVIRONMENT_BYTES = 4096;

/**
 * Reads the properties of an `AWS::Lambda::Function`.
 * @throws Error naming the property that AWS would refuse, or that is not emulated
 */
export function parseFunction({ logicalId, properties, stackName }: TemplateResource): FunctionSpec {
  const name =
    typeof properties['FunctionName'] === 'string' ? properties['FunctionName'] : physicalName(stackName, logicalId);
  if (!/^[\w-]{1,64}$/.test(name))
    throw new Error(`FunctionName "${name}" must have 1 to 64 letters, digits, - and _.`);
  if (properties['PackageType'] === 'Image')
    throw new Error('container images are not emulated: package the function as a zip.');
  if (Array.isArray(properties['Layers']) && properties['Layers'].length > 0)
    throw new Error('layers are not emulated: put what they hold into the package.');
  const runtime = String(properties['Runtime']);
  if (!/^nodejs\d+\.x$/.test(runtime)) throw new Error(`Runtime ${runtime} is not emulated: only nodejs is.`);
  const memoryMb = number(properties['MemorySize'], 128);
  if (!(memoryMb >= 128 && memoryMb <= 10_240)) throw new Error('MemorySize must lie between 128 and 10240 MB.');
  const timeoutSeconds = number(properties['Timeout'], 3);
  if (!(timeoutSeconds >= 1 && timeoutSeconds <= 900)) throw new Error('Timeout must lie between 1 and 900 seconds.');
  const environment = Object.fromEntries(
    Object.entries(object(object(properties['Environment'])['Variables'])).map(([key, value]) => [key, String(value)]),
  );
  const reserved = Object.keys(environment).filter((key) => RESERVED.test(key));
  if (reserved.length > 0) throw new Error(`the environment variables ${reserved.join(', ')} are reserved by Lambda.`);
  const bytes = Object.entries(environment).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
  if (bytes > MAX_ENVIRONMENT_BYTES)
    throw new Error(`the environment variables take ${bytes} bytes; Lambda allows ${MAX_ENVIRONMENT_BYTES}.`);
  const logGroup = object(properties['LoggingConfig'])['LogGroup'];
  const reservedConcurrency = properties['ReservedConcurrentExecutions'];
  const deadLetterArn = object(properties['DeadLetterConfig'])['TargetArn'];
  if (typeof deadLetterArn === 'string') requireTarget(deadLetterArn, ['sqs']);
  return {
    name,
    logicalId,
    runtime,
    memoryMb,
    timeoutSeconds,
    environment,
    handler: String(properties['Handler']),
    roleArn: String(properties['Role']),
    description: String(properties['Description'] ?? ''),
    logGroup: typeof logGroup === 'string' ? logGroup : `/aws/lambda/${name}`,
    code: properties['Code'],
    traced: object(properties['TracingConfig'])['Mode'] === 'Active',
    ...(reservedConcurrency !== undefined && { reservedConcurrency: Number(reservedConcurrency) }),
    ...(typeof deadLetterArn === 'string' && { deadLetterArn }),
  };
}

/** Reads the properties of an `AWS::Lambda::EventInvokeConfig`. @throws Error for a destination that is not emulated */
export function parseEventInvoke(properties: JsonObject): EventInvokeSettings {
  const destination = (kind: string): string | undefined => {
    const arn = object(object(properties['DestinationConfig'])[kind])['Destination'];
    if (arn === undefined) return undefined;
    requireTarget(String(arn), ['sqs', 'lambda']);
    return String(arn);
  };
  const onSuccess = destination('OnSuccess');
  const onFailure = destination('OnFailure');
  return {
    maxRetries: number(properties['MaximumRetryAttempts'], DEFAULT_EVENT_INVOKE.maxRetries),
    maxAgeMs: number(properties['MaximumEventAgeInSeconds'], DEFAULT_EVENT_INVOKE.maxAgeMs / 1000) * 1000,
    ...(onSuccess && { onSuccess }),
    ...(onFailure && { onFailure }),
  };
}

function requireTarget(arn: string, services: readonly string[]): void {
  const service = arn.split(':')[2] ?? '';
  if (!services.includes(service))
    throw new Error(`${arn} cannot take failed events here: use ${services.join(' or ')}.`);
}
