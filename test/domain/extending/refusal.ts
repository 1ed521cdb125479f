import * as z from 'zod';
import { commonSettings, type EndpointTestKind } from '#domain/endpoint-tests/endpoint-test';
import { oneRequest } from '#domain/endpoint-tests/one-request';

const schema = z.strictObject({
  ...commonSettings,
  kind: z.literal('refusal').describe('a broken request is refused, not answered'),
  body: z.string().max(1000).default('not,a,number').describe('a request that no model can answer'),
});

export const refusal = {
  name: 'refusal',
  label: 'Refusal',
  summary: 'A broken request is refused with a status from 400 to 499.',
  schema,
  example: { id: 'no-numbers', kind: 'refusal', body: 'a,b,c' },
  ...oneRequest<z.output<typeof schema>>({
    request: ({ body }) => ({ contentType: 'text/csv', content: { body } }),
    judge: (_, __, { status }) => ({ passed: status >= 400 && status < 500, detail: `status ${status}` }),
  }),
  defaultTest: () => ({ id: 'refusal-default', kind: 'refusal', body: 'not,a,number' }),
} as const satisfies EndpointTestKind<typeof schema>;
