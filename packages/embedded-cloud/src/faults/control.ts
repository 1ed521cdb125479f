import type { FaultHook, FaultPoints } from '../cloud/faults.ts';
import type { Clock, CloudContext } from '../cloud/service.ts';
import { completeFaults, type FaultFileInput } from './fault-file.ts';
import { createFaultPlan, type FaultPlan, type RuleStatus } from './plan.ts';
import { type Inventory, strangerOf } from './strangers.ts';

/** What `startCloud` takes: a function that decides call by call, or the rules of a fault file. */
export type Faults = FaultHook | FaultFileInput;

/** The rules at work, and since when. */
export interface FaultStatus {
  readonly seed: number;
  /** ISO 8601. */
  readonly since: string;
  readonly rules: readonly RuleStatus[];
}

/** The faults of a running cloud, to be changed while it runs. */
export interface FaultControl {
  readonly points: FaultPoints;
  /** What the door asks. */
  readonly call: FaultHook;
  /** Puts rules to work instead of those before; all counts start anew. @throws FaultFileError for rules that make no sense */
  set(file: FaultFileInput): void;
  clear(): void;
  /** Undefined where no rules are at work. */
  status(): FaultStatus | undefined;
}

/**
 * Makes the faults of a cloud. Every fault that a rule brings about is written to the cloud's log.
 * @param inventory what the cloud has, so that a rule about something it has not is found out
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
      slack: (method) => plan?.slack(method),
    },
    call: (call) => hook?.(call) ?? plan?.call(call),
    set(given) {
      const file = completeFaults(given);
      notes = file.faults.map((rule) => strangerOf(rule, inventory));
      plan = createFaultPlan(file, clock.now, (rule, fault, occasion) =>
        log('warn', 'a fault was brought about', { rule, fault, ...occasion }),
      );
      since = clock.now();
      log('warn', 'faults are at work', { seed: plan.seed, rules: plan.status().map(({ rule }) => rule) });
      for (const note of notes)
        if (note !== undefined) log('warn', 'a fault rule names what is not there', { reason: note });
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
