import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RawRow } from '#domain/data/online';
import { EvaluationError, PredictionError, type PredictionProblem } from '#domain/errors';
import { type ApiPorts, mostBodyBytes, servePredictions } from '#functions/use-cases/serve-predictions';
import { API_ERRORS, type ApiRequest, apiAnswerSchema, apiErrorSchema } from '#schemas/events/prediction-api';
import { pipelineSchema } from '#schemas/pipeline';
import { smallPipeline } from '../../fakes/data-run.ts';
import { packageArn } from '../support/stage.ts';

const pipeline = pipelineSchema.parse(smallPipeline({ csv: { delimiter: ';' } }));
let asked: { pipeline: string; rows: RawRow[]; explain: boolean }[];
let failure: Error | undefined;
let reported: string[];
beforeEach(() => {
  asked = [];
  failure = undefined;
  reported = [];
});
const ports: ApiPorts = {
  predict: async (request) => {
    asked.push(request);
    if (failure) throw failure;
    return {
      pipeline: request.pipeline,
      inferenceId: 'i1',
      model: { version: 3, runId: 'r3', modelPackageArn: packageArn(3) },
      endpoint: 'endpoint',
      predictions: request.rows.map((_, i) => ({ value: i })),
    };
  },
  findPipeline: (name) => (name === 'loan' ? pipeline : undefined),
  report: (code) => void reported.push(code),
  now: () => 12.345,
};
const requestOf = (body: string, type: string | undefined = 'application/json', name = 'loan'): ApiRequest => ({
  pathParameters: { name },
  headers: type === undefined ? {} : { 'content-type': type },
  queryStringParameters: {},
  requestContext: { requestId: 'q1' },
  body,
  isBase64Encoded: false,
});
async function send(request: ApiRequest) {
  const { statusCode, headers, body } = await servePredictions(ports, request);
  expect(headers['content-type']).toBe('application/json');
  return { status: statusCode, retryAfter: headers['retry-after'], body: JSON.parse(body) as unknown };
}
const rowsOf = (rows: unknown) => requestOf(JSON.stringify({ rows }));

describe('the prediction API', () => {
  it('answers rows in JSON with the request id, the version of the model and the latency', async () => {
    const { status, body } = await send(rowsOf([{ x: 1 }, { x: '2' }]));

    expect(status).toBe(200);
    expect(apiAnswerSchema.strict().parse(body)).toEqual({
      requestId: 'q1',
      pipeline: 'loan',
      inferenceId: 'i1',
      model: { version: 3, runId: 'r3', modelPackageArn: packageArn(3) },
      predictions: [{ value: 0 }, { value: 1 }],
      latencyMs: 0,
    });
    expect(asked).toEqual([{ pipeline: 'loan', rows: [{ x: 1 }, { x: '2' }], explain: false }]);
  });

  it('asks for an explanation where the body or the query says so', async () => {
    await send(requestOf('{"rows":[{"x":1}],"explain":true}'));
    await send({ ...requestOf('x\n1\n', 'text/csv'), queryStringParameters: { explain: 'true' } });
    await send({ ...requestOf('{"rows":[{"x":1}],"explain":true}'), queryStringParameters: { explain: 'false' } });
    expect(asked.map(({ explain }) => explain)).toEqual([true, true, false]);
  });

  it('reads CSV as the pipeline says, whatever the parameters of its type, and bytes in base64', async () => {
    const csv = 'x;c\n1;"a;b"\n';
    expect((await send(requestOf(csv, 'Text/CSV; charset=utf-8'))).status).toBe(200);
    const base64 = { ...requestOf(Buffer.from(csv).toString('base64'), 'text/csv'), isBase64Encoded: true };
    expect((await send(base64)).status).toBe(200);
    expect(asked.map(({ rows }) => rows)).toEqual([[{ x: '1', c: 'a;b' }], [{ x: '1', c: 'a;b' }]]);
  });
});

describe('the prediction API refuses', () => {
  it.each([
    ['a body that is no JSON', requestOf('{"rows":[jane'), 400, 'invalid-request'],
    ['a body with its rows twice', requestOf('{"rows":[{"x":1}],"rows":[{"x":2}]}'), 400, 'invalid-request'],
    ['a body without rows', requestOf('[{"x":1}]'), 400, 'invalid-request'],
    ['no rows', rowsOf([]), 400, 'invalid-request'],
    ['rows that are no list', rowsOf({ x: 1 }), 400, 'invalid-request'],
    ['a pipeline that does not exist', requestOf('{}', 'application/json', 'jane'), 404, 'unknown-pipeline'],
    ['too many rows', rowsOf(Array.from({ length: 1001 }, () => ({ x: 1 }))), 413, 'too-large'],
    ['too many bytes', requestOf('x'.repeat(mostBodyBytes + 1)), 413, 'too-large'],
    ['another type', requestOf('{}', 'application/xml'), 415, 'unsupported-type'],
    ['a wish that is neither true nor false', requestOf('{"rows":[{"x":1}],"explain":"jane"}'), 400, 'invalid-request'],
    [
      'such a wish in the query',
      { ...rowsOf([{ x: 1 }]), queryStringParameters: { explain: 'jane' } },
      400,
      'invalid-request',
    ],
    ['no type', requestOf('{}', ''), 415, 'unsupported-type'],
    ['CSV without rows', requestOf('x;c\n', 'text/csv'), 400, 'invalid-rows'],
  ])('%s, without asking the model', async (_, request, status, code) => {
    const answer = await send(request);
    expect(answer).toMatchObject({ status, body: { requestId: 'q1', error: { code } } });
    expect(apiErrorSchema.strict().safeParse(answer.body).success).toBe(true);
    expect(JSON.stringify(answer)).not.toContain('jane');
    expect(asked).toEqual([]);
    expect(reported).toEqual([code]);
  });

  it('a row that is no object, and names it', async () => {
    expect((await send(rowsOf([{ x: 1 }, 'jane']))).body).toMatchObject({ error: { code: 'invalid-rows', row: 2 } });
  });

  it('a row with a key twice, of which one value would be lost, and names it', async () => {
    const twice = requestOf('{"rows":[{"x":1},{"x":1,"jane":{"x":1,"x":2}}]}');
    expect((await send(twice)).body).toMatchObject({
      error: {
        code: 'invalid-rows',
        row: 2,
        message: expect.stringMatching(/^Row 2: an object has a key twice,.*[.]$/),
      },
    });
    expect(asked).toEqual([]);
  });

  it('a value that cannot be read, and names row and column', async () => {
    failure = new PredictionError('Row 2, column "x": no number.', { row: 2, column: 'x' });
    expect(await send(rowsOf([{ x: 1 }, { x: 'jane' }]))).toEqual({
      status: 400,
      retryAfter: undefined,
      body: {
        requestId: 'q1',
        error: { code: 'invalid-rows', message: 'Row 2, column "x": no number.', row: 2, column: 'x' },
      },
    });
  });

  it.each<[PredictionProblem, number, string | undefined]>([
    ['no-model', 503, '60'],
    ['not-serving', 503, '60'],
    ['queued', 503, '60'],
    ['unknown-model', 503, '60'],
    ['model-changing', 503, '1'],
    ['model-failed', 502, undefined],
  ])('for %s, and says when to try again', async (problem, status, retryAfter) => {
    failure = new PredictionError('why', { problem });
    expect(await send(rowsOf([{ x: 1 }]))).toMatchObject({ status, retryAfter, body: { error: { code: problem } } });
  });

  it.each([
    [Object.assign(new Error('jane'), { name: 'ThrottlingException' }), 429, 'throttled'],
    [Object.assign(new Error('jane'), { name: 'ServiceUnavailable' }), 503, 'unavailable'],
    [new Error('jane'), 500, 'internal'],
    [new EvaluationError('jane'), 502, 'model-failed'],
  ])('when a service fails, without its text (case %#)', async (error, status, code) => {
    failure = error;
    const answer = await send(rowsOf([{ x: 1 }]));
    expect(answer).toMatchObject({ status, body: { error: { code, message: API_ERRORS[code as 'internal'].means } } });
    expect(JSON.stringify(answer)).not.toContain('jane');
  });

  it('any text in any type with an answer of the schema, and never repeats it', async () => {
    const secret = 'jane.doe@example.com';
    const body = fc.oneof(
      fc.string(),
      fc.json(),
      fc.constantFrom(`{"rows":["${secret}"]}`, `x;x\n${secret};1`, `x\n${secret};2`, `"${secret}`, `{"${secret}":1}`),
    );
    await fc.assert(
      fc.asyncProperty(body, fc.constantFrom('application/json', 'text/csv', secret), async (text, type) => {
        const { status, body: answer } = await send(requestOf(text, type));
        const schema = status === 200 ? apiAnswerSchema : apiErrorSchema;
        expect(schema.safeParse(answer).success).toBe(true);
        expect(JSON.stringify(answer)).not.toContain(secret);
      }),
    );
  });
});
