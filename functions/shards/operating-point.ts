import { calibrationMethod, calibrationOf } from '#domain/calibration/registry';
import type { BootstrapOptions } from '#domain/evaluation/bootstrap';
import { chooseThreshold } from '#domain/evaluation/choose-threshold';
import { choosesOnValidation, type ValidationChoices } from '#domain/evaluation/chosen-on-validation';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import { isChosen } from '#domain/thresholds/registry';
import type { ObjectStore } from '#functions/ports/object-store';
import { type OperatingPoint, operatingPointSchema } from '#schemas/records/operating-point';

/** `evaluation` of a run's pinned configuration, as far as it says what the run chose; runs of earlier versions chose nothing. */
export interface PinnedChoices {
  readonly threshold: number | object;
  readonly calibration?: string | undefined;
}

/**
 * How the scores of a run's model become answers: what its configuration says, or what the run chose.
 *
 * @throws NotFoundError when the run chose nothing, because it ended before
 */
export async function readOperatingPoint(
  artifacts: Pick<ObjectStore, 'readJson'>,
  run: RunPointer,
  { threshold, calibration = 'none' }: PinnedChoices,
): Promise<OperatingPoint> {
  if (typeof threshold === 'number' && calibration === 'none') return { threshold };
  return artifacts.readJson(artifactKeys(run).operatingPoint, operatingPointSchema);
}

/** The validation rows with the candidate's scores. */
export interface ValidationRows {
  readonly labels: Float64Array;
  readonly scores: Float64Array;
}

/**
 * Calibrates a run's scores and chooses its threshold on its validation rows, and keeps both. Where there is nothing to choose, nothing is
 * read or written.
 *
 * @param readRows the validation rows with the scores before any calibration
 * @throws EvaluationError when no validation row is positive
 */
export async function chooseOperatingPoint(
  artifacts: Pick<ObjectStore, 'writeJson'>,
  run: RunPointer,
  settings: ValidationChoices & { readonly bootstrap: BootstrapOptions },
  readRows: () => Promise<ValidationRows>,
): Promise<OperatingPoint> {
  const { threshold, calibration: method, bootstrap } = settings;
  if (!choosesOnValidation(settings)) return { threshold: threshold as number };
  const { labels, scores } = await readRows();
  const calibration =
    method === 'none'
      ? undefined
      : calibrationMethod(method).prepare(scores, Uint8Array.from(labels))(new Float64Array(labels.length).fill(1));
  const rows = { labels, scores: calibration ? scores.map(calibrationOf(calibration)) : scores };
  const point = {
    ...(calibration ? { calibration } : {}),
    ...(isChosen(threshold) ? chooseThreshold(threshold, rows, bootstrap) : { threshold }),
  };
  await artifacts.writeJson(artifactKeys(run).operatingPoint, point);
  return point;
}
