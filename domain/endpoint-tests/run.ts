import * as z from 'zod';
import { NotFoundError, PredictionError, RequestRefusedError, WrongTestError } from '#domain/errors';
import type { Golden } from '#schemas/records/golden';
import type { Judgement } from './answer.ts';
import type { EndpointTestKind } from './endpoint-test.ts';
import { ENDPOINT_TESTS, endpointTestKind } from './registry.ts';
import { failed, type TestSession } from './session.ts';

async function readGolden(session: TestSession, s3Uri: string): Promise<Golden> {
  try {
    return await session.readGolden(s3Uri);
  } catch (error) {
    if (!(error instanceof z.ZodError || error instanceof SyntaxError)) throw error;
    throw new WrongTestError('the file under s3Uri holds no golden requests');
  }
}

/**
 * Runs one test: its kind sends the requests and checks the answers. A failed expectation is a result, not an error. A test that is
 * wrong fails: its file is missing or invalid, or its raw rows cannot be encoded.
 *
 * @throws what the session throws, except for a wrong test and a request that SageMaker refuses
 */
export async function runTest(
  test: { readonly kind: string },
  session: TestSession,
  kinds: readonly EndpointTestKind[] = ENDPOINT_TESTS,
): Promise<Judgement> {
  const kind = endpointTestKind(test.kind, kinds);
  try {
    return await kind.run(test, { ...session, readGolden: (s3Uri) => readGolden(session, s3Uri) });
  } catch (error) {
    if (error instanceof RequestRefusedError)
      return failed('SageMaker refused the request (ValidationError): is the endpoint in service?');
    const isWrong =
      error instanceof WrongTestError || error instanceof NotFoundError || error instanceof PredictionError;
    if (isWrong) return failed(error.message);
    throw error;
  }
}
