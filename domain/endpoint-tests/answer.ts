import { parsePredictions } from '#domain/endpoint-tests/predictions';
import { EvaluationError } from '#domain/errors';

/** What came back from an endpoint. */
export interface Answer {
  /** HTTP status; the container's own where SageMaker wraps it. */
  readonly status: number;
  readonly contentType?: string | undefined;
  readonly body: string;
  readonly latencyMs: number;
}

/** Whether a test passed and why, in words without any value of request or answer. */
export interface Judgement {
  readonly passed: boolean;
  readonly detail: string;
}

/** Rows of a CSV request: its lines. */
export const countRows = (body: string): number => body.split(/\r?\n/).filter((line) => line !== '').length;

/** The rows of an answer, or what is wrong with it. */
export function readRows(body: string, valuesPerRow: number): number[][] | string {
  try {
    return parsePredictions(body, valuesPerRow);
  } catch (error) {
    if (error instanceof EvaluationError) return error.message;
    throw error;
  }
}
