import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AuditLine, AuditLog } from '../audit/log.ts';
import type { CredentialStore } from '../cloud/credentials.ts';
import type { FaultHook } from '../cloud/fault-hook.ts';
import { faultName } from '../cloud/faults.ts';
import { auditedInput } from '../cloud/left-out.ts';
import type { PageHandler } from '../cloud/page-wire.ts';
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
import { type Authorizer, decideInTurn } from './authorize.ts';
import { BodyTooLarge, isLoopbackHost, receiveBody, toWireRequest } from './receive.ts';
import { send } from './respond.ts';
import {
  checkTime,
  parseSignature,
  type SignedParts,
  signatureMatches,
  unsignedHeaders,
  type WireRequest,
} from './sigv4.ts';
import { doorError, plainError } from './wire-errors.ts';

export interface DoorOptions {
  readonly credentials: CredentialStore;
  readonly audit: AuditLog;
  readonly region: string;
  readonly clock: CloudContext['clock'];
  readonly log: CloudContext['log'];
  readonly faults?: FaultHook;
}

/** What the door needs from the cloud behind it, once that is ready. */
export interface Behind {
  readonly services: ReadonlyMap<string, CloudService>;
  readonly authorizer: Authorizer;
  /** Logical id of a role, for audit lines and faults. */
  roleName(roleArn: string): string | undefined;
}

export interface Door {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  /** Requests that came before are answered from now on. */
  open(behind: Behind): void;
  /** Serves pages below a path prefix such as `/_faults/`. */
  mount(prefix: string, handler: PageHandler): void;
  close(): Promise<void>;
}

/** Services that one region does not bind. */
const GLOBAL_SERVICES = new Set(['iam', 'sts']);

/** The one way into the embedded cloud: an HTTP server on the loopback that checks, authorises, audits and routes. */
export async function createDoor(options: DoorOptions, port: number): Promise<Door> {
  const { credentials, audit, region, clock, log, faults } = options;
  const pages: { prefix: string; handler: PageHandler }[] = [];
  const { promise: opened, resolve: open } = Promise.withResolvers<Behind>();

  function identify(wire: WireRequest, parts: SignedParts, payloadHash: string): Caller {
    const refuse = (code: string, message: string, status: number) =>
      doorError(parts.signingName, code, message, status, wire.headers['content-type']);
    const identity = credentials.identify(parts.accessKeyId, parts.sessionToken, Date.now());
    // Signatures are made by clients with the machine's own time, so they are checked against it.
    checkTime(parts, Date.now());
    const unsigned = unsignedHeaders(wire, parts);
    if (unsigned.length > 0)
      throw refuse(
        'AccessDenied',
        `There were headers present in the request which were not signed: ${unsigned.join(', ')}`,
        403,
      );
    if (!signatureMatches(wire, parts, identity.secretAccessKey, payloadHash)) {
      throw refuse(
        'SignatureDoesNotMatch',
        'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
        403,
      );
    }
    if (parts.region !== region && !GLOBAL_SERVICES.has(parts.signingName)) {
      throw refuse(
        'SignatureDoesNotMatch',
        `Credential should be scoped to a valid region, not '${parts.region}': this cloud is in ${region}. Set AWS_REGION=${region}.`,
        403,
      );
    }
    return identity.caller;
  }

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = performance.now();
    const id = randomUUID();
    const wire = toWireRequest(message);
    if (!isLoopbackHost(wire.headers['host'])) {
      await send(
        response,
        wire,
        plainError(new AwsError('AccessDenied', 'The Host header does not name this machine.', 403), { id, ...wire }),
        id,
      );
      return;
    }
    const page = pages.find(({ prefix }) => wire.path.startsWith(prefix) || wire.path === prefix.slice(0, -1));
    if (page) {
      await page.handler(message, response);
      return;
    }
    const behind = await opened;
    const line: { -readonly [key in keyof AuditLine]?: AuditLine[key] } = {};
    let service: CloudService | undefined;
    let answer: ServiceResponse | 'reset';
    try {
      const parts = parseSignature(wire);
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
      const body = await receiveBody(message, wire, parts.signingName, parts.expires !== undefined);
      const caller = identify(wire, parts, body.payloadHash);
      line.caller = caller.arn;
      const role = caller.roleArn && behind.roleName(caller.roleArn);
      if (role) line.role = role;
      const request = {
        id,
        method: wire.method,
        path: wire.path,
        query: new URLSearchParams(wire.rawQuery),
        headers: wire.headers,
        body: body.stream,
        signingName: parts.signingName,
        region: parts.region,
        caller,
      };
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      answer = await call(behind, service, caller, line, request, gone.signal);
    } catch (cause) {
      const error = toAwsError(cause, line.service ?? '', id, wire.headers['content-type']);
      line.errorCode = error.code;
      answer = (service?.formatError ?? plainError)(error, { id, ...wire });
    }
    audit.write({
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
    if (answer === 'reset') message.socket.destroy();
    else await send(response, wire, answer, id);
  }

  async function call(
    behind: Behind,
    service: CloudService,
    caller: Caller,
    line: { -readonly [key in keyof AuditLine]?: AuditLine[key] },
    request: ServiceRequest,
    gone: AbortSignal,
  ): Promise<ServiceResponse | 'reset'> {
    const decide = (entry: Parameters<Authorizer>[0]) => behind.authorizer(entry, caller, request.region);
    const prepared: PreparedCall = await service.prepare({ ...request, isAllowed: (entry) => decide(entry).allowed });
    line.operation = prepared.operation;
    if (prepared.input !== undefined) line.input = auditedInput(request.signingName, prepared.input);
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

  function toAwsError(cause: unknown, signingName: string, id: string, contentType: string | undefined): AwsError {
    if (cause instanceof AwsError) {
      const found = [
        'InvalidAccessKeyId',
        'InvalidToken',
        'ExpiredToken',
        'IncompleteSignature',
        'RequestTimeTooSkewed',
        'SignatureDoesNotMatch',
        'AccessDenied',
      ];
      return found.includes(cause.code)
        ? doorError(signingName, cause.code, cause.message, cause.status, contentType)
        : cause;
    }
    if (cause instanceof BodyTooLarge) return doorError(signingName, 'EntityTooLarge', cause.message, 413, contentType);
    log('error', 'a service failed', {
      requestId: id,
      service: signingName,
      error: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
    });
    return doorError(
      signingName,
      'InternalError',
      `The embedded cloud failed at this request; its log has more under request id ${id}.`,
      500,
      contentType,
    );
  }

  // Uploads of many gigabytes take as long as they take; only the headers must come soon.
  const timeouts = { keepAliveTimeout: 75_000, headersTimeout: 60_000, requestTimeout: 0 };
  const server = createServer(timeouts, (message, response) => {
    serve(message, response).catch((cause: unknown) => {
      const gone = message.destroyed || response.destroyed;
      log(gone ? 'debug' : 'error', 'a response was not sent', {
        error: cause instanceof Error ? cause.message : String(cause),
      });
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: bound } = server.address() as AddressInfo;

  return {
    endpoint: `http://127.0.0.1:${bound}`,
    open,
    mount(prefix, handler) {
      pages.push({ prefix, handler });
      pages.sort((a, b) => b.prefix.length - a.prefix.length);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
