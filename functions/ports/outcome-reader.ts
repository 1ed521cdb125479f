import type { Outcome } from '#schemas/records/outcome';

/** Reads outcomes that were joined with their predictions. */
export interface OutcomeReader {
  /**
   * Every outcome of predictions since a day, file by file in the order of their arrival within a day.
   *
   * @param day `YYYY-MM-DD`
   */
  joinedSince(pipeline: string, day: string): Promise<Outcome[][]>;
}
