import { DynamoDBServiceException, ProvisionedThroughputExceededException } from '@aws-sdk/client-dynamodb';
import type { Context } from 'aws-lambda';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { DataEngineError, TransientError } from '#domain/errors';
import { logger } from '#functions/runtime/logger';
import { withMiddleware } from '#functions/runtime/middleware';
import { isTransient } from '#functions/runtime/transient-errors';

const context = { functionName: 'under-test', awsRequestId: 'r1', invokedFunctionArn: 'arn' } as Context;
const named = (name: string, more: object = {}) => Object.assign(new Error('said so'), { name, ...more });

let lines: Record<string, unknown>[];
beforeEach(() => {
  lines = [];
  const note = (text: string) => {
    lines.push(JSON.parse(text));
  };
  const { console: output } = logger as unknown as { console: Console };
  for (const method of ['info', 'warn', 'error'] as const) vi.spyOn(output, method).mockImplementation(note);
});
afterEach(() => vi.restoreAllMocks());

describe('what may go away by itself', () => {
  it.each([
    ['throttling', named('ThrottlingException')],
    ["S3's way to say so", named('SlowDown')],
    ['a lost connection', named('Error', { code: 'ECONNRESET' })],
    ["a service's own failure", named('Oops', { $metadata: { httpStatusCode: 503 } })],
    ['too many requests under any name', named('Oops', { $metadata: { httpStatusCode: 429 } })],
    ['what the SDK would retry', named('Oops', { $retryable: {} })],
  ])('is %s', (_, error) => {
    expect(isTransient(error)).toBe(true);
  });

  it.each([
    ['a refusal', named('AccessDenied', { $metadata: { httpStatusCode: 403 } })],
    ['a mistake', new TypeError('x is undefined')],
    ['an unknown code', named('Error', { code: 'ENOENT' })],
    ['no error', 'ThrottlingException'],
  ])('is not %s', (_, error) => {
    expect(isTransient(error)).toBe(false);
  });
});

describe('a handler', () => {
  const schema = z.object({
    n: z.number().default(7),
    run: z.object({ pipeline: z.string(), runId: z.string() }).optional(),
  });

  it('is given the parsed event and answers', async () => {
    const handler = withMiddleware(schema, async ({ n }) => n + 1);
    expect(await handler({}, context)).toBe(8);
    expect(await handler({ n: 1 }, context)).toBe(2);
  });

  it('is not called with an event that does not fit; the error names the places, never the values', async () => {
    const called = vi.fn();
    const handler = withMiddleware(z.object({ a: z.object({ b: z.number() }), c: z.enum(['x', 'y']) }), called);
    const event = { a: { b: 'jane.doe@example.com' }, c: 'jane.doe' } as never;
    await expect(handler(event, context)).rejects.toMatchObject({
      name: 'InvalidInputError',
      message: expect.stringMatching(/^Input of under-test: a\.b: .+; c: /),
    });
    await expect(handler('jane.doe' as never, context)).rejects.toThrow(/\(the event\): /);
    expect(called).not.toHaveBeenCalled();
    expect(JSON.stringify(lines)).not.toContain('jane.doe');
  });

  it('shows no key of an event that may be a value, and few of many problems', async () => {
    const handler = withMiddleware(
      z.object({ rows: z.array(z.record(z.string(), z.number())), more: z.strictObject({}).optional() }),
      async () => 1,
    );
    const row = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`jane${i}@example.com`, 'x']));
    const refused = await handler({ rows: [row], more: { 'Jane Doe': 1 } } as never, context).catch((e: Error) => e);
    expect(refused).toMatchObject({ name: 'InvalidInputError' });
    expect(String(refused)).toContain('rows.0.(a key that is not shown)');
    expect(String(refused)).toContain('and 491 more');
    expect(String(refused)).not.toMatch(/jane/i);
    const unknown = await handler({ rows: [], more: { 'Jane Doe': 1 } } as never, context).catch((e: Error) => e);
    expect(String(unknown)).toContain('more: 1 unknown key');
  });

  it('quotes no value of any event it refuses', async () => {
    const handler = withMiddleware(
      z.object({ pipeline: z.string().min(3), rows: z.array(z.record(z.string(), z.number())) }),
      async () => 1,
    );
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 6, unit: fc.constantFrom('q', 'Q', '7', '@') }), async (secret) => {
        for (const event of [
          { pipeline: [secret] },
          { pipeline: 'abc', rows: secret },
          { pipeline: 'abc', rows: [{ income: secret }] },
          secret,
        ]) {
          const error: unknown = await handler(event as never, context).catch((e: unknown) => e);
          expect(error).toMatchObject({ name: 'InvalidInputError' });
          expect((error as Error).message).not.toContain(secret);
        }
        expect(JSON.stringify(lines)).not.toContain(secret);
      }),
    );
  });

  it('has its run on every line of its log, and on none of the next call', async () => {
    const handler = withMiddleware(schema, async () => logger.info('at work'));
    await handler({ run: { pipeline: 'loan', runId: 'r1' } }, context);
    await handler({}, context);
    expect(lines[0]).toMatchObject({ message: 'at work', pipeline: 'loan', runId: 'r1', function_request_id: 'r1' });
    expect(lines[1]).not.toHaveProperty('runId');
  });

  it.each([
    ["Tidegate's own errors as they are", new DataEngineError('Cannot read'), 'DataEngineError', 'Cannot read'],
    ["Tidegate's own transient ones too", new TransientError('again'), 'TransientError', 'again'],
    ['what may go away as TransientError', named('SlowDown'), 'TransientError', 'SlowDown: said so'],
    [
      'a service that is not there under its own name',
      new DynamoDBServiceException({
        name: 'ServiceUnavailable',
        message: 'busy.',
        $fault: 'server',
        $metadata: { httpStatusCode: 503 },
      }),
      'TransientError',
      'DynamoDB ServiceUnavailable: busy.',
    ],
    [
      'a service that throttles under its own name, whatever class the error is of',
      new ProvisionedThroughputExceededException({ message: 'slow down.', $metadata: { httpStatusCode: 400 } }),
      'TransientError',
      'DynamoDB ProvisionedThroughputExceededException: slow down.',
    ],
    ['everything else as it is', named('AccessDenied'), 'AccessDenied', 'said so'],
  ])('lets out %s, and forgets the run', async (_, thrown, name, message) => {
    const handler = withMiddleware(schema, async () => {
      throw thrown;
    });
    await expect(handler({ run: { pipeline: 'loan', runId: 'r1' } }, context)).rejects.toMatchObject({ name, message });
    expect(lines).toMatchObject([{ runId: 'r1', errorName: thrown.name }]);
    logger.info('next');
    expect(lines[1]).not.toHaveProperty('runId');
  });
});
