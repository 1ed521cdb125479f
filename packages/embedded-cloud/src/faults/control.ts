import type { FaultHook } from '../cloud/fault-hook.ts';
import type { FaultPoints } from '../cloud/faults.ts';
import type { Clock, CloudContext } from '../cloud/service.ts';
import { completeFaults, type FaultFileInput } from './fault-file.ts';
import { createFaultPlan, type FaultPlan, type RuleStatus } from './plan.ts';
import { type Inventory, strangerOf } from './strangers.ts';

/** What `startCloud` takes: a function that decides call by call, or the rules of a fault file. */
export type Faults = FaultHook | FaultFileInput;

/** The active rules, and since when. */
export interface FaultStatus {
  readonly seed: number;
  /** ISO 8601. */
  readonly since: string;
  readonly rules: readonly RuleStatus[];
}

/** The faults of a running cloud, to be changed while it runs. */
export interface FaultControl {
  readonly points: FaultPoints;
  /** Decides for each call at the door. */
  readonly call: FaultHook;
  /** Replaces the active rules; all counts start at zero. @throws FaultFileError for rules that are not valid */
  set(file: FaultFileInput): void;
  clear(): void;
  /** Undefined when no rules are active. */
  status(): FaultStatus | undefined;
}

/**
 * Makes the faults of a cloud. Every injected fault is written to the cloud's log.
 * @param inventory what the cloud has: a rule about something else gets a note
 */
export function createFaultControl(
  clock: Clock,
  log: CloudContext['log'],
  inventory: Inventory,
  initial?: Faults,
): FaultControl {
  const hook = typeof initial === 'function' ? initial : undefined;
  let plan: FaultPlan | undefined;
  let notes: readonly (string | undefined)[] = [];
  let since = 0;
  const noted = (rules: readonly RuleStatus[]): RuleStatus[] =>
    rules.map((rule, index) => {
      const note = notes[index];
      return note === undefined ? rule : { ...rule, note };
    });
  const control: FaultControl = {
    points: {
      invocation: (at) => plan?.invocation(at),
      job: (at) => plan?.job(at),
      endpoint: (at) => plan?.endpoint(at),
      event: (at) => plan?.event(at),
      page: (api, operation) => plan?.page(api, operation),
    },
    call: (call) => hook?.(call) ?? plan?.call(call),
    set(given) {
      const file = completeFaults(given, inventory.apis);
      notes = file.faults.map((rule) => strangerOf(rule, inventory));
      plan = createFaultPlan(file, inventory, clock.now, (rule, fault, occasion) =>
        log('warn', 'a fault was injected', { rule, fault, ...occasion }),
      );
      since = clock.now();
      log('warn', 'faults are active', { seed: plan.seed, rules: plan.status().map(({ rule }) => rule) });
      for (const note of notes)
        if (note !== undefined) log('warn', 'a fault rule names what does not exist', { reason: note });
    },
    clear() {
      if (plan) log('info', 'faults are over', { fired: plan.status().reduce((sum, { fired }) => sum + fired, 0) });
      plan = undefined;
    },
    status: () => plan && { seed: plan.seed, since: new Date(since).toISOString(), rules: noted(plan.status()) },
  };
  if (initial !== undefined && typeof initial !== 'function') control.set(initial);
  return control;
}
