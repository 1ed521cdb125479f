import type { PredictionRecord } from '#schemas/records/prediction';

/** Writes requests to the prediction log. */
export interface PredictionWriter {
  /** A retry of the same request writes the same object. */
  write(record: PredictionRecord): Promise<void>;
}

/** Reads the prediction log. */
export interface PredictionReader {
  /** Keys of a pipeline's log in the order of time, which come after another key. */
  keysAfter(pipeline: string, key: string): Promise<string[]>;
  /** @throws NotFoundError when the object is missing */
  read(key: string): Promise<PredictionRecord>;
}
