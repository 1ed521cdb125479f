import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type * as z from 'zod';
import { InvalidInputError, TidegateError, TransientError } from '#domain/errors';
import { logger } from '#functions/runtime/logger';
import { isTransient, serviceOf } from '#functions/runtime/transient-errors';

/**
 * The one middleware stack. Validates the event with `schema` (the handler sees the parsed value), gives every log line
 * the run it belongs to, and lets errors out under the names the state machines match.
 *
 * @throws InvalidInputError when the event does not fit, naming the paths; TransientError for what may go away by itself.
 */
export function withMiddleware<S extends z.ZodType, R>(
  schema: S,
  handler: (event: z.output<S>, context: Context) => Promise<R>,
): (event: z.input<S>, context: Context) => Promise<R> {
  const wrapped = middy<z.output<S>, R>(handler).use({
    before: (request) => {
      logger.addContext(request.context);
      const parsed = schema.safeParse(request.event);
      if (!parsed.success) {
        const problems = parsed.error.issues.map((i) => `${i.path.join('.') || '(the event)'}: ${i.message}`);
        throw new InvalidInputError(`Input of ${request.context.functionName}: ${problems.join('; ')}`);
      }
      request.event = parsed.data;
      const run = (parsed.data as { run?: { pipeline?: string; runId?: string } } | undefined)?.run;
      if (run) logger.appendKeys({ pipeline: run.pipeline, runId: run.runId });
    },
    after: () => {
      logger.resetKeys();
    },
    onError: (request) => {
      const { error } = request;
      if (error instanceof TidegateError) logger.warn(error.message, { errorName: error.name });
      else logger.error('unexpected error', { errorName: error?.name, stack: error?.stack });
      logger.resetKeys();
      if (!(error instanceof TidegateError) && isTransient(error)) {
        throw new TransientError(`${serviceOf(error)}${error?.name}: ${error?.message}`, { cause: error });
      }
    },
  });
  return wrapped as unknown as (event: z.input<S>, context: Context) => Promise<R>;
}
