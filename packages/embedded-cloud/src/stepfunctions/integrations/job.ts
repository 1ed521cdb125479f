import type { Json, JsonObject } from '../asl.ts';
import { ExecutionError, ExecutionSuspended, errorNames } from '../errors.ts';
import type { IntegrationTools, ServiceRequest } from './integration.ts';
import { callOptimised } from './optimised.ts';
import { isTransient, optimisedError } from './sdk-errors.ts';
import { optimisedNames } from './sdk-services.ts';

const FIRST_POLL_MS = 200;
const SLOWEST_POLL_MS = 1000;
/** Polls in a row that may fail without an answer before the task does. */
const MAX_FAILED_POLLS = 30;

/** A job to be waited for. */
export interface Job {
  /** Submits the job; the answer is written to the history and is all that a restart keeps. */
  submit(): Promise<Json>;
  /**
   * Looks for a job that was submitted just before a restart, by its name.
   * @param since when its submission was scheduled: an older job of that name is another one
   * @returns what the submission answered, or would have
   */
  find(since: number): Promise<Json | undefined>;
  /** Asks how the job is; the error it throws is the SDK's. */
  describe(submitted: Json): Promise<JsonObject>;
  statusOf(description: JsonObject): 'running' | 'succeeded' | 'failed';
  /** Stops a job whose task is over. */
  stop(submitted: Json): Promise<unknown>;
  /** What the task gives when the job succeeded. */
  result(description: JsonObject): Json;
  /** The error for a failed description call. */
  describeError(error: unknown): Promise<ExecutionError>;
}

/**
 * Asks EventBridge for the rule by which Step Functions learns that a job ended. The embedded cloud polls instead, but
 * makes the same calls as the machine's role, so that a missing permission shows here and not on AWS.
 */
async function putManagedRule(
  tools: IntegrationTools,
  rule: string,
  pattern: object,
  signal: AbortSignal,
): Promise<void> {
  const { caller } = tools;
  try {
    await caller.call('eventbridge', 'describeRule', { Name: rule }, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    const missing = error instanceof Error && error.name === 'ResourceNotFoundException';
    if (!missing) throw optimisedError(error, (await caller.load('eventbridge')).module, optimisedNames.events);
  }
  const put = (action: string, input: object) =>
    callOptimised(tools, optimisedNames.events, 'eventbridge', action, input, signal);
  await put('putRule', {
    Name: rule,
    EventPattern: JSON.stringify(pattern),
    Description: 'This rule is used to notify Step Functions of the end of the jobs it waits for.',
  });
  await put('putTargets', {
    Rule: rule,
    Targets: [{ Id: 'StepFunctions', Arn: `arn:aws:states:${tools.region}:${tools.accountId}:events` }],
  });
}

/** Submits a job, waits for its end, and stops it when the task ends before. */
export async function runJob(
  request: ServiceRequest,
  tools: IntegrationTools,
  job: Job,
  rule: { readonly name: string; readonly pattern: object },
): Promise<Json> {
  const { signal } = request;
  let submitted = request.resume;
  if (submitted === undefined) {
    await putManagedRule(tools, rule.name, rule.pattern, signal);
    const { repeatedSince } = request;
    submitted = (repeatedSince === undefined ? undefined : await job.find(repeatedSince)) ?? (await job.submit());
    request.submitted(submitted);
  }
  try {
    return await waitForJob(submitted, request, tools, job);
  } catch (reason) {
    if (signal.aborted && !(signal.reason instanceof ExecutionSuspended)) {
      tools.background(job.stop(submitted).catch(() => {}));
    }
    throw reason;
  }
}

async function waitForJob(
  submitted: Json,
  { signal }: ServiceRequest,
  tools: IntegrationTools,
  job: Job,
): Promise<Json> {
  let failedPolls = 0;
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(pause * 1.5, SLOWEST_POLL_MS)) {
    await tools.clock.sleep(pause, signal);
    let description: JsonObject;
    try {
      description = await job.describe(submitted);
      failedPolls = 0;
    } catch (error) {
      failedPolls += 1;
      if (isTransient(error) && failedPolls < MAX_FAILED_POLLS) continue;
      throw await job.describeError(error);
    }
    signal.throwIfAborted();
    const status = job.statusOf(description);
    if (status === 'succeeded') return job.result(description);
    if (status === 'failed') throw new ExecutionError(errorNames.taskFailed, JSON.stringify(description));
  }
}
