import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { skipCauseSchema } from '#schemas/records/run';
import type { ExitKind } from './exit-codes.ts';
import { dim, print } from './output.ts';
import { getState, listRuns, type RunRecord, waitForExecution } from './runs.ts';
import type { Target } from './target.ts';
import { type Ended, watchExecution } from './watch.ts';

/** AdmitDrop's result for a drop that starts no run of its own. */
export const skippedSchema = z.object({
  pipeline: z.string(),
  drop: z.string(),
  cause: skipCauseSchema,
  reason: z.string(),
  runId: z.string().optional(),
});
export type Skipped = z.output<typeof skippedSchema>;

/** An execution of `retrain` that was followed to its end, and its run, unless nothing was trained. */
export interface Followed {
  readonly executionArn: string;
  readonly ended: Ended;
  readonly run?: RunRecord;
  readonly skipped?: Skipped;
}

/** How a command ends that followed a run: by the outcome of the execution, since a deployment may have changed the status since. */
export function exitOfRun(ended: Ended, run?: Pick<RunRecord, 'status'>): ExitKind {
  if (ended.status !== 'SUCCEEDED') return 'failed';
  if (run === undefined) return 'skipped';
  const outcome = (ended.output as { outcome?: string } | undefined)?.outcome ?? run.status;
  return outcome === 'rejected' ? 'refused' : 'succeeded';
}

async function describe({ sfn }: Target, executionArn: string): Promise<{ status: string; input: string } | undefined> {
  try {
    const { status = 'UNKNOWN', input = '' } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    return { status, input };
  } catch (error) {
    if (error instanceof Error && error.name === 'ExecutionDoesNotExist') return undefined;
    throw error;
  }
}

/** The execution that starts with the drop that waited for a run, when that run has ended. FinishRun names it. */
const followUpArn = ({ outputs }: Target, pipeline: string, runId: string): string =>
  `${outputs.RetrainStateMachineArn.replace(':stateMachine:', ':execution:')}:after-${pipeline}-${runId}`;

/** Waits for the run in front, then for the execution that it starts. Undefined when that one trains a later drop. */
async function waitForTurn(target: Target, { pipeline, drop, runId = '' }: Skipped): Promise<string | undefined> {
  const front = (await listRuns(target, pipeline, 100)).find((run) => run.runId === runId);
  if (front) await watchExecution(target.sfn, front.executionArn, { silent: true });
  const next = followUpArn(target, pipeline, runId);
  // a run that was aborted or lost is ended by recover-run, some time later
  for (const deadline = Date.now() + 120_000; Date.now() < deadline; ) {
    const found = await describe(target, next);
    if (found) return found.input.includes(JSON.stringify(drop)) ? next : undefined;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return undefined;
}

/**
 * Follows an execution of `retrain` to the end of the training: where its drop waits for another run, or another execution speaks for
 * the same drop, it goes on with that one.
 *
 * @param since ms since the epoch: when the drop began
 * @param prefix the drop's folder, as the events of its objects name it
 */
export async function followRun(
  target: Target,
  pipeline: string,
  executionArn: string,
  { since, prefix, silent = false }: { readonly since: number; readonly prefix?: string; readonly silent?: boolean },
): Promise<Followed> {
  const seen: string[] = [];
  for (let arn = executionArn; ; ) {
    seen.push(arn);
    const ended = await watchExecution(target.sfn, arn, { silent });
    const run = (await listRuns(target, pipeline, 100)).find((r) => r.executionArn === arn);
    const skipped = skippedSchema.safeParse(ended.output).data;
    const followed = { executionArn: arn, ended, ...(run ? { run } : {}), ...(skipped ? { skipped } : {}) };
    if (run !== undefined || skipped === undefined) return followed;
    if (skipped.cause === 'queued') {
      if (!silent) print(dim(`waiting: ${skipped.reason}`));
      const next = await waitForTurn(target, skipped);
      if (next === undefined) return { ...followed, skipped: { ...skipped, reason: 'a later drop took its place' } };
      arn = next;
    } else if (skipped.cause === 'later-object' && prefix !== undefined) {
      arn = await waitForExecution(target, target.outputs.RetrainStateMachineArn, prefix, since, {
        otherwise: 'A later object of the drop should have started a run, and did not within a minute.',
        known: seen,
      });
    } else return followed;
  }
}

/** The decision about a request to train: from the lease while the run goes on, or from the result. */
export async function waitForDecision(
  target: Target,
  pipeline: string,
  executionArn: string,
): Promise<{ readonly admitted: string } | Followed> {
  for (;;) {
    const lease = await getState(target, pipeline, 'lease');
    if (lease?.['holder'] === executionArn) return { admitted: String(lease['runId']) };
    const found = await describe(target, executionArn);
    if (found && found.status !== 'RUNNING') break;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  const ended = await watchExecution(target.sfn, executionArn, { silent: true });
  const run = (await listRuns(target, pipeline, 100)).find((r) => r.executionArn === executionArn);
  const skipped = skippedSchema.safeParse(ended.output).data;
  return { executionArn, ended, ...(run ? { run } : {}), ...(skipped ? { skipped } : {}) };
}
