import { answerJson, type PageHandler } from '../cloud/page-wire.ts';

/** Where a cloud says which one it is. */
export const INSTANCE_PREFIX = '/_instance/';

/** The page that answers with the random id of this start of the cloud. Who holds the id knows that it is this one. */
export const createInstancePage = (instance: string): { readonly prefix: string; readonly handle: PageHandler } => ({
  prefix: INSTANCE_PREFIX,
  handle: async (request, response) => {
    if (request.method === 'GET') answerJson(response, 200, { instance });
    else answerJson(response, 405, { error: 'GET returns which cloud this is.' });
  },
});

/** Whether the cloud of this id answers at an endpoint. */
export async function answersAs(endpoint: string, instance: string, timeoutMs = 2000): Promise<boolean> {
  try {
    const response = await fetch(`${endpoint}${INSTANCE_PREFIX}`, {
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    });
    const answer: unknown = await response.json();
    return typeof answer === 'object' && answer !== null && 'instance' in answer && answer.instance === instance;
  } catch {
    return false;
  }
}
