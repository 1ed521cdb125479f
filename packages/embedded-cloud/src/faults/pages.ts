import { createHmac } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerJson, isSameSecret, type PageHandler, readPageBody } from '../cloud/page-wire.ts';
import type { FaultControl } from './control.ts';
import { FaultFileError, parseFaultFile } from './fault-file.ts';
import type { PageApi } from './page-api.ts';

/** Where a running cloud's faults are read (GET), set (PUT, a fault file) and cleared (DELETE). */
export const FAULTS_PREFIX = '/_faults/';

const MAX_BYTES = 256 * 1024;

/**
 * What the user of a cloud puts into `Authorization` to change its faults: shows that they know the administrator's secret
 * without sending it.
 */
export const faultsAuthorization = (secretAccessKey: string): string =>
  `Bearer ${createHmac('sha256', secretAccessKey).update('embedded-cloud faults').digest('hex')}`;

/**
 * The page of a cloud's faults, JSON. Anyone on this machine may read it; changing needs `faultsAuthorization`, which no web
 * page knows and none may send across origins.
 *
 * @param apis APIs of pages that rules may name as `service`
 */
export function createFaultPages(
  control: FaultControl,
  apis: readonly PageApi[],
  adminSecret: string,
): { readonly prefix: string; readonly handle: PageHandler } {
  const authorization = faultsAuthorization(adminSecret);

  const show = (response: ServerResponse): void => answerJson(response, 200, { faults: control.status() ?? null });

  async function set(request: IncomingMessage, response: ServerResponse, name: string): Promise<void> {
    const text = await readPageBody(request, MAX_BYTES);
    if (text === undefined) return answerJson(response, 413, { error: `A fault file has at most ${MAX_BYTES} bytes.` });
    try {
      control.set(await parseFaultFile(text, name, apis));
    } catch (cause) {
      if (cause instanceof FaultFileError) return answerJson(response, 400, { error: cause.message });
      throw cause;
    }
    show(response);
  }

  return {
    prefix: FAULTS_PREFIX,
    async handle(request, response) {
      const url = new URL(request.url ?? '/', 'http://localhost');
      if (url.pathname !== FAULTS_PREFIX) return answerJson(response, 404, { error: 'not found' });
      if (request.method === 'GET') return show(response);
      if (request.method !== 'PUT' && request.method !== 'DELETE') {
        return answerJson(response, 405, { error: 'GET reads the faults, PUT sets them, DELETE clears them.' });
      }
      if (!isSameSecret(request.headers.authorization ?? '', authorization)) {
        return answerJson(response, 403, { error: 'Only who started this cloud may change its faults.' });
      }
      if (request.method === 'PUT') return set(request, response, url.searchParams.get('name') ?? 'faults');
      control.clear();
      show(response);
    },
  };
}
