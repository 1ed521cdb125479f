import type { Judgement } from '#domain/endpoint-tests/answer';
import { runTest } from '#domain/endpoint-tests/run';
import type { LoadedTest } from '#domain/endpoint-tests/suite';
import { s3Client } from '#functions/aws/clients/s3';
import { sageMakerRuntimeClient } from '#functions/aws/clients/sagemaker-runtime';
import { invokeEndpoint } from '#functions/aws/invoke-endpoint';
import { objectStore } from '#functions/aws/object-store';
import { withMiddleware } from '#functions/runtime/middleware';
import { runEndpointTestSchema } from '#schemas/endpoint-test';
import { type Golden, goldenSchema } from '#schemas/records/golden';
import type { TestResult } from '#schemas/records/test-result';

async function readGolden(uri: string): Promise<Golden> {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  return objectStore(s3Client(), bucket).readJson(key, goldenSchema);
}

async function judge(endpointName: string, test: LoadedTest): Promise<Judgement> {
  if (test.kind === 'invalid') return { passed: false, detail: test.problem };
  const ask = (body: string, contentType: string) =>
    invokeEndpoint(sageMakerRuntimeClient(), endpointName, contentType, body);
  try {
    return await runTest(test, { ask, readGolden });
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ValidationError')) throw error;
    return { passed: false, detail: 'SageMaker refused the request (ValidationError): is the endpoint in service?' };
  }
}

/** Runs one test on an endpoint. A failed expectation is a result; an error means that the test could not run. */
export const handler = withMiddleware(runEndpointTestSchema, async ({ endpointName, test }): Promise<TestResult> => {
  const start = performance.now();
  const { passed, detail } = await judge(endpointName, test);
  return { id: test.id, kind: test.kind, passed, detail, durationMs: Math.round(performance.now() - start) };
});
