import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PageHandler } from '../cloud/page-wire.ts';
import { AwsError } from '../cloud/service.ts';
import { isLoopbackHost, toWireRequest } from './receive.ts';
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
export async function createDoor(options: DoorOptions, port: number): Promise<Door> {
  const { log } = options;
  const pages: { prefix: string; handler: PageHandler }[] = [];
  const { promise: opened, resolve: open } = Promise.withResolvers<Behind>();

  async function receive(message: IncomingMessage, response: ServerResponse): Promise<void> {
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
    await serve(options, await opened, { id, started, wire, message, response });
  }

  // Uploads of many gigabytes take as long as they take; only the headers must come soon.
  const timeouts = { keepAliveTimeout: 75_000, headersTimeout: 60_000, requestTimeout: 0 };
  const server = createServer(timeouts, (message, response) => {
    receive(message, response).catch((cause: unknown) => {
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
