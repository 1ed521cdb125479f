import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { AuditLine, AuditLog } from '../audit/log.ts';
import type { CredentialStore } from '../cloud/credentials.ts';
import type { FaultHook } from '../cloud/fault-hook.ts';
import { faultName } from '../cloud/faults.ts';
import { auditedInput } from '../cloud/left-out.ts';
import { refuseUnread } from '../cloud/members.ts';
import {
  AwsError,
  type Caller,
  type CloudContext,
  type CloudService,
  type PreparedCall,
  type ServiceRequest,
  type ServiceResponse,
} from '../cloud/service.ts';
import { performUnder } from '../faults/perform.ts';
import { knownMembers } from '../service-model/request-members.ts';
import { type Authorizer, decideInTurn } from './authorize.ts';
import { toAwsError } from './failure.ts';
import { identify } from './identify.ts';
import { type BodyReader, declaredHash } from './receive.ts';
import { send } from './respond.ts';
import { parseSignature, type SignedParts, type WireRequest } from './sigv4.ts';
import { doorError, isUnsignedS3, plainError } from './wire-errors.ts';

export interface DoorOptions {
  readonly credentials: CredentialStore;
  readonly audit: AuditLog;
  readonly region: string;
  readonly clock: CloudContext['clock'];
  readonly log: CloudContext['log'];
  readonly stateDir: string;
  readonly faults?: FaultHook;
  readonly bodies: BodyReader;
}

/** What the door needs from the cloud behind it, once that is ready. */
export interface Behind {
  readonly services: ReadonlyMap<string, CloudService>;
  readonly authorizer: Authorizer;
  /** Logical id of a role, for audit lines and faults. */
  roleName(roleArn: string): string | undefined;
}

/** An audit line while its request is served. */
type OpenLine = { -readonly [key in keyof AuditLine]?: AuditLine[key] };

/** One request in its connection. */
interface Incoming {
  readonly id: string;
  /** `performance.now()` when it came in. */
  readonly started: number;
  readonly wire: WireRequest;
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  /** Called before the body is read: lets a client go on that waits for it (`Expect: 100-continue`). */
  accept(): void;
}

/**
 * Answers one request to a service, and audits it. The caller is checked by the headers before any byte of the body is read,
 * as far as they can tell.
 */
export async function serve(options: DoorOptions, behind: Behind, incoming: Incoming): Promise<void> {
  const { audit, clock } = options;
  const { id, started, wire, message, response } = incoming;
  const line: OpenLine = {};
  let service: CloudService | undefined;
  let answer: ServiceResponse | 'reset';
  try {
    const parts = parseSignature(wire) ?? openService(behind, wire);
    const s3 = parts ? undefined : behind.services.get('s3');
    if (s3 && isUnsignedS3(wire)) {
      line.service = 's3';
      service = s3;
      throw new AwsError('AccessDenied', 'Access Denied', 403);
    }
    if (!parts)
      throw new AwsError(
        'MissingAuthenticationToken',
        'Request is missing Authentication Token: sign it with SigV4.',
        403,
      );
    line.service = parts.signingName;
    service = behind.services.get(parts.signingName);
    if (!service)
      throw new AwsError(
        'UnknownService',
        `No service "${parts.signingName}" in this embedded cloud. It has: ${[...behind.services.keys()].join(', ')}.`,
        400,
      );
    const { caller, body } =
      'open' in parts ? await receiveOpen(options, incoming, parts) : await receive(options, incoming, parts);
    line.caller = caller.arn;
    const role = caller.roleArn && behind.roleName(caller.roleArn);
    if (role) line.role = role;
    const request = {
      id,
      method: wire.method,
      path: wire.path,
      query: new URLSearchParams(wire.rawQuery),
      headers: wire.headers,
      body,
      signingName: parts.signingName,
      region: 'open' in parts ? options.region : parts.region,
      caller,
    };
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    answer = await call(options, behind, service, caller, line, request, gone.signal);
  } catch (cause) {
    const error = toAwsError(options, cause, line.service ?? '', id, wire.headers['content-type']);
    line.errorCode = error.code;
    answer = (service?.formatError ?? plainError)(error, { id, ...wire });
  }
  const written = writeAudit(audit, {
    time: new Date(clock.now()).toISOString(),
    requestId: id,
    caller: line.caller ?? 'unidentified',
    ...(line.role && { role: line.role }),
    service: line.service ?? 'unknown',
    operation: line.operation ?? `${wire.method} request`,
    authorization: line.authorization ?? [],
    ...('input' in line && { input: line.input }),
    ...(line.fault && { fault: line.fault }),
    status: answer === 'reset' ? 0 : answer.status,
    ...(line.errorCode && { errorCode: line.errorCode }),
    durationMs: Math.round((performance.now() - started) * 10) / 10,
  });
  if (written !== undefined) {
    const error = toAwsError(options, written, line.service ?? '', id, wire.headers['content-type']);
    answer = (service?.formatError ?? plainError)(error, { id, ...wire });
  }
  if (answer === 'reset') message.socket.destroy();
  else await send(response, wire, answer, id);
}

/** Writes an audit line. @returns why it could not be written: no request is answered that is not in the log */
function writeAudit(audit: AuditLog, line: AuditLine): unknown {
  try {
    audit.write(line);
    return undefined;
  } catch (cause) {
    return cause;
  }
}

/**
 * The caller of a request, and its body. Without a declared hash the body is read before the signature is checked, but not for
 * an unknown key.
 * @throws AwsError when the signature is wrong; BodyTooLarge, TooManyBodies
 */
async function receive(
  options: DoorOptions,
  { wire, message, accept }: Incoming,
  parts: SignedParts,
): Promise<{ readonly caller: Caller; readonly body: Readable }> {
  const claim = identify(options, wire, parts);
  const declared = declaredHash(wire, parts);
  const proven = declared === undefined ? undefined : claim.prove(declared);
  accept();
  if (proven && parts.signingName === 's3') return { caller: proven, body: message };
  const { stream, payloadHash } = await options.bodies.read(message, parts.signingName, proven !== undefined);
  return { caller: proven && payloadHash === declared ? proven : claim.prove(payloadHash), body: stream };
}

/** A request to a service that takes it without a signature of AWS. */
interface OpenParts {
  readonly open: true;
  readonly signingName: string;
}

/** The service that takes a request though nobody signed it, as API Gateway does where a route says so. */
function openService({ services }: Behind, { method, path }: WireRequest): OpenParts | undefined {
  const found = [...services].find(([, service]) => service.takesUnsigned?.(method, path));
  return found && { open: true, signingName: found[0] };
}

/** Nobody: no policy allows them anything. */
const ANONYMOUS: Caller = { accessKeyId: '', arn: 'anonymous', roleArn: 'anonymous' };

async function receiveOpen(
  options: DoorOptions,
  { message, accept }: Incoming,
  { signingName }: OpenParts,
): Promise<{ readonly caller: Caller; readonly body: Readable }> {
  accept();
  return { caller: ANONYMOUS, body: (await options.bodies.read(message, signingName, false)).stream };
}

/** Prepares, authorises and performs a request, and fills in its audit line. */
async function call(
  { clock, faults }: DoorOptions,
  behind: Behind,
  service: CloudService,
  caller: Caller,
  line: OpenLine,
  request: ServiceRequest,
  gone: AbortSignal,
): Promise<ServiceResponse | 'reset'> {
  const decide = (entry: Parameters<Authorizer>[0]) => behind.authorizer(entry, caller, request.region);
  const prepared: PreparedCall = await service.prepare({ ...request, isAllowed: (entry) => decide(entry).allowed });
  line.operation = prepared.operation;
  if (prepared.input !== undefined) line.input = auditedInput(request.signingName, prepared.input);
  if (service.members) refuseUnread(service.members, knownMembers[service.members.model] ?? {}, prepared);
  const { authorization, refusal } = decideInTurn(prepared.authorize, decide);
  line.authorization = authorization;
  if (refusal !== undefined) {
    throw doorError(request.signingName, 'AccessDenied', refusal, 403, request.headers['content-type']);
  }
  const fault = faults?.({
    caller,
    service: request.signingName,
    operation: prepared.operation,
    authorize: prepared.authorize,
    ...(line.role && { role: line.role }),
  });
  if (fault) line.fault = faultName(fault);
  return performUnder(fault, () => prepared.execute(), clock, gone);
}
