import type { RawRow } from '#domain/data/online';
import { keyTwice, repeatedKey } from '#domain/data/repeated-key';
import { EvaluationError, PredictionError } from '#domain/errors';
import { isTransient } from '#functions/runtime/transient-errors';
import { csvRows } from '#functions/shards/request-csv';
import { mostRows, type PredictResponse } from '#schemas/events/predict';
import { API_ERRORS, type ApiAnswer, type ApiErrorCode, type ApiRequest } from '#schemas/events/prediction-api';
import type { Pipeline } from '#schemas/pipeline';

/** The dependencies of the prediction API. */
export interface ApiPorts {
  readonly predict: (request: { pipeline: string; rows: RawRow[]; explain: boolean }) => Promise<PredictResponse>;
  /** A pipeline of the project, or undefined when none has that name. */
  readonly findPipeline: (name: string) => Pick<Pipeline, 'dataset'> | undefined;
  /** Logs a refusal. */
  readonly report: (code: ApiErrorCode, error: Error) => void;
  /** Milliseconds. */
  readonly now: () => number;
}

/** What API Gateway answers with (payload format 2.0). */
export interface ApiResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The most bytes of a body. Lambda takes 6 MB an event (AWS Lambda Developer Guide, "Lambda quotas"), in which quotes are escaped. */
export const mostBodyBytes = 3_000_000;

/** Seconds until another try makes sense, for the errors that go away by themselves. */
const retryAfter: Partial<Record<ApiErrorCode, number>> = {
  throttled: 1,
  unavailable: 2,
  'model-changing': 1,
  queued: 60,
  'not-serving': 60,
  'no-model': 60,
  'unknown-model': 60,
};

/** A request that is refused before it is predicted. */
class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: ApiErrorCode;
  constructor(code: ApiErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** What a body asks for. */
interface Asked {
  readonly rows: unknown;
  readonly explain: unknown;
}

/** @throws PredictionError naming the row in which a key is given twice; Refusal: the text of the body is never shown */
function jsonBody(text: string): Asked {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refusal('invalid-request', 'The body is not JSON.');
  }
  const [part, row] = repeatedKey(text) ?? [];
  if (part === 'rows' && typeof row === 'number') {
    throw new PredictionError(`Row ${row + 1}: ${keyTwice}`, { row: row + 1 });
  }
  if (part !== undefined) throw new Refusal('invalid-request', `The body: ${keyTwice}`);
  if (typeof value === 'object' && value !== null && 'rows' in value)
    return { rows: value.rows, explain: 'explain' in value ? value.explain : false };
  throw new Refusal('invalid-request', 'The body must be an object with "rows", a list of rows.');
}

/** @throws PredictionError naming the line; Refusal */
function readBody(
  { headers, body, isBase64Encoded, queryStringParameters }: ApiRequest,
  { dataset }: Pick<Pipeline, 'dataset'>,
): { rows: RawRow[]; explain: boolean } {
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > mostBodyBytes) {
    throw new Refusal('too-large', `The body has ${bytes.length} bytes. Send at most ${mostBodyBytes} a request.`);
  }
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json' && type !== 'text/csv') {
    throw new Refusal('unsupported-type', 'Send application/json or text/csv, and say so in Content-Type.');
  }
  const { rows, explain } =
    type === 'text/csv'
      ? { rows: csvRows('The body', bytes, dataset), explain: false }
      : jsonBody(bytes.toString('utf8'));
  if (!Array.isArray(rows) || rows.length === 0) {
    throw new Refusal('invalid-request', '"rows" must be a list of at least one row.');
  }
  if (rows.length > mostRows) {
    throw new Refusal('too-large', `The body has ${rows.length} rows. Send at most ${mostRows} a request.`);
  }
  const plain = rows.findIndex((row) => typeof row !== 'object' || row === null || Array.isArray(row));
  if (plain >= 0) {
    throw new PredictionError(`Row ${plain + 1} is not an object of column names and values.`, { row: plain + 1 });
  }
  const wish = queryStringParameters['explain'] ?? String(explain);
  if ((wish !== 'true' && wish !== 'false') || typeof explain !== 'boolean')
    throw new Refusal('invalid-request', '"explain" must be true or false.');
  return { rows: rows as RawRow[], explain: wish === 'true' };
}

/** The code of an error, and what of it the caller may read. */
function explain(error: unknown): {
  readonly code: ApiErrorCode;
  readonly message: string;
  readonly row?: number;
  readonly column?: string;
} {
  if (error instanceof PredictionError) return { code: error.problem, message: error.message, ...error.place };
  if (error instanceof Refusal) return { code: error.code, message: error.message };
  if (error instanceof EvaluationError) return { code: 'model-failed', message: API_ERRORS['model-failed'].means };
  const throttled = error instanceof Error && /Throttl|TooManyRequests|ThroughputExceeded/.test(error.name);
  const code = throttled ? 'throttled' : isTransient(error) ? 'unavailable' : 'internal';
  return { code, message: API_ERRORS[code].means };
}

/**
 * Answers one request to the prediction API. Every error is an answer too: JSON with a code of `API_ERRORS`, and never a value of a
 * row.
 */
export async function servePredictions(
  { predict, findPipeline, report, now }: ApiPorts,
  event: ApiRequest,
): Promise<ApiResponse> {
  const started = now();
  const { requestId } = event.requestContext;
  const respond = (statusCode: number, body: object, headers: Readonly<Record<string, string>> = {}): ApiResponse => ({
    statusCode,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  try {
    const { name } = event.pathParameters;
    const pipeline = findPipeline(name);
    if (!pipeline) throw new Refusal('unknown-pipeline', 'No pipeline has this name.');
    const { endpoint: _, ...answer } = await predict({ pipeline: name, ...readBody(event, pipeline) });
    const whole: ApiAnswer = { requestId, ...answer, latencyMs: Math.round((now() - started) * 10) / 10 };
    return respond(200, whole);
  } catch (error) {
    const { code, ...problem } = explain(error);
    report(code, error instanceof Error ? error : new Error('unknown'));
    const seconds = retryAfter[code];
    return respond(
      API_ERRORS[code].status,
      { requestId, error: { code, ...problem } },
      seconds === undefined ? {} : { 'retry-after': String(seconds) },
    );
  }
}
