import type { Fault } from './faults.ts';
import type { AuthorizationRequest, Caller } from './service.ts';

/** What a fault hook sees of a call that was just authorised. */
export interface FaultCall {
  readonly caller: Caller;
  /** Logical id of the caller's role in the template; absent for the administrator. */
  readonly role?: string;
  /** The signing name. */
  readonly service: string;
  readonly operation: string;
  readonly authorize: readonly AuthorizationRequest[];
}

/** Decides on each call whether it fails; undefined lets it pass. */
export type FaultHook = (call: FaultCall) => Fault | undefined;
