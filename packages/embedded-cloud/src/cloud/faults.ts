/** What a rule adds to the faults it injects. */
interface ByRule {
  /** Name of the rule, for the logs; absent when a hook decided. */
  readonly rule?: string;
}

/** A failure instead of the call, or before it. */
export type Fault = ByRule &
  (
    | {
        readonly kind: 'error';
        readonly code: string;
        readonly status: number;
        readonly message: string;
        /** Further members of the error shape. */
        readonly fields?: Readonly<Record<string, unknown>>;
      }
    /** Does the call after a pause. */
    | { readonly kind: 'delay'; readonly ms: number }
    /** Cuts the connection without an answer: before anything was done, or with `after` once it was done. */
    | { readonly kind: 'reset'; readonly after?: boolean }
    /** Never answers: holds the connection until the caller gives up, `ms` at most. With `after` the call is done. */
    | { readonly kind: 'timeout'; readonly ms: number; readonly after?: boolean }
  );

/** A function about to run on an event. */
export interface FaultInvocation {
  readonly name: string;
  readonly logicalId: string;
}

/** How a function's process ends instead of answering. */
export type InvocationFault = ByRule & {
  /** Ends by itself, is stopped at its time limit, outgrows its memory, or does not get as far as its handler. */
  readonly kind: 'crash' | 'timeout' | 'memory' | 'init';
  /** Whether the handler does its work first, so that only its answer is lost. Never for `init`. */
  readonly after?: boolean;
  /** For `timeout`: how long it hangs, instead of its whole time limit. */
  readonly ms?: number;
};

export type FaultJobKind = 'training' | 'transform' | 'processing' | 'tuning';

/** A SageMaker job about to start, or to start again after its spot instances were taken. */
export interface FaultJob {
  readonly job: FaultJobKind;
  readonly name: string;
  /** Whether it trains on managed spot instances. */
  readonly spot: boolean;
}

export type JobFault = ByRule &
  (
    | { readonly kind: 'algorithm' | 'internal'; readonly message?: string }
    | { readonly kind: 'capacity' }
    /** The spot instances are taken `ms` after training began, unless it has ended by then. */
    | { readonly kind: 'interruption'; readonly ms: number }
  );

/** An endpoint about to get its instances. */
export interface FaultEndpoint {
  readonly name: string;
  readonly configName: string;
}

export type EndpointFault = ByRule & { readonly kind: 'capacity' | 'ping' | 'internal' };

/** An event that matched a rule, about to be sent to the rule's targets. */
export interface FaultEvent {
  /** Name of the EventBridge rule. */
  readonly eventRule: string;
  readonly source: string;
  readonly detailType: string;
}

export type EventFault = ByRule &
  (
    | { readonly kind: 'lost' }
    | { readonly kind: 'duplicated'; readonly copies: number }
    | { readonly kind: 'delayed'; readonly ms: number }
    /** Held back until the rule's next event was sent, `ms` at most. */
    | { readonly kind: 'reordered'; readonly ms: number }
  );

/** Where faults can be injected besides the door; each returns undefined for no fault. */
export interface FaultPoints {
  invocation(at: FaultInvocation): InvocationFault | undefined;
  job(at: FaultJob): JobFault | undefined;
  endpoint(at: FaultEndpoint): EndpointFault | undefined;
  event(at: FaultEvent): EventFault | undefined;
  /** A call of an API that a page serves. @param api the name of its `PageApi` */
  page(api: string, operation: string): Fault | undefined;
}

/** A fault as the audit log names it. */
export function faultName(fault: Fault): string {
  const name = fault.kind === 'error' ? `error ${fault.code}` : fault.kind;
  const after = 'after' in fault && fault.after ? ' after' : '';
  return `${name}${after}${fault.rule === undefined ? '' : ` by rule ${fault.rule}`}`;
}
