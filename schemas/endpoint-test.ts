import * as z from 'zod';

/**
 * Endpoint tests as they lie in the endpoint-tests table: partition key `pk` is the endpoint's name, sort key `sk` is
 * `test#<id>`. All fields are plain JSON, so a test can be written in the console or put by a script.
 */

/** Longest request body kept in the table, in characters; larger ones belong in S3. */
const longestBody = 16_384;
const s3Uri = z
  .string()
  .regex(/^s3:\/\/[a-z0-9.-]{3,63}\/.+$/, 's3://bucket/key of a golden file')
  .describe('a file of golden requests: { valuesPerRow, cases: [{ body, predictions }] }');
const body = z.string().min(1).max(longestBody, `at most ${longestBody} characters; put larger requests into S3`);

const goldenCase = z
  .object({
    body: z.string().min(1).describe('one CSV row of model inputs, without a line end'),
    predictions: z.array(z.number()).min(1).describe('what the model answered when it was evaluated'),
  })
  .strict();

/** Golden requests with the answers they must get: `golden.json` of a run. */
export const goldenSchema = z
  .object({
    valuesPerRow: z.int().min(1).describe('numbers the model answers a row: classes of softprob, else 1'),
    cases: z.array(goldenCase).min(1).max(1000),
  })
  .refine((g) => g.cases.every((c) => c.predictions.length === g.valuesPerRow), {
    message: 'every case has valuesPerRow predictions',
    path: ['cases'],
  });
export type Golden = z.output<typeof goldenSchema>;

const common = {
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'letters, digits, . _ -; at most 64'),
  description: z.string().max(200).optional(),
  enabled: z.boolean().optional().describe('false keeps the test without running it'),
};

const contractTest = z
  .object({
    ...common,
    kind: z.literal('contract').describe('the form of an answer: status, content type, rows, bounds, latency'),
    request: z.union([
      z.object({ contentType: z.string().min(1).default('text/csv'), body }).strict(),
      z.object({ contentType: z.literal('text/csv').default('text/csv'), s3Uri }).strict(),
    ]),
    expect: z
      .object({
        status: z
          .int()
          .min(200)
          .max(599)
          .default(200)
          .describe("HTTP status; the container's own when SageMaker wraps it in a ModelError"),
        contentType: z.string().min(1).optional().describe('media type of the answer; parameters do not count'),
        rows: z.int().min(1).optional().describe('rows of the answer; by default those of the request'),
        valuesPerRow: z.int().min(1).optional().describe('numbers a row'),
        min: z.number().optional().describe('no number of the answer is below this'),
        max: z.number().optional().describe('no number of the answer is above this'),
        maxLatencyMs: z.number().positive().optional().describe('milliseconds from sending to the whole answer'),
      })
      .strict()
      .prefault({}),
  })
  .strict();
export type ContractTest = z.output<typeof contractTest>;

const goldenTest = z
  .object({
    ...common,
    kind: z.literal('golden').describe('known rows get the answers the model gave when it was evaluated'),
    s3Uri: s3Uri.optional(),
    cases: z.array(goldenCase).min(1).max(50).optional(),
    tolerance: z
      .number()
      .min(0)
      .default(1e-6)
      .describe('largest difference: absolute up to predictions of 1, relative beyond'),
  })
  .strict()
  .refine((t) => (t.s3Uri === undefined) !== (t.cases === undefined), {
    message: 'a golden test has exactly one of s3Uri and cases',
  })
  .refine((t) => new Set(t.cases?.map((c) => c.predictions.length)).size <= 1, {
    message: 'every case has the same number of predictions',
    path: ['cases'],
  });
export type GoldenTest = z.output<typeof goldenTest>;

/** One test of an endpoint. */
export const endpointTestSchema = z.discriminatedUnion('kind', [contractTest, goldenTest]);
export type EndpointTest = z.output<typeof endpointTestSchema>;

/** A test that cannot run as it is written; it fails by saying why. */
export const invalidTestSchema = z.object({ id: z.string(), kind: z.literal('invalid'), problem: z.string() });
export type InvalidTest = z.output<typeof invalidTestSchema>;

export const loadedTestSchema = z.union([endpointTestSchema, invalidTestSchema]);
export type LoadedTest = z.output<typeof loadedTestSchema>;

/** Why an endpoint is tested: a deployment asks, somebody updated it, or somebody asks. */
export const triggerSchema = z.enum(['deploy', 'update', 'manual']);

/** What LoadEndpointTests is called with. */
export const loadEndpointTestsSchema = z.object({
  endpointName: z.string().min(1),
  trigger: triggerSchema,
  executionArn: z.string().min(1),
});

/** The tests to run on one state of an endpoint. */
export const suiteSchema = z.object({
  decision: z.literal('test'),
  endpointName: z.string().min(1),
  endpointConfigName: z.string().min(1),
  trigger: triggerSchema,
  tests: z.array(loadedTestSchema),
});
export type Suite = z.output<typeof suiteSchema>;

/** What RunEndpointTest is called with. */
export const runEndpointTestSchema = z.object({ endpointName: z.string().min(1), test: loadedTestSchema });

/** How one test went. Never holds a value of a request or an answer: only counts, positions and differences. */
export const testResultSchema = z.object({
  id: z.string(),
  kind: z.string(),
  passed: z.boolean(),
  detail: z.string(),
  durationMs: z.number().min(0),
});
export type TestResult = z.output<typeof testResultSchema>;

/** What RecordTestResults is called with. */
export const recordTestResultsSchema = z.object({
  suite: suiteSchema.omit({ tests: true }),
  results: z.array(testResultSchema),
  executionArn: z.string().min(1),
  startedAt: z.iso.datetime({ offset: true }),
});
