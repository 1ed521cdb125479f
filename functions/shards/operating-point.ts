import type { BootstrapOptions } from '#domain/evaluation/bootstrap';
import { chooseThreshold } from '#domain/evaluation/choose-threshold';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import { isChosen, type ThresholdSetting } from '#domain/thresholds/registry';
import type { ObjectStore } from '#functions/ports/object-store';
import { type OperatingPoint, operatingPointSchema } from '#schemas/records/operating-point';

/**
 * The threshold by which a run's model answers: the number of its configuration, or what the run chose.
 *
 * @param setting `evaluation.threshold` of the run's pinned configuration
 * @throws NotFoundError when the run chose none, because it ended before
 */
export async function readThreshold(
  artifacts: Pick<ObjectStore, 'readJson'>,
  run: RunPointer,
  setting: number | object,
): Promise<number> {
  if (typeof setting === 'number') return setting;
  return (await artifacts.readJson(artifactKeys(run).operatingPoint, operatingPointSchema)).threshold;
}

/**
 * Chooses a run's threshold on its validation rows and keeps it. With a number there is nothing to choose, and nothing is written.
 *
 * @param readRows the validation rows with the candidate's scores
 * @throws EvaluationError when no validation row is positive
 */
export async function chooseOperatingPoint(
  artifacts: Pick<ObjectStore, 'writeJson'>,
  run: RunPointer,
  { threshold, bootstrap }: { readonly threshold: ThresholdSetting; readonly bootstrap: BootstrapOptions },
  readRows: () => Promise<{ readonly labels: Float64Array; readonly scores: Float64Array }>,
): Promise<{ readonly threshold: number } & Partial<OperatingPoint>> {
  if (!isChosen(threshold)) return { threshold };
  const point = chooseThreshold(threshold, await readRows(), bootstrap);
  await artifacts.writeJson(artifactKeys(run).operatingPoint, point);
  return point;
}
