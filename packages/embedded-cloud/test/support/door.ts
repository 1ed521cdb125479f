import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { refuseUnread } from '#src/cloud/members';
import {
  type AuthorizationRequest,
  AwsError,
  type BusEvent,
  type Caller,
  type Clock,
  type CloudContext,
  type CloudService,
  type ServiceRequest,
  type ServiceResponse,
} from '#src/cloud/service';
import { knownMembers } from '#src/service-model/request-members';

/** A clock that stands still until it is advanced. */
export interface ManualClock extends Clock {
  /** Moves time on by `ms` and wakes every sleeper whose time has come, in order of waking time. */
  advance(ms: number): Promise<void>;
  /** How many sleeps are pending: lets a test wait until the code under test sleeps. */
  readonly sleepers: number;
}

/** @param start milliseconds since the epoch, by default 2026-01-01T00:00:00Z. */
export const manualClock = (start = Date.UTC(2026, 0, 1)): ManualClock => {
  let now = start;
  const pending = new Set<{ readonly at: number; readonly wake: () => void }>();
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    now: () => now,
    get sleepers() {
      return pending.size;
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const onAbort = () => {
          pending.delete(sleeper);
          reject(signal?.reason);
        };
        const wake = () => {
          pending.delete(sleeper);
          signal?.removeEventListener('abort', onAbort);
          resolve();
        };
        const sleeper = { at: now + ms, wake };
        pending.add(sleeper);
        signal?.addEventListener('abort', onAbort, { once: true });
      }),
    advance: async (ms) => {
      const end = now + ms;
      await settle();
      for (;;) {
        const next = [...pending].sort((a, b) => a.at - b.at)[0];
        if (next === undefined || next.at > end) break;
        now = Math.max(now, next.at);
        next.wake();
        await settle();
      }
      now = end;
    },
  };
};

/** A context that keeps what a service emits and logs. */
export interface FakeContext extends CloudContext {
  readonly clock: ManualClock;
  /** Everything emitted so far, oldest first. */
  readonly events: BusEvent[];
  readonly logs: {
    readonly level: string;
    readonly message: string;
    readonly fields: Readonly<Record<string, unknown>>;
  }[];
}

/**
 * A context for one service under test.
 * @param stateDir where the service keeps its state; the test makes and removes it.
 * @param overrides replaces members, for instance `service` or `clientConfig` when the service calls others.
 */
export const fakeContext = (stateDir: string, overrides: Partial<FakeContext> = {}): FakeContext => {
  const events: BusEvent[] = [];
  const logs: FakeContext['logs'] = [];
  return {
    partition: 'aws',
    accountId: '123456789012',
    region: 'eu-central-1',
    stateDir,
    clock: manualClock(),
    events,
    logs,
    log: (level, message, fields = {}) => logs.push({ level, message, fields }),
    emit: (event) => events.push(event),
    actAs: () => undefined,
    clientConfig: (roleArn) => {
      throw new Error(`no client configuration for ${roleArn}: pass clientConfig in the overrides of fakeContext`);
    },
    service: (signingName) => {
      throw new Error(`no service ${signingName}: pass service in the overrides of fakeContext`);
    },
    ...overrides,
  };
};

/** One call as the service under test prepared it. */
export interface SeenCall {
  readonly operation: string;
  readonly authorize: readonly AuthorizationRequest[];
  readonly input: unknown;
}

export interface ServedService {
  /** `http://127.0.0.1:<port>`, ready for `new XClient({ endpoint })`. */
  readonly endpoint: string;
  /** Every prepared call, oldest first. */
  readonly calls: SeenCall[];
  /** The events of the context given, else always empty. */
  readonly events: readonly BusEvent[];
  /** Closes the server, then the service. */
  close(): Promise<void>;
}

export interface ServeOptions {
  /** The context the service was made with: its events are shown. */
  readonly context?: FakeContext;
  /** Answers whether a caller may do something; by default everybody may do everything. */
  readonly allow?: (request: AuthorizationRequest, caller: Caller) => boolean;
}

const administrator = (accessKeyId: string): Caller => ({ accessKeyId, arn: 'arn:aws:iam::123456789012:user/admin' });

/** Access key, region and signing name of the credential scope, in the header or in a presigned query. */
const credentialScope = (headers: Readonly<Record<string, string>>, query: URLSearchParams): readonly string[] => {
  const fromHeader = /Credential=([^,\s]+)/.exec(headers['authorization'] ?? '')?.[1];
  return (fromHeader ?? query.get('X-Amz-Credential') ?? '').split('/');
};

const toServiceRequest = (message: IncomingMessage, service: CloudService, id: string): ServiceRequest => {
  const [path = '/', query = ''] = (message.url ?? '/').split(/\?(.*)/s);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value;
  }
  const search = new URLSearchParams(query);
  const [accessKeyId = 'TEST', , region = 'eu-central-1', signingName = service.signingNames[0] ?? ''] =
    credentialScope(headers, search);
  return {
    id,
    method: message.method ?? 'GET',
    path,
    query: search,
    headers,
    body: message,
    signingName,
    region,
    caller: administrator(accessKeyId),
  };
};

const write = async (reply: ServerResponse, response: ServiceResponse): Promise<void> => {
  reply.writeHead(response.status, response.headers);
  if (response.body instanceof Readable) await pipeline(response.body, reply);
  else reply.end(response.body);
};

/** An error inside a service: returned to the client, so that a failing test shows the reason. */
const asAwsError = (error: unknown): AwsError =>
  error instanceof AwsError
    ? error
    : new AwsError('InternalError', error instanceof Error ? (error.stack ?? error.message) : String(error), 500);

/** Puts one service behind a loopback HTTP server that trusts every signature. */
export const serveService = async (service: CloudService, options: ServeOptions = {}): Promise<ServedService> => {
  const calls: SeenCall[] = [];
  let count = 0;

  const answer = async (request: ServiceRequest): Promise<ServiceResponse> => {
    try {
      const call = await service.prepare(request);
      calls.push({ operation: call.operation, authorize: call.authorize, input: call.input });
      // A test may put fakes of other services behind the same door.
      if (service.members && request.signingName === service.signingNames[0])
        refuseUnread(service.members, knownMembers[service.members.model] ?? {}, call);
      const denied = call.authorize.find((wanted) => options.allow?.(wanted, request.caller) === false);
      if (denied) throw new AwsError('AccessDenied', `not authorized: ${denied.action} on ${denied.resource}`, 403);
      return await call.execute();
    } catch (error) {
      return service.formatError(asAwsError(error), request);
    }
  };

  // As the door: a client that was idle for the default of five seconds must not find its connection just closed.
  const server = createServer({ keepAliveTimeout: 75_000 }, (message, reply) => {
    count += 1;
    const request = toServiceRequest(message, service, `REQUEST${String(count).padStart(9, '0')}`);
    answer(request)
      .then((response) => write(reply, response))
      .catch(() => reply.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    endpoint: `http://127.0.0.1:${port}`,
    calls,
    events: options.context?.events ?? [],
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await service.close?.();
    },
  };
};
