import type { PageApi } from '#src/faults/page-api';

const error = (code: string, status: number) => ({ code, status, message: code });

/** A web API of a page, for tests. */
export const chatApi: PageApi = {
  name: 'chat',
  operations: ['messages.post', 'users.list'],
  errors: {
    throttled: error('ratelimited', 429),
    failed: error('internal_error', 500),
    unavailable: error('service_unavailable', 503),
  },
};
