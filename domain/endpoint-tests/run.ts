import * as z from 'zod';
import { NotFoundError } from '#domain/errors';
import type { Golden } from '#schemas/records/golden';
import type { Answer, Judgement } from './answer.ts';
import type { EndpointTestKind, SentRequest, TestRequest } from './endpoint-test.ts';
import { ENDPOINT_TESTS, endpointTestKind } from './registry.ts';

/** The dependencies of running a test. */
export interface TestPorts {
  /** Sends a request to the endpoint under test. */
  readonly ask: (body: string, contentType: string) => Promise<Answer>;
  /** Reads a file of golden requests. */
  readonly readGolden: (s3Uri: string) => Promise<Golden>;
}

async function sentOf({ content }: TestRequest, readGolden: TestPorts['readGolden']): Promise<SentRequest> {
  if ('body' in content) return content;
  const golden = 'golden' in content ? content.golden : await readGolden(content.s3Uri);
  return { body: golden.cases.map((c) => c.body).join('\n'), golden };
}

/** A missing or invalid file of golden requests. The test is wrong, so it fails with this message. */
function brokenFile(error: unknown): Judgement | undefined {
  if (error instanceof NotFoundError) return { passed: false, detail: error.message };
  return error instanceof z.ZodError || error instanceof SyntaxError
    ? { passed: false, detail: 'the file under s3Uri holds no golden requests' }
    : undefined;
}

/**
 * Runs one test: sends the request of its kind, and the kind checks the response. A failed expectation is a result, not an error.
 *
 * @throws what the ports throw, except for an invalid file of golden requests
 */
export async function runTest(
  test: { readonly kind: string },
  { ask, readGolden }: TestPorts,
  kinds: readonly EndpointTestKind[] = ENDPOINT_TESTS,
): Promise<Judgement> {
  const kind = endpointTestKind(test.kind, kinds);
  const request = kind.request(test);
  let sent: SentRequest;
  try {
    sent = await sentOf(request, readGolden);
  } catch (error) {
    const judgement = brokenFile(error);
    if (judgement) return judgement;
    throw error;
  }
  return kind.judge(test, sent, await ask(sent.body, request.contentType));
}
