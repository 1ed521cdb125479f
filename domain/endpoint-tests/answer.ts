import { parsePredictions } from '#domain/endpoint-tests/predictions';
import { EvaluationError } from '#domain/errors';

/** A response of an endpoint. */
export interface Answer {
  /** HTTP status; the container's status if SageMaker wraps it. */
  readonly status: number;
  readonly contentType?: string | undefined;
  readonly body: string;
  readonly latencyMs: number;
}

/** Whether a test passed and why, without any value of the request. */
export interface Judgement {
  readonly passed: boolean;
  readonly detail: string;
}

/** Rows of a CSV request: its lines. */
export const countRows = (body: string): number => body.split(/\r?\n/).filter((line) => line !== '').length;

/** The rows of a response, or the problem with it. */
export function readRows(body: string, valuesPerRow: number): number[][] | string {
  try {
    return parsePredictions(body, valuesPerRow);
  } catch (error) {
    if (error instanceof EvaluationError) return error.message;
    throw error;
  }
}
