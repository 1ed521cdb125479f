import * as z from 'zod';
import { type Golden, type RawRow, rawRowSchema } from '#schemas/records/golden';
import type { Answer, Judgement } from './answer.ts';

/** The common settings of all tests. */
export const commonSettings = {
  id: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'letters, digits, . _ -; at most 64')
    .meta({
      description: 'The name of the test: letters, digits, `.`, `_`, `-`, at most 64.',
      examples: ['two-rows'],
    }),
  description: z
    .string()
    .max(200)
    .optional()
    .meta({ description: 'What the test is for, for readers.', examples: ['Two rows get two probabilities.'] }),
  enabled: z
    .boolean()
    .optional()
    .meta({ description: '`false` keeps the test without running it.', examples: [false] }),
};

export const s3UriSchema = z
  .string()
  .regex(/^s3:\/\/[a-z0-9.-]{3,63}\/.+$/, 's3://bucket/key of a golden file')
  .meta({
    description:
      'A JSON file of golden requests: `{ valuesPerRow, cases: [{ body, predictions }] }`, with `row` for `body` where a row is raw.',
    examples: ['s3://my-bucket/golden.json'],
  });

/** Raw rows of a request. Only model inputs: a test is kept in the table and in the state of its execution as it is. */
export const rawRowsSchema = z
  .array(rawRowSchema)
  .min(1)
  .max(50)
  .meta({
    description:
      'Raw rows, as a drop has them: values by column name. They are encoded as the model in service was trained. Only columns that are model inputs are allowed; one that is left out is missing.',
    examples: [[{ age: 41, income: 52000 }]],
  });

/** What a test sends: a body, raw rows, or golden requests, inline or in S3. */
export interface TestRequest {
  readonly contentType: string;
  readonly content:
    | { readonly body: string }
    | { readonly rows: readonly RawRow[] }
    | { readonly golden: Golden }
    | { readonly s3Uri: string };
}

/** The sent request, with the golden responses if the test has any. */
export interface SentRequest {
  readonly body: string;
  readonly golden?: Golden | undefined;
}

/** The model's properties for the default tests. */
export interface ServedModel {
  /** S3 URI of the run's `golden.json`. */
  readonly goldenUri: string;
  /** Numbers per row of its response, and their bounds if the task has any. */
  readonly answer: { readonly valuesPerRow: number; readonly min?: number; readonly max?: number };
}

/**
 * The full definition of a kind of endpoint test. Methods take the kind's own settings. The registry finds a kind by the `kind`
 * of a test, so they never receive another kind's settings.
 */
export interface EndpointTestKind<Schema extends z.ZodObject = z.ZodObject> {
  /** The `kind` of its tests. */
  readonly name: string;
  /** Its heading. */
  readonly label: string;
  /** What it checks, in one sentence. */
  readonly summary: string;
  /** A whole test; `kind` is its literal. */
  readonly schema: Schema;
  /** An example test. */
  readonly example: z.input<Schema>;
  request(test: z.output<Schema>): TestRequest;
  judge(test: z.output<Schema>, sent: SentRequest, answer: Answer): Judgement;
  /** The default test of every endpoint, if any. */
  defaultTest?(model: ServedModel): z.output<Schema>;
  /** The test with its pointer to golden requests changed to another run's; unchanged when it has none. */
  withGolden?(test: z.output<Schema>, goldenUri: string): z.output<Schema>;
}
