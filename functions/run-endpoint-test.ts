import * as z from 'zod';
import { countRows, type Judgement, judgeContract, judgeGolden } from '#domain/endpoint-tests/judge';
import { NotFoundError } from '#domain/errors';
import { s3Client } from '#functions/aws/clients/s3';
import { sageMakerRuntimeClient } from '#functions/aws/clients/sagemaker-runtime';
import { invokeEndpoint } from '#functions/aws/invoke-endpoint';
import { objectStore } from '#functions/aws/object-store';
import { withMiddleware } from '#functions/runtime/middleware';
import {
  type EndpointTest,
  type Golden,
  goldenSchema,
  type LoadedTest,
  runEndpointTestSchema,
  type TestResult,
} from '#schemas/endpoint-test';

async function readGolden(uri: string): Promise<Golden> {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  return objectStore(s3Client(), bucket).readJson(key, goldenSchema);
}
/** A file of golden requests that is missing or not one: the test's fault, so the test fails and says so. */
const isBrokenFile = (error: unknown): error is Error =>
  error instanceof NotFoundError || error instanceof z.ZodError || error instanceof SyntaxError;

const inOne = (golden: Golden): string => golden.cases.map((c) => c.body).join('\n');

async function runTest(endpointName: string, test: EndpointTest): Promise<Judgement> {
  const ask = (body: string, contentType = 'text/csv') =>
    invokeEndpoint(sageMakerRuntimeClient(), endpointName, contentType, body);
  switch (test.kind) {
    case 'contract': {
      const { request } = test;
      const body = 'body' in request ? request.body : inOne(await readGolden(request.s3Uri));
      return judgeContract(test, await ask(body, request.contentType), countRows(body));
    }
    case 'golden': {
      const [first, ...rest] = test.cases ?? [];
      const golden = first
        ? { valuesPerRow: first.predictions.length, cases: [first, ...rest] }
        : await readGolden(test.s3Uri ?? '');
      return judgeGolden(golden, test.tolerance, await ask(inOne(golden)));
    }
  }
}

async function judge(endpointName: string, test: LoadedTest): Promise<Judgement> {
  if (test.kind === 'invalid') return { passed: false, detail: test.problem };
  try {
    return await runTest(endpointName, test);
  } catch (error) {
    if (error instanceof Error && error.name === 'ValidationError') {
      return { passed: false, detail: 'SageMaker refused the request (ValidationError): is the endpoint in service?' };
    }
    if (!isBrokenFile(error)) throw error;
    const detail = error instanceof NotFoundError ? error.message : 'the file under s3Uri holds no golden requests';
    return { passed: false, detail };
  }
}

/** Runs one test on an endpoint. An expectation that is not met is a result; an error is trouble of our own. */
export const handler = withMiddleware(runEndpointTestSchema, async ({ endpointName, test }): Promise<TestResult> => {
  const start = performance.now();
  const { passed, detail } = await judge(endpointName, test);
  return { id: test.id, kind: test.kind, passed, detail, durationMs: Math.round(performance.now() - start) };
});
