import type { Json } from '../asl.ts';
import { type ExecutionError, errorDetails } from '../errors.ts';
import { shownInput, shownOutput } from '../interpreter/history.ts';
import { shownAction, type TaskResource } from '../interpreter/task-resource.ts';
import type { Thread } from '../interpreter/thread.ts';

/** Writes what happens to one attempt of a task. */
export interface TaskEvents {
  /** Limits in seconds. */
  scheduled(args: Json, timeout: number | undefined, heartbeat: number | undefined): void;
  started(): void;
  submitted(answer: Json): void;
  succeeded(result: Json): void;
  failed(failure: ExecutionError): void;
  timedOut(failure: ExecutionError): void;
}

/** A function's ARN as Resource is reported by `LambdaFunction…` events. */
const lambdaEvents = (thread: Thread, arn: string): TaskEvents => ({
  scheduled: (args, timeout) =>
    void thread.record('LambdaFunctionScheduled', {
      lambdaFunctionScheduledEventDetails: {
        ...shownInput(args),
        resource: arn,
        ...(timeout !== undefined && { timeoutInSeconds: timeout }),
      },
    }),
  started: () => void thread.record('LambdaFunctionStarted'),
  submitted: () => {},
  succeeded: (result) =>
    void thread.record('LambdaFunctionSucceeded', { lambdaFunctionSucceededEventDetails: shownOutput(result) }),
  failed: (failure) =>
    void thread.record('LambdaFunctionFailed', { lambdaFunctionFailedEventDetails: errorDetails(failure) }),
  timedOut: (failure) =>
    void thread.record('LambdaFunctionTimedOut', { lambdaFunctionTimedOutEventDetails: errorDetails(failure) }),
});

/** A service integration is reported by `Task…` events. */
function serviceEvents(
  thread: Thread,
  resource: Extract<TaskResource, { kind: 'service' }>,
  region: string,
): TaskEvents {
  const where = { resourceType: resource.service, resource: shownAction(resource) };
  return {
    scheduled: (args, timeout, heartbeat) =>
      void thread.record('TaskScheduled', {
        taskScheduledEventDetails: {
          ...where,
          region,
          parameters: JSON.stringify(args),
          ...(timeout !== undefined && { timeoutInSeconds: timeout }),
          ...(heartbeat !== undefined && { heartbeatInSeconds: heartbeat }),
        },
      }),
    started: () => void thread.record('TaskStarted', { taskStartedEventDetails: where }),
    submitted: (answer) =>
      void thread.record('TaskSubmitted', { taskSubmittedEventDetails: { ...where, ...shownOutput(answer) } }),
    succeeded: (result) =>
      void thread.record('TaskSucceeded', { taskSucceededEventDetails: { ...where, ...shownOutput(result) } }),
    failed: (failure) =>
      void thread.record('TaskFailed', { taskFailedEventDetails: { ...where, ...errorDetails(failure) } }),
    timedOut: (failure) =>
      void thread.record('TaskTimedOut', { taskTimedOutEventDetails: { ...where, ...errorDetails(failure) } }),
  };
}

export const taskEvents = (thread: Thread, resource: TaskResource, region: string): TaskEvents =>
  resource.kind === 'lambda' ? lambdaEvents(thread, resource.arn) : serviceEvents(thread, resource, region);
