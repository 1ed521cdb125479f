import { recordedCheck } from '#domain/drift/recorded-check';
import { formatCount, formatNumber } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import type { BatchRecord } from '#schemas/records/batch';
import type { Decision } from '#schemas/records/decision';
import type { DriftRecord } from '#schemas/records/drift-record';
import type { OutcomesFile } from '#schemas/records/outcome';
import type { Performance } from '#schemas/records/performance';
import type { Champion } from '#schemas/records/run';
import { batchText } from './batches.ts';
import type { RunRecord } from './runs.ts';

/** What is known of a pipeline at a moment. */
export interface PipelineState {
  readonly runs: readonly Pick<RunRecord, 'runId' | 'status' | 'startedAt' | 'reason' | 'modelPackageVersion'>[];
  readonly decisions: readonly Decision[];
  readonly champion: Champion | undefined;
  readonly batches: readonly BatchRecord[];
  readonly outcomes: readonly OutcomesFile[];
  readonly performance: readonly Performance[];
  /** Those that were made since the state before. */
  readonly checks: readonly DriftRecord[];
}

/** Something that happened. */
export interface PipelineEvent {
  /** ISO 8601: when it happened, where that is known, else when it was seen. */
  readonly at: string;
  readonly kind: 'run' | 'batch' | 'decision' | 'deployment' | 'outcomes' | 'performance' | 'check' | 'alarm';
  readonly text: string;
}

const versionText = ({ modelPackageVersion }: Pick<RunRecord, 'modelPackageVersion'>): string =>
  modelPackageVersion === undefined ? '' : ` as version ${modelPackageVersion}`;

function runEvents(before: PipelineState, after: PipelineState, seenAt: string): PipelineEvent[] {
  const known = new Map(before.runs.map(({ runId, status }) => [runId, status]));
  return after.runs.flatMap((run): PipelineEvent[] => {
    const { runId, status, startedAt, reason } = run;
    const former = known.get(runId);
    if (former === status) return [];
    const started: PipelineEvent = { at: startedAt, kind: 'run', text: `${runId} started (${reason})` };
    const changed: PipelineEvent = { at: seenAt, kind: 'run', text: `${runId} ${status}${versionText(run)}` };
    return [...(former === undefined ? [started] : []), ...(status === 'running' ? [] : [changed])];
  });
}

function batchEvents(before: PipelineState, after: PipelineState, seenAt: string): PipelineEvent[] {
  const known = new Map(before.batches.map(({ batchId, status }) => [batchId, status]));
  return after.batches.flatMap((batch): PipelineEvent[] => {
    const { batchId, status, startedAt, objects, model } = batch;
    const former = known.get(batchId);
    if (former === status) return [];
    const text = `${batchId} started: ${counted(objects, 'file')} for version ${model.modelPackageVersion}`;
    const started: PipelineEvent = { at: startedAt, kind: 'batch', text };
    const ended: PipelineEvent = { at: seenAt, kind: 'batch', text: `${batchId}: ${batchText(batch)}` };
    return [...(former === undefined ? [started] : []), ...(status === 'running' ? [] : [ended])];
  });
}

function decisionEvents(before: PipelineState, after: PipelineState): PipelineEvent[] {
  const key = ({ version, at, decision }: Decision): string => `${version} ${at} ${decision}`;
  const known = new Set(before.decisions.map(key));
  return after.decisions
    .filter((own) => !known.has(key(own)))
    .map(({ at, version, decision }) => ({ at, kind: 'decision', text: `version ${version} ${decision}` }));
}

function deploymentEvents({ champion: former }: PipelineState, { champion }: PipelineState): PipelineEvent[] {
  if (champion === undefined || champion.promotedAt === former?.promotedAt) return [];
  const { promotedAt: at, modelPackageVersion } = champion;
  const instead = former === undefined ? '' : `, in place of version ${former.modelPackageVersion}`;
  return [{ at, kind: 'deployment', text: `version ${modelPackageVersion} serves${instead}` }];
}

function outcomesEvents(before: PipelineState, after: PipelineState): PipelineEvent[] {
  const known = new Set(before.outcomes.map(({ id }) => id));
  return after.outcomes
    .filter(({ id }) => !known.has(id))
    .map(({ receivedAt: at, rows, joined }) => ({
      at,
      kind: 'outcomes',
      text: `${counted(joined, 'outcome')} of ${counted(rows, 'row')} recorded`,
    }));
}

/** Metrics of a day that are named, at most. */
const mostMetrics = 2;

function performanceEvents(before: PipelineState, after: PipelineState): PipelineEvent[] {
  const known = new Map(before.performance.map(({ day, measuredAt }) => [day, measuredAt]));
  return after.performance
    .filter(({ day, measuredAt }) => known.get(day) !== measuredAt)
    .flatMap(({ day, measuredAt: at, models }) =>
      models.map(({ modelPackageVersion, rows, metrics }): PipelineEvent => {
        const named = Object.entries(metrics).slice(0, mostMetrics);
        const values = named.map(([name, { value }]) => `${name} ${formatNumber(value)}`);
        const text = `predictions of ${day} by version ${modelPackageVersion}: ${values.join(', ') || 'no metric is defined'} over ${counted(rows, 'row')}`;
        return { at, kind: 'performance', text };
      }),
    );
}

function checkEvent(record: DriftRecord): PipelineEvent {
  const {
    to: at,
    rows,
    tooSmall,
    driftedColumns,
    watched,
    strongest,
    performance,
    alarm,
  } = {
    ...recordedCheck(record),
    to: record.to,
  };
  if (tooSmall) return { at, kind: 'check', text: `${counted(rows, 'row')}: too few to judge` };
  const moved = driftedColumns.length > 0 && strongest ? `, most ${strongest.column} (${strongest.test})` : '';
  const text = `${formatCount(rows)} rows, ${driftedColumns.length} of ${counted(watched, 'column')} drifted${moved}; ${performance.reason}`;
  return { at, kind: alarm ? 'alarm' : 'check', text };
}

/**
 * What happened between two states of a pipeline, in the order of time.
 *
 * @param seenAt when the later state was read, ISO 8601
 */
export function pipelineEvents(before: PipelineState, after: PipelineState, seenAt: string): PipelineEvent[] {
  return [
    ...runEvents(before, after, seenAt),
    ...batchEvents(before, after, seenAt),
    ...decisionEvents(before, after),
    ...deploymentEvents(before, after),
    ...outcomesEvents(before, after),
    ...performanceEvents(before, after),
    ...after.checks.map(checkEvent),
  ].toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
}
