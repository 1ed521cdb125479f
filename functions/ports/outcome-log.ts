import type { Outcome } from '#schemas/records/outcome';

/** Reads outcomes that were joined with their predictions. */
export interface OutcomeReader {
  /** The outcomes of a pipeline's predictions of a UTC day (`YYYY-MM-DD`) and later: of each row the latest. */
  since(pipeline: string, day: string): Promise<readonly Outcome[]>;
}
