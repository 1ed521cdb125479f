import { ExecutionAlreadyExists, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { explainFailure, type Failure } from '#domain/runs/failure';
import { sageMakerClient } from '#functions/aws/clients/sagemaker';
import { sfnClient } from '#functions/aws/clients/step-functions';
import { discardCandidate } from '#functions/aws/discard-candidate';
import type { Condition, StateItem } from '#functions/aws/state-store';
import { runStore } from '#functions/aws/stores';
import { releaseLease } from '#functions/claims/lease';
import { readConfig } from '#functions/runtime/config';
import { withMiddleware } from '#functions/runtime/middleware';
import { finishRunSchema, type PendingDrop, retrainInputSchema } from '#schemas/records/run';

const config = readConfig(['STAGE', 'STATE_TABLE', 'RETRAIN_MACHINE_ARN']);

/** A quick deployment may have come first: its status stays. */
const unlessDeployed: Condition = {
  expression: 'attribute_not_exists(#s) OR #s <> :deployed',
  names: { '#s': 'status' },
  values: { ':deployed': 'deployed' },
};

const isTrained = (outcome: unknown): boolean => outcome === 'registered' || outcome === 'rejected';

/** Whether it was settled how the run ended before a failure is reported of it. */
const endedBefore = (lease: StateItem | undefined, finished: StateItem | undefined): boolean =>
  finished !== undefined && (lease === undefined || isTrained(finished['outcome']));

/** A failure in words; one that came after the model was registered says so. */
const describeEnd = ({ error, message }: Failure, registered: boolean): Failure => ({
  error,
  message: registered ? `The model is registered; only the end of its run failed: ${message}` : message,
});

/** The pipeline and drop an execution's input names, as far as it can be read. */
function readTarget(input: unknown): { pipeline?: string; drop?: string } {
  const parsed = retrainInputSchema.safeParse(input);
  if (!parsed.success) return {};
  if (!('detail' in parsed.data)) {
    const { pipeline, drop } = parsed.data;
    return drop === undefined ? { pipeline } : { pipeline, drop };
  }
  const { key } = parsed.data.detail.object;
  const [pipeline] = key.split('/');
  return pipeline && key.includes('/') ? { pipeline, drop: key.slice(0, key.lastIndexOf('/') + 1) } : { drop: key };
}

/** Starts the drop that waited for a run, once: the execution's name is the run's. */
async function startPending(pending: PendingDrop, runId: string): Promise<void> {
  try {
    await sfnClient().send(
      new StartExecutionCommand({
        stateMachineArn: config.RETRAIN_MACHINE_ARN,
        name: `after-${pending.pipeline}-${runId}`,
        input: JSON.stringify(pending),
      }),
    );
  } catch (error) {
    if (!(error instanceof ExecutionAlreadyExists)) throw error;
  }
}

/**
 * Ends a run: records the outcome, marks the data set as trained unless the run failed, gives the lease back and starts the drop
 * that waited; what a run without a registered model leaves in SageMaker goes away. Finds the run by the lease its execution
 * holds, so it works wherever the run broke. How a run ended stands: what stumbles afterwards does not make it a failed one, nor
 * one whose model is registered, but an ending that broke off half-way is completed.
 */
export const handler = withMiddleware(finishRunSchema, async ({ executionArn, input, outcome, error }) => {
  const store = runStore(config);
  const target = readTarget(input);
  const { pipeline } = target;
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
  }
  const pending = await releaseLease(store, pipeline, runId, executionArn);
  if (pending) await startPending(pending, runId);
  if (standing !== 'registered') await discardCandidate(sageMakerClient(), config.STAGE, { pipeline, runId });
  return { executionArn, outcome, ...target, runId, ...(failure && describeEnd(failure, registered)) };
});
