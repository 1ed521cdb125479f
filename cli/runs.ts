import { DescribeExecutionCommand, ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { exitCodes } from './exit-codes.ts';
import { CliError } from './output.ts';
import { pipelineNames } from './project.ts';
import type { Target } from './target.ts';
import { type Ended, watchExecution } from './watch.ts';

/** A run's record in the state table. */
export interface RunRecord {
  readonly pipeline: string;
  readonly runId: string;
  readonly status: string;
  readonly startedAt: string;
  readonly drop: string;
  readonly reason: string;
  readonly executionArn: string;
  readonly objects?: number;
  readonly bytes?: number;
  readonly datasetVersion?: string;
  readonly modelPackageArn?: string;
  readonly modelPackageVersion?: number;
  /** As `schemas/records/costs`. */
  readonly costs?: unknown;
  readonly failure?: { readonly error: string; readonly message: string };
}

const toRun = (pipeline: string, item: Record<string, unknown>): RunRecord =>
  ({ ...item, pipeline }) as unknown as RunRecord;

/** Runs of a pipeline, newest first. */
export async function listRuns({ db, outputs }: Target, pipeline: string, limit = 20): Promise<RunRecord[]> {
  const { Items } = await db.send(
    new QueryCommand({
      TableName: outputs.StateTableName,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
      ExpressionAttributeValues: { ':pk': pipeline, ':sk': 'run#' },
      ScanIndexForward: false,
      Limit: limit,
    }),
  );
  return (Items ?? []).map((item) => toRun(pipeline, item));
}

export async function getState(
  { db, outputs }: Target,
  pipeline: string,
  sk: string,
): Promise<Record<string, unknown> | undefined> {
  const { Item } = await db.send(
    new GetCommand({ TableName: outputs.StateTableName, Key: { pk: pipeline, sk }, ConsistentRead: true }),
  );
  return Item;
}

/**
 * Finds a run by its id, the start of its id, or `<pipeline>` for that pipeline's newest.
 *
 * @throws CliError when none or several match
 */
export async function findRun(target: Target, id: string | undefined): Promise<RunRecord> {
  const names = pipelineNames();
  const all = (await Promise.all(names.map((name) => listRuns(target, name)))).flat();
  const newest = all.toSorted((a, b) => b.startedAt.localeCompare(a.startedAt));
  if (id === undefined || names.includes(id)) {
    const run = newest.find((r) => id === undefined || r.pipeline === id);
    if (!run)
      throw new CliError(
        `There is no run yet${id ? ` of ${id}` : ''}. Start one with "npx tidegate drop ${id ?? '<pipeline>'} <files…>".`,
      );
    return run;
  }
  const found = newest.filter((r) => r.runId.startsWith(id));
  const [run] = found;
  if (!run) throw new CliError(`No run starts with "${id}". "npx tidegate runs" lists them.`, exitCodes.usage);
  if (found.length > 1)
    throw new CliError(
      `${found.length} runs start with "${id}": ${found.map((r) => r.runId).join(', ')}`,
      exitCodes.usage,
    );
  return run;
}

export interface WaitOptions {
  readonly timeoutMs?: number;
  /** The error message when none starts in time. */
  readonly otherwise: string;
  /** Executions to ignore. */
  readonly known?: readonly string[];
}

/**
 * Waits until an event has started an execution of a machine with a matching input. Events may be delivered twice, so the
 * oldest match counts.
 *
 * @param since ms since the epoch: older executions are ignored
 * @throws CliError with `otherwise` when none starts in time
 */
export async function waitForExecution(
  { sfn }: Target,
  stateMachineArn: string,
  named: string,
  since: number,
  { timeoutMs = 60_000, otherwise, known = [] }: WaitOptions,
): Promise<string> {
  const seen = new Set<string>(known);
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 20 }));
    for (const { executionArn = '', startDate } of executions.toReversed()) {
      if (seen.has(executionArn) || (startDate?.getTime() ?? 0) < since - 1000) continue;
      seen.add(executionArn);
      const { input = '' } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
      if (input.includes(named)) return executionArn;
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new CliError(otherwise);
}

/**
 * Waits until an approval has started a deployment and follows it to its end. Executions that a duplicate event started, and
 * that skipped the deployment, are ignored.
 *
 * @throws CliError with `otherwise` when none starts in time
 */
export async function watchDeployment(
  target: Target,
  modelPackageArn: string,
  since: number,
  { otherwise, silent = false }: { readonly otherwise: string; readonly silent?: boolean },
): Promise<Ended & { readonly executionArn: string }> {
  const machine = target.outputs.DeployStateMachineArn;
  let ignored: (Ended & { readonly executionArn: string }) | undefined;
  for (;;) {
    let executionArn: string;
    try {
      executionArn = await waitForExecution(target, machine, modelPackageArn, since, {
        otherwise,
        ...(ignored && { known: [ignored.executionArn], timeoutMs: 5000 }),
      });
    } catch (error) {
      if (ignored) return ignored;
      throw error;
    }
    const ended = { ...(await watchExecution(target.sfn, executionArn, { silent })), executionArn };
    if (ignored || (ended.output as { decision?: string } | undefined)?.decision !== 'ignore') return ended;
    ignored = ended;
  }
}
