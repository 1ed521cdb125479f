import { setTimeout as sleep } from 'node:timers/promises';
import { longestRunMs } from '#domain/endpoint-tests/session';
import { answerQueued } from '#functions/aws/asynchronous-endpoint';
import { artifactStore } from '#functions/aws/buckets';
import { s3Client } from '#functions/aws/clients/s3';
import { loadTestClient, sageMakerRuntimeClient } from '#functions/aws/clients/sagemaker-runtime';
import { invokeEndpoint } from '#functions/aws/invoke-endpoint';
import { objectStore } from '#functions/aws/object-store';
import { endpointTestStore } from '#functions/aws/tables';
import { queueClients } from '#functions/composition/queue-clients';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { functionMemoryMb, openEngine } from '#functions/shards/duckdb';
import { runEndpointTest } from '#functions/use-cases/run-endpoint-test';
import { runEndpointTestSchema } from '#schemas/events/endpoint-tests';
import { type Golden, goldenSchema } from '#schemas/records/golden';

const config = readConfig(['STAGE', 'ARTIFACTS_BUCKET', 'CLEAN_BUCKET', 'ENDPOINT_TESTS_TABLE']);

async function readGolden(uri: string): Promise<Golden> {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  return objectStore(s3Client(), bucket).readJson(key, goldenSchema);
}

/** Runs one test on an endpoint. One with a queue is waited for as long as a test may send requests. */
export const handler = withMiddleware(runEndpointTestSchema, (event) => {
  const until = performance.now() + longestRunMs;
  return runEndpointTest(
    {
      stage: config.STAGE,
      tests: endpointTestStore(config),
      artifacts: artifactStore(config),
      readGolden,
      ask: (endpointName, body, contentType) =>
        invokeEndpoint(sageMakerRuntimeClient(), endpointName, contentType, body),
      askOnce: (endpointName, body, contentType) => invokeEndpoint(loadTestClient(), endpointName, contentType, body),
      askQueued: (pipeline, endpointName, body, contentType) =>
        answerQueued(queueClients(config), { pipeline, endpointName, body, contentType, accept: 'text/csv' }, until),
      now: () => performance.now(),
      sleep,
      openEngine: (texts) => openEngine({ memoryMb: functionMemoryMb(), textFunctions: texts?.functions ?? {} }),
    },
    event,
  );
});
