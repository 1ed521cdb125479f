import { artifactStore } from '#functions/aws/buckets';
import { s3Client } from '#functions/aws/clients/s3';
import { sageMakerRuntimeClient } from '#functions/aws/clients/sagemaker-runtime';
import { invokeEndpoint } from '#functions/aws/invoke-endpoint';
import { objectStore } from '#functions/aws/object-store';
import { endpointTestStore } from '#functions/aws/tables';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { functionMemoryMb, openEngine } from '#functions/shards/duckdb';
import { runEndpointTest } from '#functions/use-cases/run-endpoint-test';
import { runEndpointTestSchema } from '#schemas/events/endpoint-tests';
import { type Golden, goldenSchema } from '#schemas/records/golden';

const config = readConfig(['STAGE', 'ARTIFACTS_BUCKET', 'ENDPOINT_TESTS_TABLE']);

async function readGolden(uri: string): Promise<Golden> {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  return objectStore(s3Client(), bucket).readJson(key, goldenSchema);
}

/** Runs one test on an endpoint. */
export const handler = withMiddleware(runEndpointTestSchema, (event) =>
  runEndpointTest(
    {
      stage: config.STAGE,
      tests: endpointTestStore(config),
      artifacts: artifactStore(config),
      readGolden,
      ask: (endpointName, body, contentType) =>
        invokeEndpoint(sageMakerRuntimeClient(), endpointName, contentType, body),
      openEngine: () => openEngine({ memoryMb: functionMemoryMb() }),
    },
    event,
  ),
);
