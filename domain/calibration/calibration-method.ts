import type { CalibrationMap } from '#schemas/records/operating-point';

/** Fits a map to weighted rows. The weights are by row, in the order of the scores. */
export type CalibrationFit<FittedMap extends CalibrationMap = CalibrationMap> = (weights: Float64Array) => FittedMap;

/** The full definition of one way to turn scores into probabilities. */
export interface CalibrationMethod<FittedMap extends CalibrationMap> {
  /** Its name in the pipeline YAML, and in a fitted map. */
  readonly name: FittedMap['method'];
  /** What it does, in one sentence. */
  readonly summary: string;
  /** Does the work that does not depend on the weights once. @param hits 1 where the row is positive */
  prepare(scores: Float64Array, hits: Uint8Array): CalibrationFit<FittedMap>;
  /** The probability for a score, in [0, 1]. */
  apply(map: FittedMap, score: number): number;
}
