import type { Golden, RawRow } from '#schemas/records/golden';
import type { Answer, Judgement } from './answer.ts';

/** A value of a raw row. */
export type RawValue = RawRow[string];

/** A column whose higher values never move the answer the other way. */
export interface MonotoneColumn {
  readonly column: string;
  readonly direction: 'increasing' | 'decreasing';
}

/** A column that alone changes the answer by at most the tolerance. */
export interface InvariantColumn {
  readonly column: string;
  readonly tolerance: number;
}

/** What the model under test reads, and what its pipeline declares about it. */
export interface ModelInputs {
  /** Between the fields of a line. */
  readonly delimiter: string;
  /** The raw columns of each field, in order: one, or two of an interaction. */
  readonly sources: readonly (readonly string[])[];
  /** The raw columns that may be model inputs. One without a field carried no information in the training rows. */
  readonly columns: readonly string[];
  readonly monotone: readonly MonotoneColumn[];
  readonly invariant: readonly InvariantColumn[];
}

/** What a running test can do. Times are milliseconds of a clock that never goes back. */
export interface TestSession {
  /**
   * Sends a request to the endpoint under test. Failures that may pass are tried again.
   * @throws RequestRefusedError when SageMaker refuses the request; TransientError when it could not be answered
   */
  readonly ask: (body: string, contentType: string) => Promise<Answer>;
  /** The same, once: no second try hides a failure. */
  readonly askOnce: (body: string, contentType: string) => Promise<Answer>;
  /**
   * Reads a file of golden requests.
   * @throws NotFoundError when there is none; WrongTestError when it holds something else
   */
  readonly readGolden: (s3Uri: string) => Promise<Golden>;
  /**
   * Encodes raw rows as the model under test was trained: a CSV line each.
   * @throws PredictionError naming row and column when a row cannot be encoded
   */
  readonly encode: (rows: readonly RawRow[]) => Promise<readonly string[]>;
  /** Undefined when no run is known that trained what the endpoint serves. */
  readonly inputs: () => Promise<ModelInputs | undefined>;
  /** Values of a column in the training data: cuts between bins for numbers, frequent ones for others. Empty: none are kept. */
  readonly observed: (column: string) => Promise<readonly RawValue[]>;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** How long a test may send requests, in milliseconds. RunEndpointTest's time-out is longer by the wait for the last answers. */
export const longestRunMs = 300_000;

/** A failed judgement. */
export const failed = (detail: string): Judgement => ({ passed: false, detail });
/** A passed judgement. */
export const passed = (detail: string): Judgement => ({ passed: true, detail });
