import * as z from 'zod';
import { type Golden, type RawRow, rawRowSchema } from '#schemas/records/golden';
import type { TestSession } from './session.ts';

/** Longest request body kept in the table, in characters; larger ones belong in S3. */
const longestBody = 16_384;

export const s3UriSchema = z
  .string()
  .regex(/^s3:\/\/[a-z0-9.-]{3,63}\/.+$/, 's3://bucket/key of a golden file')
  .meta({
    description:
      'A JSON file of golden requests: `{ valuesPerRow, cases: [{ body, predictions }] }`, with `row` for `body` where a row is raw.',
    examples: ['s3://my-bucket/golden.json'],
  });

/** Raw rows of a request. Only model inputs: a test is kept in the table as it is. */
const rawRowsSchema = z
  .array(rawRowSchema)
  .min(1)
  .max(50)
  .meta({
    description:
      'Raw rows, as a drop has them: values by column name. They are encoded as the model in service was trained. Only columns that are model inputs are allowed; one that is left out is missing.',
    examples: [[{ age: 41, income: 52000 }]],
  });

const body = z
  .string()
  .min(1)
  .max(longestBody, `at most ${longestBody} characters; put larger requests into S3`)
  .meta({
    description: 'Rows of model inputs, as CSV without a header. Larger requests go into S3, see `s3Uri`.',
    examples: ['41,52000,1,0'],
  });

const description = 'What to send: a body, raw rows, or the golden requests in S3.';

/** `request` of a test: a body of any type, raw rows, or golden requests in S3. */
export const requestSchema = z
  .union([
    z
      .object({
        contentType: z
          .string()
          .min(1)
          .default('text/csv')
          .meta({
            description: 'The content type of the request. A golden file is always sent as `text/csv`.',
            examples: ['text/csv'],
          }),
        body,
      })
      .strict(),
    z.object({ rows: rawRowsSchema }).strict(),
    z.object({ contentType: z.literal('text/csv').default('text/csv'), s3Uri: s3UriSchema }).strict(),
  ])
  .describe(description);
type Request = z.output<typeof requestSchema>;

/** `request` of a test that changes its rows: CSV only. */
export const rowsRequestSchema = z
  .union([
    z.object({ rows: rawRowsSchema }).strict(),
    z.object({ body }).strict(),
    z.object({ s3Uri: s3UriSchema }).strict(),
  ])
  .describe('The rows to start from: raw rows, the golden requests in S3, or a body of model inputs as CSV.');
export type RowsRequest = z.output<typeof rowsRequestSchema>;

/** What a test sends: a body, raw rows, or golden requests, inline or in S3. */
export type Content =
  | { readonly body: string }
  | { readonly rows: readonly RawRow[] }
  | { readonly golden: Golden }
  | { readonly s3Uri: string };

export interface TestRequest {
  readonly contentType: string;
  readonly content: Content;
}

/** The request of a test as it is sent. */
export const requestOf = (request: Request): TestRequest => ({
  contentType: 'rows' in request ? 'text/csv' : request.contentType,
  content: request,
});

/** The raw rows in a request. */
export function rawRowsOf(content: Content): readonly RawRow[] {
  if ('rows' in content) return content.rows;
  return 'golden' in content ? content.golden.cases.flatMap((c) => ('row' in c ? [c.row] : [])) : [];
}

/** The sent request, with the golden responses if the test has any. */
export interface SentRequest {
  readonly body: string;
  readonly golden?: Golden | undefined;
}

/** The bodies of golden requests, in order, with raw rows encoded. */
async function goldenBodies(golden: Golden, encode: TestSession['encode']): Promise<string[]> {
  const raw = rawRowsOf({ golden });
  const encoded = raw.length === 0 ? [] : [...(await encode(raw))];
  return golden.cases.map((c) => ('body' in c ? c.body : (encoded.shift() as string)));
}

/** The content as it is sent: golden requests are read and raw rows encoded. */
export async function resolve(content: Content, { readGolden, encode }: TestSession): Promise<SentRequest> {
  if ('body' in content) return { body: content.body };
  if ('rows' in content) return { body: (await encode(content.rows)).join('\n') };
  const golden = 'golden' in content ? content.golden : await readGolden(content.s3Uri);
  return { body: (await goldenBodies(golden, encode)).join('\n'), golden };
}

/** The lines of CSV content. */
export async function resolveLines(content: Content, session: TestSession): Promise<string[]> {
  const { body: text } = await resolve(content, session);
  return text.split(/\r?\n/).filter((line) => line !== '');
}

/** The same request for the golden requests of another run; unchanged when it sends none. */
export const withGoldenUri = <R extends Request | RowsRequest>(request: R, goldenUri: string): R =>
  's3Uri' in request ? { ...request, s3Uri: goldenUri } : request;
