import type { ModelFormat } from '#domain/algorithms/algorithm';
import { algorithmOf } from '#domain/algorithms/registry';
import { deploymentKeys } from '#domain/deployment/target';
import { windowStart } from '#domain/drift/captures';
import { compareWindow } from '#domain/drift/compare';
import { coverageOfDrop, coverageOfInputs } from '#domain/drift/coverage';
import { decideAlarm } from '#domain/drift/performance/decision';
import { byDrift, thresholdsOf } from '#domain/drift/registry';
import { windowCounts } from '#domain/drift/window-counts';
import { ConfigurationError, NotFoundError } from '#domain/errors';
import { artifactKeys } from '#domain/runs/layout';
import { type Probes, probesOf } from '#domain/serving/probes';
import { unreachable } from '#domain/unreachable';
import type { ObjectStore } from '#functions/ports/object-store';
import type { StateStore } from '#functions/ports/state-store';
import { type MeasuredWindow, measureCaptures, measureCleanDrop, measureDrop } from '#functions/shards/drift-window';
import { asBaseline } from '#functions/shards/drop-drift';
import { estimateWindow } from '#functions/shards/window-performance';
import { type Pipeline, pipelineSchema } from '#schemas/pipeline';
import { type Baseline, baselineSchema, type Coverage } from '#schemas/records/baseline';
import type { DriftCheck, SkippedDriftCheck } from '#schemas/records/drift-check';
import { type FittedTransform, fittedTransformSchema } from '#schemas/records/fitted-transform';
import { goldenSchema } from '#schemas/records/golden';
import { type Champion, championSchema } from '#schemas/records/run';

/** The dependencies of measuring drift. */
export interface DriftPorts {
  readonly clean: ObjectStore;
  readonly artifacts: ObjectStore;
  readonly store: StateStore;
  readonly memoryMb: number;
}

/** The model in service, with the records of its training. */
interface Served {
  readonly champion: Champion;
  readonly pipeline: Pipeline;
  readonly drift: NonNullable<Pipeline['drift']>;
  readonly evaluation: Pipeline['evaluation'];
  readonly fitted: FittedTransform;
  readonly format: ModelFormat;
  readonly baseline: Baseline;
  /** The rows with known answers that `predict` adds to its requests. */
  readonly probes: Probes;
  /** Whether the run kept what estimates of performance rest on. */
  readonly kept: boolean;
}

/** Maximum number of columns in the state payload; the full report is in the artifacts bucket. */
const reported = 20;

/** @throws NotFoundError without a champion; ConfigurationError when its configuration has no drift section */
async function readServed({ store, artifacts }: DriftPorts, name: string): Promise<Served> {
  const item = await store.get(name, 'champion');
  if (!item) {
    throw new NotFoundError(`Pipeline ${name} has no model in service: there is nothing to compare with yet.`);
  }
  const champion = championSchema.parse(item);
  const keys = artifactKeys({ pipeline: name, runId: champion.runId });
  const pipeline = await artifacts.readJson(keys.config, pipelineSchema);
  const { drift } = pipeline;
  if (!drift) {
    throw new ConfigurationError(
      `Pipeline ${name} has no drift section in the configuration run ${champion.runId} was trained with.`,
    );
  }
  const fitted = await artifacts.readJson(keys.transform, fittedTransformSchema);
  const format = algorithmOf(pipeline);
  const baseline = await artifacts.readJson(keys.baseline, baselineSchema);
  const golden = await artifacts.readJson(keys.golden, goldenSchema);
  const { evaluation } = pipeline;
  const probes = probesOf(golden);
  return { champion, pipeline, drift, evaluation, fitted, format, baseline, probes, kept: golden.performance === true };
}

/** The newest run that read its whole drop. A running or failed run may have read only a part. */
async function newestRun(store: StateStore, pipeline: string, champion: string): Promise<string> {
  const runs = await store.list(pipeline, 'run#', 50);
  return String(runs.find(({ status }) => status !== 'running' && status !== 'failed')?.['runId'] ?? champion);
}

/**
 * The start of a window of captures: the model's promotion when that is later than the window's own start. A model that was promoted
 * after the check began (a roll-out ended in between) has an empty window, which ends where it begins.
 */
function laterOf(promotedAt: string, start: string, to: string): string {
  const latest = Math.max(Date.parse(promotedAt), Date.parse(start));
  return latest >= Date.parse(to) ? to : new Date(latest).toISOString();
}

/** The window of captured requests, or the newest drop, over the baseline's bins. A drop has no scores. */
async function measure(
  { clean, artifacts, store, memoryMb }: DriftPorts,
  name: string,
  { champion, pipeline, drift, fitted, format, baseline, probes }: Served,
  to: string,
): Promise<MeasuredWindow & { readonly from: string; readonly baseline: Baseline; readonly coverage: Coverage }> {
  const start = windowStart(drift.window, to);
  switch (drift.source) {
    case 'captures': {
      const from = laterOf(champion.promotedAt, start, to);
      const captures = { pipeline: name, endpoint: champion.endpointName, from, to };
      const serving = { output: format.output, probes };
      const measured = await measureCaptures(clean, captures, fitted, serving, baseline);
      return { ...measured, from, baseline, coverage: coverageOfInputs(pipeline, fitted, baseline) };
    }
    case 'newest-drop': {
      const run = { pipeline: name, runId: await newestRun(store, name, champion.runId) };
      const kept = baseline.clean;
      if (kept) {
        const measured = await measureCleanDrop({ clean, artifacts }, run, memoryMb, kept);
        return { ...measured, from: start, baseline: asBaseline(kept), coverage: coverageOfDrop(kept) };
      }
      const measured = await measureDrop(clean, run, memoryMb, fitted, format.input, baseline);
      const coverage = coverageOfInputs(pipeline, fitted, baseline, { isDrop: true });
      return { ...measured, from: start, baseline: { ...baseline, score: undefined }, coverage };
    }
    default:
      return unreachable(drift.source, 'source of a drift check');
  }
}

/** Whether requests stopped since the last check. A retry of the same check gives the same result. */
async function hasFallenSilent(store: StateStore, name: string, checkedAt: string, rows: number): Promise<boolean> {
  const last = await store.get(name, 'drift');
  if (last?.['checkedAt'] === checkedAt) return last['fellSilent'] === true;
  return rows === 0 && Number(last?.['rows'] ?? 0) > 0;
}

/**
 * Compares the champion's current inputs with its training data, and estimates its performance from its scores. The full report goes to the artifacts bucket; the result
 * has the decision and the figures for Slack. A retired pipeline is not checked.
 *
 * @param checkedAt start of the check (ISO 8601): the end of the window, and part of the report's key
 * @throws NotFoundError when the pipeline has no champion; ConfigurationError when its configuration has no drift section
 */
export async function measureDrift(
  ports: DriftPorts,
  { pipeline: name, checkedAt }: { readonly pipeline: string; readonly checkedAt: string },
): Promise<DriftCheck | SkippedDriftCheck> {
  const { artifacts, store } = ports;
  const retired = await store.get(name, deploymentKeys.retired);
  if (retired) {
    const skipped = `pipeline ${name} was retired on ${String(retired['at']).slice(0, 10)}`;
    return { pipeline: name, skipped, notify: false };
  }
  const served = await readServed(ports, name);
  const { drift, champion } = served;
  const { window, skipped, from, baseline, coverage, answered } = await measure(ports, name, served, checkedAt);
  const report = compareWindow({
    baseline,
    window,
    minRows: drift.minRows,
    thresholds: thresholdsOf(drift),
    falseAlarmRate: drift.falseAlarmRate,
  });
  const { rows, drifted } = report;
  const run = { pipeline: name, runId: champion.runId };
  const performance = await estimateWindow(artifacts, run, served, answered);
  const { alarm, decidedBy } = decideAlarm(drifted, performance, drift.performance?.decides ?? true);
  const reportKey = `${name}/drift/${checkedAt.replaceAll(':', '-')}.json`;
  await artifacts.writeJson(reportKey, {
    ...report,
    coverage,
    performance,
    alarm,
    decidedBy,
    from,
    to: checkedAt,
    skipped,
    runId: champion.runId,
    counts: windowCounts(window),
  });
  // a window of no length says nothing about requests
  const fellSilent = from !== checkedAt && (await hasFallenSilent(store, name, checkedAt, rows));
  await store.put(name, 'drift', {
    checkedAt,
    rows,
    drifted,
    alarm,
    performance: performance.reason,
    fellSilent,
    reportKey,
  });
  return {
    pipeline: name,
    runId: champion.runId,
    source: drift.source,
    window: { from, to: checkedAt, rows },
    tooSmall: report.tooSmall,
    drifted,
    fellSilent,
    performance,
    alarm,
    decidedBy,
    notify: alarm || fellSilent,
    action: drift.action,
    driftedColumns: report.driftedColumns.slice(0, reported),
    columns: report.columns.toSorted(byDrift()).slice(0, reported),
    ...(report.score ? { score: report.score } : {}),
    coverage,
    reportKey,
  };
}
