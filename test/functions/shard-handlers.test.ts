import type { Context } from 'aws-lambda';
import { beforeAll, describe, expect, test, vi } from 'vitest';

type Handler = (event: never, context: Context) => Promise<unknown>;
const handlers: Record<string, Handler> = {};
const context = { functionName: 'the function', awsRequestId: '1', invokedFunctionArn: 'arn' } as Context;

beforeAll(async () => {
  for (const name of ['STAGE', 'RAW_BUCKET', 'CLEAN_BUCKET', 'ARTIFACTS_BUCKET', 'TOKEN_KEY_SECRET', 'TRAINING_IMAGES'])
    vi.stubEnv(name, `${name.toLowerCase()}-name`);
  handlers['desensitize-shard'] = (await import('#functions/desensitize-shard')).handler as Handler;
  handlers['locate-rows'] = (await import('#functions/locate-rows')).handler as Handler;
  handlers['divide-rows'] = (await import('#functions/divide-rows')).handler as Handler;
  handlers['profile-shard'] = (await import('#functions/profile-shard')).handler as Handler;
  handlers['fit-transform'] = (await import('#functions/fit-transform')).handler as Handler;
  handlers['transform-shard'] = (await import('#functions/transform-shard')).handler as Handler;
  vi.unstubAllEnvs();
});

const run = { pipeline: 'p', runId: 'r' };
describe.each([
  ['desensitize-shard', { run, shard: { index: 0, key: '', size: 1 } }, 'shard.key'],
  ['desensitize-shard', { run, shard: { index: -1, key: 'a', size: 1 } }, 'shard.index'],
  ['desensitize-shard', { shard: { index: 0, key: 'a', size: 1 } }, 'run'],
  ['locate-rows', { run, shard: { first: 0, part: { count: 2, size: 0 } } }, 'shard.part.size'],
  ['locate-rows', { run, shard: { first: 0 } }, 'shard.part'],
  ['divide-rows', { run, shards: 0 }, 'shards'],
  ['divide-rows', { run, shards: 1, champion: { runId: 'r' } }, 'champion.pipeline'],
  ['profile-shard', { run, shard: { index: 0.5 } }, 'shard.index'],
  ['fit-transform', { run, shards: 0 }, 'shards'],
  ['fit-transform', {}, 'run'],
  ['transform-shard', { run, shard: {} }, 'shard.index'],
  ['transform-shard', { run, shard: { index: 0 }, champion: { pipeline: 'p' } }, 'champion.runId'],
])('%s called with %j', (name, event, path) => {
  test(`is refused, naming ${path}`, async () => {
    const error = await handlers[name]?.(event as never, context).catch((e: unknown) => e);
    expect(error).toMatchObject({
      name: 'InvalidInputError',
      message: expect.stringContaining(`Input of the function: ${path}`),
    });
  });
});
