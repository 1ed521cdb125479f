import { judgedMetric } from '#domain/drift/performance/decision';
import { estimatePerformance, noEstimate, type WindowRows } from '#domain/drift/performance/estimate';
import { performanceSettingsSchema } from '#domain/drift/performance/settings';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import type { ObjectStore } from '#functions/ports/object-store';
import type { Pipeline } from '#schemas/pipeline';
import { type PerformanceEstimate, performanceReferenceSchema } from '#schemas/records/performance-estimate';

/** What an estimate is judged by, and whether the run kept what it rests on. */
interface Judged {
  readonly drift: NonNullable<Pipeline['drift']>;
  readonly evaluation: Pipeline['evaluation'];
  readonly kept: boolean;
}

/**
 * The performance of a run's model that its answers in a window let expect.
 *
 * @param answered rows of the window, and a sample of them; absent where the model answered none
 */
export async function estimateWindow(
  artifacts: ObjectStore,
  run: RunPointer,
  { drift, evaluation, kept }: Judged,
  answered: { readonly rows: number; readonly sample: WindowRows } | undefined,
): Promise<PerformanceEstimate> {
  if (!answered) return noEstimate('no estimate: the rows of a drop have no scores of the model');
  if (answered.rows < Math.max(drift.minRows, 1)) {
    return noEstimate('no estimate: the window has fewer rows than drift.minRows');
  }
  if (!kept) return noEstimate('no estimate: the model was trained before Tidegate kept what it needs');
  const reference = await artifacts.readJson(artifactKeys(run).performance, performanceReferenceSchema);
  const settings = performanceSettingsSchema.parse(drift.performance ?? {});
  return estimatePerformance(reference, answered.sample, {
    ...settings,
    metric: judgedMetric(evaluation, settings.metric),
  });
}
