import { judgedMetric } from '#domain/drift/performance/decision';
import { estimatePerformance, noEstimate, type WindowRows } from '#domain/drift/performance/estimate';
import { performanceSettingsSchema } from '#domain/drift/performance/settings';
import { NotFoundError } from '#domain/errors';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import type { ObjectStore } from '#functions/ports/object-store';
import type { Pipeline } from '#schemas/pipeline';
import {
  type PerformanceEstimate,
  type PerformanceReference,
  performanceReferenceSchema,
} from '#schemas/records/performance';

/**
 * The performance of a run's model that its answers in a window let expect.
 *
 * @param answered rows of the window; absent where the model answered none
 */
export async function estimateWindow(
  artifacts: ObjectStore,
  run: RunPointer,
  { drift, evaluation }: { drift: NonNullable<Pipeline['drift']>; evaluation: Pipeline['evaluation'] },
  answered: WindowRows | undefined,
): Promise<PerformanceEstimate> {
  if (!answered) return noEstimate('no estimate: the rows of a drop have no scores of the model');
  if (answered.inputs.rows < Math.max(drift.minRows, 1)) {
    return noEstimate('no estimate: the window has fewer rows than drift.minRows');
  }
  const reference = await readReference(artifacts, run);
  if (!reference) return noEstimate('no estimate: the model was trained before Tidegate kept what it needs');
  const settings = performanceSettingsSchema.parse(drift.performance ?? {});
  return estimatePerformance(reference, answered, { ...settings, metric: judgedMetric(evaluation, settings.metric) });
}

/** The holdout rows that a run kept; undefined for a run of a version that kept none. */
async function readReference(artifacts: ObjectStore, run: RunPointer): Promise<PerformanceReference | undefined> {
  try {
    return await artifacts.readJson(artifactKeys(run).performance, performanceReferenceSchema);
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}
