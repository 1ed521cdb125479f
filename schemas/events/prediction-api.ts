import * as z from 'zod';
import { predictResponseSchema } from '#schemas/events/predict';

/**
 * A request to the prediction API as API Gateway hands it to a function (API Gateway Developer Guide, "Create AWS Lambda proxy integrations
 * for HTTP APIs", payload format 2.0).
 */
export const apiRequestSchema = z.object({
  pathParameters: z.object({ name: z.string() }),
  headers: z.record(z.string(), z.string()),
  queryStringParameters: z.record(z.string(), z.string()).default({}),
  requestContext: z.object({ requestId: z.string() }),
  body: z.string().default(''),
  isBase64Encoded: z.boolean().default(false),
});
export type ApiRequest = z.output<typeof apiRequestSchema>;

/** What is wrong, for programs. A code keeps its meaning. */
export const API_ERRORS = {
  'invalid-request': { status: 400, means: 'The body is not JSON with `rows`, or not CSV.' },
  'invalid-rows': { status: 400, means: 'A value cannot be read. `row` and `column` say where.' },
  'unknown-pipeline': { status: 404, means: 'No pipeline has this name.' },
  'too-large': { status: 413, means: 'The body has too many bytes, or too many rows.' },
  'unsupported-type': { status: 415, means: 'The content type is neither `application/json` nor `text/csv`.' },
  'not-explained': { status: 422, means: 'The model in service cannot be explained. Send the rows without `explain`.' },
  throttled: { status: 429, means: 'Too many requests at once. Try again after `Retry-After` seconds.' },
  internal: { status: 500, means: 'A fault of Tidegate. The log of the function has the request id.' },
  'model-failed': { status: 502, means: 'The model failed on these rows. See the log of the endpoint.' },
  'no-model': { status: 503, means: 'No model of this pipeline is in service yet.' },
  'not-serving': { status: 503, means: 'The endpoint is being created, or was deleted.' },
  'model-changing': { status: 503, means: 'A deployment is under way and no model answered for itself. Try again.' },
  queued: {
    status: 503,
    means: 'The rows wait in the queue of an asynchronous endpoint. Send them again after `Retry-After` seconds.',
  },
  'unknown-model': { status: 503, means: 'The endpoint was changed by hand. Deploy a model again.' },
  unavailable: { status: 503, means: 'A service of AWS failed for now. Try again.' },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly means: string }>>;
export type ApiErrorCode = keyof typeof API_ERRORS;

/** The body of a 200. */
export const apiAnswerSchema = predictResponseSchema.omit({ endpoint: true }).extend({
  requestId: z.string(),
  latencyMs: z.number().describe('time that the request took in the function, in milliseconds'),
});
export type ApiAnswer = z.output<typeof apiAnswerSchema>;

/** The body of any other answer of the function. */
export const apiErrorSchema = z.object({
  requestId: z.string(),
  error: z.object({
    code: z.enum(Object.keys(API_ERRORS) as [ApiErrorCode, ...ApiErrorCode[]]),
    message: z.string().describe('for people; it never has a value of a row'),
    row: z.int().min(1).optional().describe('the row, from 1'),
    column: z.string().optional().describe('the column, by its name in the pipeline'),
  }),
});
