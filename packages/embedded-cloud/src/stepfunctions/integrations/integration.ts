import type { AuthorizationRequest, Clock } from '../../cloud/service.ts';
import type { Json } from '../asl.ts';
import type { TaskRequest } from '../interpreter/environment.ts';
import type { TaskResource } from '../interpreter/task-resource.ts';
import type { SdkCaller } from './sdk-caller.ts';
import type { TaskTokens } from './task-tokens.ts';

/** What integrations work with, for one execution. */
export interface IntegrationTools {
  readonly caller: SdkCaller;
  readonly clock: Clock;
  readonly tokens: TaskTokens;
  readonly executionArn: string;
  /** When an execution was started, in milliseconds since the epoch; undefined when there is none of that ARN. */
  startedAt(executionArn: string): number | undefined;
  readonly region: string;
  readonly accountId: string;
  /**
   * Asks for rights of the machine's role that AWS asks for without a request that could be seen.
   * @returns AWS's refusal message; undefined when everything is allowed
   */
  mayDo(operation: string, authorize: readonly AuthorizationRequest[]): string | undefined;
  /** Keeps work that outlives its task, such as stopping a job, from being cut off. */
  background(work: Promise<unknown>): void;
}

export type ServiceResource = Extract<TaskResource, { kind: 'service' }>;
export type ServiceRequest = TaskRequest & { readonly resource: ServiceResource };

/** Runs the tasks of one service. */
export type Integration = (request: ServiceRequest, tools: IntegrationTools) => Promise<Json>;
