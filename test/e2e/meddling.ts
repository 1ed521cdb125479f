import type { Fault, FaultCall, FaultHook } from 'embedded-cloud/faults';

/** What a test does in the middle of a run, at a call of a role. */
export interface Meddling {
  /** To give to the cloud that is meddled with. */
  readonly faults: FaultHook;
  /** Answers each call from now on, or lets all of them pass. */
  set(answer: ((call: FaultCall) => Fault | undefined) | undefined): void;
  /**
   * Does something once, at the first call of a role's operation.
   *
   * @param waitMs how long that call waits
   * @param held a role whose calls wait too, from then until it was done
   */
  once(
    role: string,
    operation: string,
    act: () => unknown,
    options?: { readonly waitMs?: number; readonly held?: string },
  ): Promise<void>;
}

/** How long a call of a role that is held waits, in milliseconds. */
const heldMs = 5000;

export function createMeddling(): Meddling {
  let meddle: ((call: FaultCall) => Fault | undefined) | undefined;
  return {
    faults: (call) => meddle?.(call),
    set(answer) {
      meddle = answer;
    },
    once(role, operation, act, { waitMs = 0, held } = {}) {
      return new Promise((resolve, reject) => {
        meddle = (call) => {
          if (call.role !== role || call.operation !== operation) return undefined;
          meddle =
            held === undefined
              ? undefined
              : ({ role: by }) => (by === held ? { kind: 'delay', ms: heldMs } : undefined);
          Promise.resolve()
            .then(act)
            .finally(() => {
              meddle = undefined;
            })
            .then(() => resolve(), reject);
          return { kind: 'delay', ms: waitMs };
        };
      });
    },
  };
}
