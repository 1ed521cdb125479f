import type { Readable } from 'node:stream';
import type { FaultPoints } from './faults.ts';
import type { RequestMembers } from './request-members.ts';

/** Who sent a request: identified by access key, one key per role session and one for the administrator. */
export interface Caller {
  readonly accessKeyId: string;
  /** `arn:aws:iam::…:user/admin` or `arn:aws:sts::…:assumed-role/<role>/<session>`. */
  readonly arn: string;
  /** The role whose policies apply; absent for the administrator, who may do everything. */
  readonly roleArn?: string;
  /** The values given when the session of the role started. */
  readonly session?: SessionTerms;
}

/** What a role session has beyond its role. */
export interface SessionTerms {
  /** Policy documents (JSON) or ARNs of managed policies: the session may do no more than one of them allows. */
  readonly policies?: readonly string[];
  /** Session tags: `aws:PrincipalTag/<key>`, before the role's own. */
  readonly tags?: Readonly<Record<string, string>>;
  /** The Lambda function whose code signs: `lambda:SourceFunctionArn`. */
  readonly sourceFunctionArn?: string;
}

/** A request that passed the door: its signature is verified. */
export interface ServiceRequest {
  readonly id: string;
  readonly method: string;
  /** As sent, still percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as on the wire (aws-chunked framing included). */
  readonly body: Readable;
  /** The SigV4 signing name: `s3`, `sagemaker`, `states`, `lambda`, `dynamodb`, `events`, `secretsmanager` … */
  readonly signingName: string;
  readonly region: string;
  readonly caller: Caller;
  /** Checks a right without refusing, for responses that depend on it (S3 answers 404 or 403 by `s3:ListBucket`). */
  isAllowed?(entry: AuthorizationRequest): boolean;
}

export interface ServiceResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | Readable;
}

/** One thing the caller must be allowed to do. */
export interface AuthorizationRequest {
  /** As in a policy: `s3:GetObject`. */
  readonly action: string;
  /** A full ARN, or `*` where the action has no resource. */
  readonly resource: string;
  /** Condition keys beyond the global ones, as `{ 's3:prefix': 'a/' }`. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** A parsed request: what it wants, what that needs, and how to do it. */
export interface PreparedCall {
  /** The API operation: `PutObject`, `CreateTrainingJob`. */
  readonly operation: string;
  /** Checked one by one, in order, before `execute`. */
  readonly authorize: readonly AuthorizationRequest[];
  /**
   * The request's members, by the names of AWS's service model, for the audit log; without bodies of objects. What may hold
   * personal values is left out by the door (`left-out.ts`).
   */
  readonly input?: unknown;
  execute(): Promise<ServiceResponse>;
}

/** An emulated service behind the door. */
export interface CloudService {
  readonly signingNames: readonly string[];
  /** What it does with each member of a request; the door refuses the others. Absent: the service refuses them itself. */
  readonly members?: RequestMembers;
  prepare(request: ServiceRequest): Promise<PreparedCall>;
  /** Whether it takes a request that nobody signed for AWS. Absent: none. */
  takesUnsigned?(method: string, path: string): boolean;
  /** Writes an error in the service's own wire format. */
  formatError(error: AwsError, request: Pick<ServiceRequest, 'id' | 'method' | 'path' | 'headers'>): ServiceResponse;
  /** CloudFormation resource types this service provides. */
  readonly resources?: Readonly<Record<string, ResourceProvider>>;
  /** The resource-based policy of one resource of this service, by ARN (S3: by bucket name), for the door to evaluate. */
  resourcePolicy?(name: string): unknown;
  /** Called once when every resource of the template exists: resumes what was in progress. */
  start?(): Promise<void>;
  close?(): Promise<void>;
}

/** Creates or updates one CloudFormation resource; called again at each start, so it must keep existing data. */
export interface ResourceProvider {
  apply(resource: TemplateResource): Promise<AppliedResource>;
  /** Whether what stands is what an updated template asks for. Absent: when its properties are the same. */
  isCurrent?(resource: TemplateResource, applied: TemplateResource & { readonly ref: string }): Promise<boolean>;
  /** Puts back a resource that an update changed before it failed. Absent: `apply` with its former properties. */
  restore?(resource: TemplateResource): Promise<void>;
  /**
   * What `Ref` gives for the resource of this name where one exists already, made by this stack or not; for types whose names
   * are unique. CloudFormation creates no resource under a name that is taken.
   */
  existing?(resource: TemplateResource): Promise<string | undefined>;
  /**
   * Called when the resource left the template, its stack is deleted, or the creation of its stack is rolled back, and its
   * DeletionPolicy does not keep it. Absent: the resource is kept.
   * @throws Error when it cannot be deleted
   */
  delete?(resource: RemovedResource): Promise<void>;
}
export interface RemovedResource {
  readonly logicalId: string;
  readonly type: string;
  /** What `Ref` gave. */
  readonly ref: string;
}
export interface TemplateResource {
  readonly logicalId: string;
  readonly type: string;
  /** Intrinsic functions already resolved. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** For names made up where the template gives none: see `#src/cloud/physical-name`. */
  readonly stackName: string;
}
export interface AppliedResource {
  /** What `Ref` gives. */
  readonly ref: string;
  /** What `Fn::GetAtt` gives, dotted names included. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** An error as AWS reports it: `code` is the wire name (`NoSuchKey`, `ValidationException`). */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly code: string;
  readonly status: number;
  /** Further members of the error shape. */
  readonly fields: Readonly<Record<string, unknown>>;
  constructor(code: string, message: string, status = 400, fields: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.fields = fields;
  }
}

/** Time, movable by tests. All times are milliseconds since the epoch. */
export interface Clock {
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** An event on the default bus, before EventBridge adds id, time, account and region. */
export interface BusEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly resources?: readonly string[];
  readonly detail: unknown;
}

/** What `new XClient(config)` of the AWS SDK v3 takes to come through the door as a given role. */
export interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  readonly maxAttempts: number;
}

/** What a service does in a role's name without a request of its own: pulling an image, writing a log. */
export interface RoleAction {
  readonly roleArn: string;
  readonly sessionName: string;
  /** Signing name of the service that acts. */
  readonly service: string;
  /** For the audit log: `PullImage`. */
  readonly operation: string;
  readonly authorize: readonly AuthorizationRequest[];
  /** The members of the request, where the operation is one of the service's API. */
  readonly input?: Readonly<Record<string, unknown>>;
}

/** What every service is given. */
export interface CloudContext {
  readonly partition: 'aws';
  readonly accountId: string;
  readonly region: string;
  /** Root of all stored state; a service uses `join(stateDir, '<service>')` and makes it itself. */
  readonly stateDir: string;
  readonly clock: Clock;
  /** Diagnostics of the embedded cloud itself, one JSON line each. */
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string, fields?: Readonly<Record<string, unknown>>): void;
  /**
   * Keys and endpoint for acting as a role, through the door, authorised and audited as any caller; maxAttempts is 1.
   * With `servicePrincipal` (`states.amazonaws.com`) the role's trust policy must let that service assume it, for
   * `sourceArn`: the state machine, function, rule, job … in whose name it asks (`aws:SourceArn`).
   * @throws AwsError when there is no such role, or its trust policy refuses
   */
  clientConfig(roleArn: string, sessionName: string, servicePrincipal?: string, sourceArn?: string): ClientConfig;
  /**
   * Checks what a service does as a role against that role's policies and writes it to the audit log.
   * @returns AWS's refusal message; undefined when everything is allowed
   */
  actAs(action: RoleAction): string | undefined;
  /**
   * Puts a service event on the default bus: it is stored when this returns, and delivered at least once.
   * Services emit through an outbox (`#src/cloud/event-outbox`), so that an event is as durable as its change.
   * @param occasion id and time (milliseconds since the epoch) of the event, the same when it is emitted again
   * @throws Error when the bus cannot keep it
   */
  emit(event: BusEvent, occasion?: { readonly id: string; readonly time: number }): void;
  /** Where services look for faults to inject; absent: there are none. */
  readonly faults?: FaultPoints;
  /** The services by signing name, for the few calls AWS makes inside itself. */
  service<T extends CloudService>(signingName: string): T;
}

export type ServiceFactory = (context: CloudContext) => CloudService | Promise<CloudService>;
