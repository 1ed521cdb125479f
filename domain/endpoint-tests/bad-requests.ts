/** A request that no model can answer, made of a good one. */
export interface BadRequest {
  readonly contentType: string;
  readonly body: string;
  /** Whether the endpoint may also answer with a success and nothing in it, because it was given nothing. */
  readonly mayAnswerNothing?: true;
}

/** What a bad request is made of. */
export interface GoodRequest {
  /** A CSV line of model inputs. */
  readonly line: string;
  readonly delimiter: string;
  /** A body must be longer than this to be too large. */
  readonly largestBytes: number;
}

const csv = 'text/csv';

/**
 * The kinds of bad requests, by name. What the built-in XGBoost answers is public: aws/sagemaker-xgboost-container,
 * `algorithm_mode/serve.py` (415 for what it cannot read, 400 for what it cannot score, 204 for nothing, 413 above
 * `MAX_CONTENT_LENGTH`).
 */
export const badRequests = {
  malformed: {
    summary: 'Half of a JSON document, sent as CSV.',
    make: () => ({ contentType: csv, body: '{"instances": [[1, 2' }),
  },
  'wrong-type': {
    summary: 'A word in place of each number.',
    make: ({ line, delimiter }) => ({
      contentType: csv,
      body: line
        .split(delimiter)
        .map(() => 'word')
        .join(delimiter),
    }),
  },
  'wrong-content-type': {
    summary: 'A content type that no model reads.',
    make: ({ line }) => ({ contentType: 'application/x-no-such-type', body: line }),
  },
  ragged: {
    summary: 'Two rows, the second with a field more than the first.',
    make: ({ line, delimiter }) => ({ contentType: csv, body: `${line}\n${line}${delimiter}0` }),
  },
  'more-columns': {
    // two more: some containers take one more for the label (aws/sagemaker-xgboost-container, `serve_utils.predict`)
    summary: 'Two fields more than the model has inputs.',
    make: ({ line, delimiter }) => ({ contentType: csv, body: [line, 0, 0].join(delimiter) }),
  },
  'fewer-columns': {
    summary: 'A field less than the model has inputs. A model with one input is not asked.',
    make({ line, delimiter }) {
      const fields = line.split(delimiter);
      return fields.length > 1 ? { contentType: csv, body: fields.slice(1).join(delimiter) } : undefined;
    },
  },
  empty: {
    summary: 'An empty body. A success without a body counts as a refusal: nothing was scored.',
    make: () => ({ contentType: csv, body: '', mayAnswerNothing: true }),
  },
  oversized: {
    summary: 'A body above `oversizedBytes`.',
    make: ({ line, largestBytes }) => ({
      contentType: csv,
      body: `${line}\n`.repeat(Math.floor(largestBytes / (line.length + 1)) + 1),
    }),
  },
} as const satisfies Readonly<
  Record<string, { readonly summary: string; make(good: GoodRequest): BadRequest | undefined }>
>;
export type BadRequestName = keyof typeof badRequests;

/** Their names. */
export const badRequestNames = Object.keys(badRequests) as [BadRequestName, ...BadRequestName[]];
