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

/** A failure to bring about instead of, or before, doing what was asked. */
export type Fault =
  | { readonly kind: 'error'; readonly code: string; readonly status: number; readonly message: string }
  /** Does the call after a pause. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Cuts the connection without an answer: before anything was done, or with `after` once it was done. */
  | { readonly kind: 'reset'; readonly after?: boolean };

export type FaultHook = (call: FaultCall) => Fault | undefined;

/** A fault in the words of the audit log. */
export function faultName(fault: Fault): string {
  if (fault.kind === 'error') return `error ${fault.code}`;
  return fault.kind === 'reset' && fault.after ? 'reset after' : fault.kind;
}
