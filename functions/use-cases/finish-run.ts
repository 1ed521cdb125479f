import type * as z from 'zod';
import type { PersonalDataError } from '#domain/errors';
import { explainFailure, type Failure } from '#domain/runs/failure';
import type { RunPointer } from '#domain/runs/layout';
import { lastGoodKey } from '#functions/claims/last-good';
import { releaseLease } from '#functions/claims/lease';
import type { RunData } from '#functions/ports/run-data';
import type { Condition, StateItem, StateStore } from '#functions/ports/state-store';
import { logger } from '#functions/runtime/logger';
import { readRunTarget } from '#functions/use-cases/run-target';
import type { finishRunSchema } from '#schemas/events/finish-run';
import type { PendingDrop } from '#schemas/records/run';

/** The dependencies of ending a run. */
export interface FinishPorts {
  readonly store: StateStore;
  /** Whether a pipeline has this name. */
  readonly isPipeline: (name: string) => boolean;
  /** Starts a retrain once: a second call with the same name changes nothing. */
  readonly startRetrain: (name: string, input: PendingDrop) => Promise<void>;
  /** Removes what a run left in SageMaker. */
  readonly discardCandidate: (run: RunPointer) => Promise<void>;
  readonly runData: RunData;
  /** Records what the run used, and what that costs. */
  readonly recordCosts: (run: RunPointer, executionArn: string) => Promise<void>;
  /** Gives the logs that SageMaker wrote a retention. */
  readonly limitLogs: () => Promise<void>;
}

/** The name of the error of a drop that holds undeclared personal data. */
const personalData: PersonalDataError['name'] = 'PersonalDataError';

/** A fast deployment may have set a status already; it stays. */
const unlessDeployed: Condition = {
  expression: 'attribute_not_exists(#s) OR #s <> :deployed',
  names: { '#s': 'status' },
  values: { ':deployed': 'deployed' },
};

const isTrained = (outcome: unknown): boolean => outcome === 'registered' || outcome === 'rejected';

/** Whether the run's outcome was settled before this failure was reported. */
const endedBefore = (lease: StateItem | undefined, finished: StateItem | undefined): boolean =>
  finished !== undefined && (lease === undefined || isTrained(finished['outcome']));

/** The failure as text; it says when the model was already registered. */
const describeEnd = ({ error, message }: Failure, registered: boolean): Failure => ({
  error,
  message: registered ? `The model is registered; only the end of its run failed: ${message}` : message,
});

/**
 * Ends a run: records the outcome, marks the data set as trained unless the run failed, remembers a run that registered a model, releases the lease and starts the
 * pending drop. If the run registered no model, its SageMaker resources are removed. What it used is recorded with its costs. Of a run that was refused for personal data, the rows
 * and the records that may show their values are erased. Logs of its jobs get a retention.
 *
 * The run is found by the lease that its execution holds, so this works wherever the run failed. The outcome is final: a
 * later failure does not change a run that has ended or has a registered model. A retry completes a partial ending.
 */
export async function finishRun(
  { store, isPipeline, startRetrain, discardCandidate, runData, recordCosts, limitLogs }: FinishPorts,
  { executionArn, input, outcome, error }: z.output<typeof finishRunSchema>,
) {
  const named = readRunTarget(input);
  // a folder that is no pipeline's has a name that may not be shown
  const target = named.pipeline !== undefined && isPipeline(named.pipeline) ? named : {};
  const { pipeline }: { readonly pipeline?: string } = target;
  const failure = outcome === 'failed' || outcome === 'lost' ? explainFailure(error ?? {}) : undefined;
  const found = pipeline === undefined ? undefined : await store.get(pipeline, 'lease');
  const lease = found?.['holder'] === executionArn ? found : undefined;
  const finished = pipeline === undefined ? undefined : await store.get(pipeline, `finished#${executionArn}`);
  const runId = String(lease?.['runId'] ?? finished?.['runId'] ?? '');
  if (pipeline === undefined || runId === '') return { executionArn, outcome, ...target, ...failure };

  const record = failure && (await store.get(pipeline, `run#${runId}`));
  const registered = record?.['modelPackageArn'] !== undefined;
  const ended = failure && endedBefore(lease, finished) ? String(finished?.['outcome']) : outcome;
  const standing = registered ? 'registered' : ended;
  await store.put(pipeline, `finished#${executionArn}`, { runId, outcome: standing });
  await store.set(
    pipeline,
    `run#${runId}`,
    {
      status: standing === 'lost' ? 'failed' : standing,
      ...(failure && standing === outcome ? { failure } : {}),
    },
    unlessDeployed,
  );
  if (isTrained(standing) && lease) {
    await store.put(pipeline, `trained#${String(lease['identity'])}`, { runId, outcome: standing });
    if (standing === 'registered') await store.put(pipeline, lastGoodKey, { runId });
  }
  // Refused for personal data: what was derived before that was found may hold more of it. The drop itself stays in raw.
  if (failure?.error === personalData) await runData.erase({ pipeline, runId });
  const pending = await releaseLease(store, pipeline, runId, executionArn);
  if (pending) await startRetrain(`after-${pending.pipeline}-${runId}`, pending);
  if (standing !== 'registered') await discardCandidate({ pipeline, runId });
  // after the jobs were stopped
  await recordCosts({ pipeline, runId }, executionArn);
  // Logs that are kept a run longer are no reason to fail this one.
  await limitLogs().catch((error: unknown) =>
    logger.warn('the retention of the logs of jobs could not be set', { error: String(error) }),
  );
  return { executionArn, outcome, ...target, runId, ...(failure && describeEnd(failure, registered)) };
}
