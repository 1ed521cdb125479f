import { batchItems } from '#domain/batch/layout';
import { deploymentKeys } from '#domain/deployment/target';
import { compareBy } from '#domain/drift/compare';
import { coverageOfDrop, coverageOfInputs } from '#domain/drift/coverage';
import { type JointRows, jointRows } from '#domain/drift/joint/rows';
import { decideAlarm } from '#domain/drift/performance/decision';
import type { WindowRows } from '#domain/drift/performance/estimate';
import { performanceSettingsSchema } from '#domain/drift/performance/settings';
import { byDrift } from '#domain/drift/registry';
import { windowCounts } from '#domain/drift/window-counts';
import { hourStart, lengthHours, windowSpan } from '#domain/drift/windows/hours';
import { reportsPrefix } from '#domain/drift/windows/layout';
import { type Compared, trainingReference } from '#domain/drift/windows/reference';
import { NotFoundError } from '#domain/errors';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import { unreachable } from '#domain/unreachable';
import type { ObjectStore } from '#functions/ports/object-store';
import type { StateStore } from '#functions/ports/state-store';
import { type CapturedWindow, measureCaptures } from '#functions/shards/captured-window';
import { measureCleanDrop, measureDrop, readColumns } from '#functions/shards/drift-window';
import { asBaseline, besideTraining } from '#functions/shards/drop-drift';
import { findSilence, recordSilence, type Silence } from '#functions/shards/silence';
import { readChampion, readWatched, type WatchedModel } from '#functions/shards/watched-model';
import { estimateWindow } from '#functions/shards/window-performance';
import type { Coverage, Window } from '#schemas/records/baseline';
import type { CaptureSketch, CountedCaptures } from '#schemas/records/capture-counts';
import type { DriftCheck, SkippedDriftCheck } from '#schemas/records/drift-check';
import { performanceReferenceSchema } from '#schemas/records/performance-estimate';
import type { Champion } from '#schemas/records/run';

/** The dependencies of measuring drift. */
export interface DriftPorts {
  readonly clean: ObjectStore;
  readonly artifacts: ObjectStore;
  readonly store: StateStore;
  readonly memoryMb: number;
}

/** One check. */
export interface DriftEvent {
  readonly pipeline: string;
  /** Start of the check (ISO 8601): the end of the window, and part of the report's key. */
  readonly checkedAt: string;
  /** The captures that were counted for the check; null where it reads none. */
  readonly counted: CountedCaptures | null;
}

/** The model in service, with the records of its training. */
type Served = WatchedModel & { readonly champion: Champion };

/** What a check measured. */
interface Measured {
  readonly window: Window;
  readonly from: string;
  readonly compared: Compared;
  readonly coverage: Coverage;
  readonly answered?: WindowRows;
  /** Rows of both to compare all columns together, or why there are none. */
  readonly together: JointRows | string;
  /** What could not be read of the captures, and whether there were any. */
  readonly unread?: CaptureSketch['unread'];
  readonly silence?: Silence;
}

/** Maximum number of columns in the state payload; the full report is in the artifacts bucket. */
const reported = 20;

/** @throws NotFoundError without a champion; ConfigurationError when its configuration has no drift section */
async function readServed({ store, artifacts }: DriftPorts, name: string): Promise<Served> {
  const champion = await readChampion(store, name);
  if (!champion) {
    throw new NotFoundError(`Pipeline ${name} has no model in service: there is nothing to compare with yet.`);
  }
  return { champion, ...(await readWatched(artifacts, { pipeline: name, runId: champion.runId })) };
}

/** The newest run that read its whole drop. A running or failed run may have read only a part. */
async function newestRun(store: StateStore, pipeline: string, champion: string): Promise<string> {
  const runs = await store.list(pipeline, 'run#', 50);
  return String(runs.find(({ status }) => status !== 'running' && status !== 'failed')?.['runId'] ?? champion);
}

/** The rows of a window beside those of the holdout, or of earlier windows, or why they cannot be compared. */
async function besideHoldout(
  artifacts: ObjectStore,
  run: RunPointer,
  { kept }: Served,
  { answered, earlier }: CapturedWindow,
): Promise<JointRows | string> {
  if (!kept) return 'the model was trained before Tidegate kept holdout rows';
  if (answered.inputs.rows === 0) return 'the window has no rows';
  const known = await artifacts.readJson(artifactKeys(run).performance, performanceReferenceSchema);
  return jointRows(known, answered.inputs, earlier);
}

/** The captured requests of the window. What was counted for a model that has been replaced since is not those of this one. */
async function measureRequests(
  { artifacts, store }: DriftPorts,
  { pipeline: name, checkedAt, counted }: DriftEvent,
  served: Served,
): Promise<Measured> {
  const { champion, pipeline, drift, fitted, baseline } = served;
  const { promotedAt, runId } = champion;
  const span = windowSpan(drift.window, promotedAt, checkedAt);
  const isOwn = counted?.runId === runId && counted.promotedAt === promotedAt;
  const measured = await measureCaptures(artifacts, isOwn ? counted : undefined, span, served);
  const { window, compared, captures, unread, answered } = measured;
  const silence = findSilence(await store.get(name, 'drift'), checkedAt, {
    promotedAt,
    percentage: pipeline.deployment.capturePercentage,
    rows: window.rows,
    captures: captures + unread.unusable + unread.damaged,
    whole: span.from === hourStart(checkedAt, -lengthHours(drift.window)),
    // a window of no length says nothing about requests
    isEmpty: span.from === span.to,
  });
  const coverage = coverageOfInputs(pipeline, fitted, baseline);
  const together = await besideHoldout(artifacts, { pipeline: name, runId }, served, measured);
  return { window, from: span.from, compared, coverage, answered, together, unread, silence };
}

/** The newest batch that was scored. @throws NotFoundError when there is none */
async function newestBatch(store: StateStore, pipeline: string): Promise<string> {
  const batches = await store.list(pipeline, batchItems.all, 50);
  const found = batches.find(({ status }) => status === 'scored');
  if (found) return String(found['batchId']);
  throw new NotFoundError(
    `Pipeline ${pipeline} has scored no batch yet, so there is nothing to compare. Score one with "tidegate score", or change drift.source.`,
  );
}

/**
 * The rows of a drop, or of a batch. They are compared with the training rows, by clean columns: a batch has those that the model reads. The
 * scores of a batch are not looked at.
 */
async function measureRows(
  { clean, artifacts, memoryMb }: DriftPorts,
  { pipeline: name, checkedAt }: DriftEvent,
  { champion, pipeline, drift, fitted, format, baseline }: Served,
  runId: string,
): Promise<Measured> {
  const run = { pipeline: name, runId };
  const from = new Date(Date.parse(checkedAt) - lengthHours(drift.window) * 3_600_000).toISOString();
  const { clean: kept, score: _, ...unscored } = baseline;
  if (kept) {
    const own = await readColumns(artifacts, run, kept);
    const { window, sample } = await measureCleanDrop({ clean, artifacts }, run, memoryMb, own, fitted);
    const together = await besideTraining(artifacts, { ...run, runId: champion.runId }, kept, fitted, sample);
    return { window, from, compared: trainingReference(asBaseline(own)), coverage: coverageOfDrop(own), together };
  }
  const window = await measureDrop(clean, run, memoryMb, fitted, format.input, baseline);
  const coverage = coverageOfInputs(pipeline, fitted, baseline, { isDrop: true });
  const together = 'the model was trained before Tidegate kept training rows';
  return { window, from, compared: trainingReference(unscored), coverage, together };
}

async function measure(ports: DriftPorts, event: DriftEvent, served: Served): Promise<Measured> {
  const { source } = served.drift;
  switch (source) {
    case 'captures':
      return measureRequests(ports, event, served);
    case 'newest-drop':
      return measureRows(ports, event, served, await newestRun(ports.store, event.pipeline, served.champion.runId));
    case 'newest-batch':
      return measureRows(ports, event, served, await newestBatch(ports.store, event.pipeline));
    default:
      return unreachable(source, 'source of a drift check');
  }
}

/**
 * Compares the champion's current inputs with its training data, or with earlier windows, and estimates its performance from its scores.
 * The full report goes to the artifacts bucket; the result has the decision and the figures for Slack. A retired pipeline is not checked.
 *
 * @throws NotFoundError when the pipeline has no champion; ConfigurationError when its configuration has no drift section
 */
export async function measureDrift(ports: DriftPorts, event: DriftEvent): Promise<DriftCheck | SkippedDriftCheck> {
  const { artifacts, store } = ports;
  const { pipeline: name, checkedAt } = event;
  const retired = await store.get(name, deploymentKeys.retired);
  if (retired) {
    const skipped = `pipeline ${name} was retired on ${String(retired['at']).slice(0, 10)}`;
    return { pipeline: name, skipped, notify: false };
  }
  const served = await readServed(ports, name);
  const { drift, champion } = served;
  const measured = await measure(ports, event, served);
  const { window, from, compared, coverage, answered, unread, silence } = measured;
  const { baseline, reference } = compared;
  const report = compareBy(drift, { baseline, window, together: measured.together });
  const { rows, drifted } = report;
  const run = { pipeline: name, runId: champion.runId };
  const performance = await estimateWindow(artifacts, run, served, answered && { rows, sample: answered });
  const { alarm, decidedBy } = decideAlarm(
    drifted,
    performance,
    performanceSettingsSchema.parse(drift.performance ?? {}),
  );
  const reportKey = `${reportsPrefix(name)}${checkedAt.replaceAll(':', '-')}.json`;
  const read = unread ? { unread } : {};
  await artifacts.writeJson(reportKey, {
    ...report,
    coverage,
    performance,
    alarm,
    decidedBy,
    from,
    to: checkedAt,
    reference,
    skipped: unread ? unread.unusable + unread.damaged : 0,
    ...read,
    runId: champion.runId,
    counts: windowCounts(window),
  });
  const arrivals = silence?.arrivals;
  const fellSilent = silence?.isNew === true && arrivals === 'stopped';
  await store.put(name, 'drift', {
    checkedAt,
    rows,
    drifted,
    alarm,
    performance: performance.reason,
    fellSilent,
    ...(silence ? recordSilence(silence, rows, champion.promotedAt) : {}),
    reportKey,
  });
  return {
    pipeline: name,
    runId: champion.runId,
    source: drift.source,
    window: { from, to: checkedAt, rows },
    tooSmall: report.tooSmall,
    reference,
    drifted,
    fellSilent,
    ...(arrivals ? { arrivals } : {}),
    ...read,
    performance,
    alarm,
    decidedBy,
    notify: alarm || silence?.isNew === true,
    action: drift.action,
    driftedColumns: report.driftedColumns.slice(0, reported),
    columns: report.columns.toSorted(byDrift()).slice(0, reported),
    ...(report.score ? { score: report.score } : {}),
    ...(report.together ? { together: report.together } : {}),
    ...(report.notTogether === undefined ? {} : { notTogether: report.notTogether }),
    coverage,
    reportKey,
  };
}
