import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Serves a page handler on a free loopback port. */
export const servePages = async (pages: {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}): Promise<{ readonly endpoint: string; close(): Promise<void> }> => {
  const server = createServer((request, response) => {
    pages.handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
