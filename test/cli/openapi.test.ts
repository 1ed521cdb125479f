import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { openApiOf } from '#cli/openapi';
import { mostRows } from '#schemas/events/predict';
import { API_ERRORS } from '#schemas/events/prediction-api';
import { pipelineSchema } from '#schemas/pipeline';
import { MINIMAL_PIPELINES } from '../../scripts/reference/minimal-pipelines.ts';
import { smallPipeline } from '../fakes/data-run.ts';

const pipelines = Object.entries(MINIMAL_PIPELINES);
const documentOf = (definition: unknown) => openApiOf(pipelineSchema.parse(definition));
/** Checks values against one of the document's schemas. */
function checkerOf(document: ReturnType<typeof openApiOf>, name: string) {
  const ajv = new Ajv2020({ strict: false, formats: { uri: true } });
  const validate = ajv.compile({ ...document, $ref: `#/components/schemas/${name}` });
  return (value: unknown) => validate(value);
}

describe.each(pipelines)('the description of the API of a %s pipeline', (task, definition) => {
  const document = documentOf(definition);

  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(document));
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
    expect(validator.version).toBe('3.1');
  });

  it('takes its own example, and no request without rows or with too many', () => {
    const isRequest = checkerOf(document, 'Request');
    const [example] = document.components.schemas.Request.examples;
    expect(isRequest(example)).toBe(true);
    expect(isRequest({})).toBe(false);
    expect(isRequest({ rows: Array.from({ length: mostRows + 1 }, () => ({})) })).toBe(false);
    expect(isRequest({ rows: [{ nobody: 1 }] })).toBe(false);
  });

  it('takes what the API answers, and names every error', () => {
    const isAnswer = checkerOf(document, 'Answer');
    const predictions = {
      binary: { score: 0.2, positive: false, label: null, noneOf: ['1'], missing: ['age'] },
      multiclass: { label: 'plus', probabilities: { basic: 0.1, plus: 0.7, family: 0.2 } },
      regression: { value: 3 },
    };
    const answer = {
      requestId: 'q',
      pipeline: 'churn',
      inferenceId: 'i',
      model: { version: 1, runId: 'r', modelPackageArn: 'arn:aws:sagemaker:x' },
      latencyMs: 3,
    };
    expect(isAnswer({ ...answer, predictions: [predictions[task as 'binary']] })).toBe(true);
    expect(isAnswer({ ...answer, predictions: [{}] })).toBe(false);
    expect(isAnswer(answer)).toBe(false);
    const { responses } = document.paths['/pipelines/churn/predict']?.post ?? {};
    for (const [code, { status }] of Object.entries(API_ERRORS)) {
      expect(JSON.stringify((responses as Record<string, unknown>)[status])).toContain(code);
    }
  });
});

it('the description of an API has the columns with their types, the classes, and what is not read', () => {
  const columns = {
    x: { role: 'feature', type: 'number' },
    size: { role: 'feature', type: 'category', encode: 'ordinal', order: ['s', 'm', 'l'] },
    sure: { role: 'feature', type: 'boolean' },
    at: { role: 'feature', type: 'datetime', parts: ['month'] },
    mail: { role: 'pii', action: 'drop' },
    note: { role: 'text', action: 'redact', feature: { type: 'text' } },
  };
  const label = { column: 'y', positive: 'yes', negative: 'no' };
  const { Row, Prediction } = documentOf(smallPipeline({ columns, label })).components.schemas;
  expect(Row).toMatchObject({
    properties: {
      x: { type: ['number', 'string', 'null'] },
      size: { examples: ['s', 'm', 'l'] },
      sure: { type: ['boolean', 'string', 'number', 'null'] },
      at: { type: ['string', 'number', 'null'] },
      note: { type: ['string', 'number', 'boolean', 'null'], examples: ['some note'] },
      mail: { description: 'Not read: leave it out.' },
      y: { description: 'Not read: leave it out.' },
    },
    additionalProperties: false,
  });
  expect(Prediction).toMatchObject({ properties: { label: { enum: ['no', 'yes'] } } });
});
