import { createHmac } from 'node:crypto';
import { answerJson, isSameSecret, type PageHandler } from '../cloud/page-wire.ts';
import { TemplateError } from '../cloudformation/template.ts';
import type { StackKeeper } from './stack-keeper.ts';

/** Where a running cloud is told to update its stack (POST). */
export const UPDATE_PREFIX = '/_update/';

/**
 * What the user of a cloud puts into `Authorization` to have it updated: shows that they know the administrator's secret without
 * sending it.
 */
export const updateAuthorization = (secretAccessKey: string): string =>
  `Bearer ${createHmac('sha256', secretAccessKey).update('embedded-cloud update').digest('hex')}`;

/** The page that updates the stack: it answers with what changed and the outputs, or with why nothing did. */
export function createUpdatePage(
  keeper: Pick<StackKeeper, 'update' | 'stack'>,
  adminSecret: string,
): { readonly prefix: string; readonly handle: PageHandler } {
  const authorization = updateAuthorization(adminSecret);
  return {
    prefix: UPDATE_PREFIX,
    async handle(request, response) {
      if (request.method !== 'POST') return answerJson(response, 405, { error: 'POST updates the stack.' });
      if (!isSameSecret(request.headers.authorization ?? '', authorization)) {
        return answerJson(response, 403, { error: 'Only who started this cloud may update it.' });
      }
      try {
        answerJson(response, 200, { ...(await keeper.update()), outputs: keeper.stack().outputs });
      } catch (cause) {
        const status = cause instanceof TemplateError ? 400 : 500;
        answerJson(response, status, { error: cause instanceof Error ? cause.message : String(cause) });
      }
    },
  };
}
