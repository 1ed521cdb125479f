import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type * as z from 'zod';
import { bounded, shownList, shownPath } from '#domain/data/shown';
import { InvalidInputError, TidegateError, TransientError } from '#domain/errors';
import { counted } from '#domain/text/numbers';
import { logger } from '#functions/runtime/logger';
import { isTransient, serviceOf } from '#functions/runtime/transient-errors';

/** Where and why an event is invalid. A key that the schema does not know may be a value, so it is counted and not shown. */
function describeIssues(issues: readonly z.core.$ZodIssue[]): string {
  const problems = issues.map((issue) => {
    const path = shownPath(issue.path) || '(the event)';
    return issue.code === 'unrecognized_keys'
      ? `${path}: ${counted(issue.keys.length, 'unknown key')}`
      : `${path}: ${bounded(issue.message, 300)}`;
  });
  return problems.length > 10 ? shownList(problems, 10) : problems.join('; ');
}

/**
 * The shared middleware stack. It validates the event with `schema` (the handler receives the parsed value), adds the run id to
 * every log line, and throws errors under the names that the state machines match.
 *
 * @throws InvalidInputError naming the paths when the event is invalid; TransientError for a failure worth retrying.
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
        throw new InvalidInputError(`Input of ${request.context.functionName}: ${describeIssues(parsed.error.issues)}`);
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
