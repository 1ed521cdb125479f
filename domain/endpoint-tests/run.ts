import * as z from 'zod';
import { NotFoundError, PredictionError } from '#domain/errors';
import type { Golden, RawRow } from '#schemas/records/golden';
import type { Answer, Judgement } from './answer.ts';
import type { EndpointTestKind, SentRequest, TestRequest } from './endpoint-test.ts';
import { ENDPOINT_TESTS, endpointTestKind } from './registry.ts';
import { shownAnswer } from './shown-answer.ts';

/** The dependencies of running a test. */
export interface TestPorts {
  /** Sends a request to the endpoint under test. */
  readonly ask: (body: string, contentType: string) => Promise<Answer>;
  /** Reads a file of golden requests. */
  readonly readGolden: (s3Uri: string) => Promise<Golden>;
  /**
   * Encodes raw rows as the model under test was trained: a CSV line each.
   * @throws PredictionError naming row and column when a row cannot be encoded
   */
  readonly encode: (rows: readonly RawRow[]) => Promise<readonly string[]>;
}

/** The bodies of golden requests, in order, with raw rows encoded. */
async function goldenBodies({ cases }: Golden, encode: TestPorts['encode']): Promise<string[]> {
  const raw = cases.flatMap((c) => ('row' in c ? [c.row] : []));
  const encoded = raw.length === 0 ? [] : [...(await encode(raw))];
  return cases.map((c) => ('body' in c ? c.body : (encoded.shift() as string)));
}

async function sentOf({ content }: TestRequest, { readGolden, encode }: TestPorts): Promise<SentRequest> {
  if ('body' in content) return content;
  if ('rows' in content) return { body: (await encode(content.rows)).join('\n') };
  const golden = 'golden' in content ? content.golden : await readGolden(content.s3Uri);
  return { body: (await goldenBodies(golden, encode)).join('\n'), golden };
}

/** The test is wrong, so it fails: its file is missing or invalid, or its raw rows cannot be encoded. */
function wrongTest(error: unknown): Judgement | undefined {
  if (error instanceof NotFoundError || error instanceof PredictionError)
    return { passed: false, detail: error.message };
  return error instanceof z.ZodError || error instanceof SyntaxError
    ? { passed: false, detail: 'the file under s3Uri holds no golden requests' }
    : undefined;
}

/**
 * Runs one test: sends the request of its kind, and the kind checks the response. A failed expectation is a result, not an error; it
 * shows the endpoint's own answer, without what that repeats of the request.
 *
 * @throws what the ports throw, except for an invalid file of golden requests and rows that cannot be encoded
 */
export async function runTest(
  test: { readonly kind: string },
  ports: TestPorts,
  kinds: readonly EndpointTestKind[] = ENDPOINT_TESTS,
): Promise<Judgement> {
  const kind = endpointTestKind(test.kind, kinds);
  const request = kind.request(test);
  let sent: SentRequest;
  try {
    sent = await sentOf(request, ports);
  } catch (error) {
    const judgement = wrongTest(error);
    if (judgement) return judgement;
    throw error;
  }
  const answer = await ports.ask(sent.body, request.contentType);
  const judgement = kind.judge(test, sent, answer);
  if (judgement.passed) return judgement;
  return { ...judgement, detail: `${judgement.detail}; ${shownAnswer(answer, sent.body)}` };
}
