import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PageHandler } from '../cloud/page-wire.ts';
import { AwsError } from '../cloud/service.ts';
import { createBodyReader, isLoopbackHost, toWireRequest } from './receive.ts';
import { send } from './respond.ts';
import { type Behind, type DoorOptions, serve } from './serve.ts';
import { plainError } from './wire-errors.ts';

export interface Door {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  /** Requests that came before are answered from now on. */
  open(behind: Behind): void;
  /** Serves pages below a path prefix such as `/_faults/`. */
  mount(prefix: string, handler: PageHandler): void;
  close(): Promise<void>;
}

/** The one way into the embedded cloud: an HTTP server on the loopback that checks, authorises, audits and routes. */
export async function createDoor(given: Omit<DoorOptions, 'bodies'>, port: number): Promise<Door> {
  const { log } = given;
  const options: DoorOptions = { ...given, bodies: createBodyReader() };
  const pages: { prefix: string; handler: PageHandler }[] = [];
  const { promise: opened, resolve: open } = Promise.withResolvers<Behind>();

  /** @param waits whether the client sends its body only after a 100 Continue */
  async function receive(message: IncomingMessage, response: ServerResponse, waits: boolean): Promise<void> {
    const started = performance.now();
    const id = randomUUID();
    const wire = toWireRequest(message);
    const keepAlive = response.shouldKeepAlive;
    // A client that is refused meanwhile may send its body or not: nothing else can follow on this connection.
    if (waits) response.shouldKeepAlive = false;
    const accept = () => {
      if (!waits) return;
      response.shouldKeepAlive = keepAlive;
      response.writeContinue();
    };
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
      accept();
      await page.handler(message, response);
      return;
    }
    await serve(options, await opened, { id, started, wire, message, response, accept });
  }

  // Uploads of many gigabytes take as long as they take; only the headers must come soon.
  const timeouts = { keepAliveTimeout: 75_000, headersTimeout: 60_000, requestTimeout: 0 };
  const answer = (message: IncomingMessage, response: ServerResponse, waits: boolean): void => {
    receive(message, response, waits).catch((cause: unknown) => {
      const gone = message.destroyed || response.destroyed;
      log(gone ? 'debug' : 'error', 'a response was not sent', {
        error: cause instanceof Error ? cause.message : String(cause),
      });
      response.destroy();
    });
  };
  const server = createServer(timeouts, (message, response) => answer(message, response, false));
  // Without this Node lets every client go on by itself.
  server.on('checkContinue', (message, response) => answer(message, response, true));
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
