import { NotFoundError } from '#domain/errors';
import { predictionKey, predictionPrefix } from '#domain/runs/layout';
import type { PredictionReader, PredictionWriter } from '#functions/ports/prediction-log';
import { type PredictionRecord, predictionRecordSchema } from '#schemas/records/prediction';

/** A prediction log in memory. */
export interface MemoryPredictions extends PredictionReader, PredictionWriter {
  /** The keys that were read. */
  readonly reads: string[];
  all(): PredictionRecord[];
}

export function memoryPredictions(): MemoryPredictions {
  const records = new Map<string, PredictionRecord>();
  const reads: string[] = [];
  return {
    reads,
    all: () => [...records.values()],
    async write(record) {
      records.set(predictionKey(record.pipeline, record.inferenceId), predictionRecordSchema.parse(record));
    },
    keysAfter: async (pipeline, after) =>
      [...records.keys()].filter((key) => key.startsWith(predictionPrefix(pipeline)) && key > after).toSorted(),
    async read(key) {
      reads.push(key);
      const record = records.get(key);
      if (!record) throw new NotFoundError(`${key} does not exist`);
      return record;
    },
  };
}
