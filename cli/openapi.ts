import * as z from 'zod';
import { expectedColumns, type FeatureColumn, featureColumns } from '#domain/data/columns';
import { classAnswers } from '#domain/data/label-answers';
import { isChosen } from '#domain/thresholds/registry';
import { unreachable } from '#domain/unreachable';
import { mostRows, rowExplanationSchema } from '#schemas/events/predict';
import { API_ERRORS, apiAnswerSchema, apiErrorSchema } from '#schemas/events/prediction-api';
import type { Pipeline } from '#schemas/pipeline';

/** A part of a JSON Schema (draft 2020-12, which OpenAPI 3.1 uses). */
type Schema = Readonly<Record<string, unknown>>;

/** A value of a column as JSON, with an example. Every type may be a text too, written as in a drop. */
function valueSchema({ name, kind, feature }: FeatureColumn): Schema {
  const description = `Model input, ${kind}. Without it, or with null, the value counts as missing.`;
  switch (kind) {
    case 'number':
      return { description, type: ['number', 'string', 'null'], examples: [1] };
    case 'category': {
      const order = Array.isArray(feature['order']) ? (feature['order'] as unknown[]).map(String) : [];
      return {
        description,
        type: ['string', 'number', 'boolean', 'null'],
        examples: order.length > 0 ? order : [`a ${name}`],
      };
    }
    case 'text':
      return { description, type: ['string', 'number', 'boolean', 'null'], examples: [`some ${name}`] };
    case 'boolean':
      return { description, type: ['boolean', 'string', 'number', 'null'], examples: [true] };
    case 'datetime':
      return { description, type: ['string', 'number', 'null'], examples: ['2026-01-31T08:00:00Z'] };
    default:
      return unreachable(kind, 'kind of a column');
  }
}

/** A row: model inputs, and the columns that may be there and are not read. */
function rowSchema(pipeline: Pipeline): Schema {
  const inputs = new Map(featureColumns(pipeline).map((column) => [column.name, valueSchema(column)]));
  const others = expectedColumns(pipeline).filter((name) => !inputs.has(name));
  const unread = { description: 'Not read: leave it out.' };
  const examples = [...inputs].map(([name, { examples }]) => [name, Array.isArray(examples) ? examples[0] : null]);
  return {
    type: 'object',
    properties: { ...Object.fromEntries(inputs), ...Object.fromEntries(others.map((name) => [name, unread])) },
    // columns within objects have paths, and a column may have its name in the files
    additionalProperties: pipeline.dataset.extraColumns !== 'reject' || readsOtherNames(pipeline),
    examples: [Object.fromEntries(examples)],
  };
}

const readsOtherNames = ({ dataset }: Pipeline): boolean =>
  dataset.from !== undefined || Object.values(dataset.columns).some(({ from }) => from !== undefined);

/** The prediction of one row. */
function predictionSchema(pipeline: Pipeline): Schema {
  const names = { type: 'array', items: { type: 'string' } };
  const besides = {
    missing: { ...names, description: 'Columns that the model reads and that are absent or null.' },
    unknown: { ...names, description: 'Columns with a category that the model does not know by name.' },
    explanation: {
      description: 'Why the model answers so, if the request asked for it.',
      ...jsonSchema(rowExplanationSchema),
    },
  };
  const { task, threshold } = pipeline.evaluation;
  const answers = classAnswers(pipeline);
  const labels = answers.flatMap(({ label }) => (label === null ? [] : [label]));
  const label = labels.length === answers.length ? { enum: labels } : { type: ['string', 'null'], examples: labels };
  const object = (
    properties: Readonly<Record<string, Schema>>,
    rest: Readonly<Record<string, Schema>> = {},
  ): Schema => ({
    type: 'object',
    properties: { ...properties, ...rest, ...besides },
    required: Object.keys(properties),
  });
  switch (task) {
    case 'binary':
      return object(
        {
          score: { type: 'number', minimum: 0, maximum: 1, description: 'Probability of the positive class.' },
          positive: {
            type: 'boolean',
            description: isChosen(threshold)
              ? 'Whether the score is at least the threshold that the run of the model chose.'
              : `Whether the score is at least ${threshold}.`,
          },
          label: { ...label, description: 'The class as the data spells it; null where it is no single value.' },
        },
        {
          noneOf: { ...names, description: 'With a null label: the class is any value but these.' },
          above: { type: 'number', description: 'With a null label: a number above this.' },
          atMost: { type: 'number', description: 'With a null label: a number up to this.' },
        },
      );
    case 'multiclass': {
      const probability = { type: 'number', minimum: 0, maximum: 1 };
      return object({
        label: { ...label, description: 'The class with the highest probability.' },
        probabilities: {
          type: 'object',
          properties: Object.fromEntries(labels.map((name) => [name, probability])),
          required: labels,
        },
      });
    }
    case 'regression':
      return object({ value: { type: 'number', description: `The predicted ${pipeline.dataset.label.column}.` } });
    default:
      return unreachable(task, 'task');
  }
}

const jsonSchema = (schema: z.ZodType): Schema => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema) as Record<string, unknown>;
  return rest;
};

const json = (schema: Schema) => ({ 'application/json': { schema } });
const $ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

/** The error answers by status, each with its codes. */
function errorResponses(): Readonly<Record<string, unknown>> {
  const byStatus = Object.groupBy(Object.entries(API_ERRORS), ([, { status }]) => status);
  const own = Object.entries(byStatus).map(([status, errors = []]) => {
    const waits = status === '429' || status === '503';
    return [
      status,
      {
        description: errors.map(([code, { means }]) => `\`${code}\`: ${means}`).join('\n\n'),
        ...(waits
          ? { headers: { 'Retry-After': { description: 'Seconds until another try.', schema: { type: 'integer' } } } }
          : {}),
        content: json(waits ? { anyOf: [$ref('Error'), $ref('GatewayMessage')] } : $ref('Error')),
      },
    ] as const;
  });
  return {
    ...Object.fromEntries(own),
    403: {
      description: 'The signature is wrong, or the caller may not use the API.',
      content: json($ref('GatewayMessage')),
    },
  };
}

/**
 * The OpenAPI 3.1 description of a pipeline's prediction API.
 *
 * @param url the address of the API, where it is known
 */
export function openApiOf(pipeline: Pipeline, url?: string) {
  const { name, description } = pipeline;
  const template = {
    url: 'https://{api}.execute-api.{region}.amazonaws.com',
    variables: { api: { default: 'abcdefghij' }, region: { default: 'eu-central-1' } },
  };
  const row = rowSchema(pipeline);
  const { predictions: _, ...answer } = (jsonSchema(apiAnswerSchema)['properties'] ?? {}) as Record<string, Schema>;
  const properties = { ...answer, predictions: { type: 'array', items: $ref('Prediction') } };
  return {
    openapi: '3.1.0',
    info: { title: `Predictions of ${name}`, version: '1', ...(description ? { description } : {}) },
    servers: [url === undefined ? template : { url }],
    security: [{ sigv4: [] }],
    paths: {
      [`/pipelines/${name}/predict`]: {
        post: {
          operationId: 'predict',
          summary: 'Predict raw rows with the model in service.',
          parameters: [
            {
              name: 'explain',
              in: 'query',
              description: 'The same as in the body, for CSV.',
              schema: { type: 'boolean' },
            },
          ],
          requestBody: {
            required: true,
            content: {
              ...json($ref('Request')),
              'text/csv': {
                schema: { type: 'string', description: 'A header with names of columns, and a row a line below it.' },
              },
            },
          },
          responses: {
            200: { description: 'One prediction a row, in the order of the rows.', content: json($ref('Answer')) },
            ...errorResponses(),
          },
        },
      },
    },
    components: {
      securitySchemes: {
        sigv4: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: 'AWS Signature Version 4 for the service execute-api.',
          'x-amazon-apigateway-authtype': 'awsSigv4',
        },
      },
      schemas: {
        Request: {
          type: 'object',
          properties: {
            rows: { type: 'array', items: $ref('Row'), minItems: 1, maxItems: mostRows },
            explain: { type: 'boolean', description: 'Whether the answer tells what each column contributes.' },
          },
          required: ['rows'],
          examples: [{ rows: row['examples'] }],
        },
        Row: row,
        Answer: { type: 'object', properties, required: Object.keys(properties) },
        Prediction: predictionSchema(pipeline),
        Error: jsonSchema(apiErrorSchema),
        GatewayMessage: { type: 'object', properties: { message: { type: 'string' } }, required: ['message'] },
      },
    },
  };
}
