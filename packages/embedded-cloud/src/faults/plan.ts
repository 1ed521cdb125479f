import type { FaultHook, FaultPoints } from '../cloud/faults.ts';
import { callFault, endpointFault, eventFault, invocationFault, jobFault } from './bring-about.ts';
import { completeFaults, type FaultFileInput, type FaultRule, ruleName, whenOf, whereText } from './fault-file.ts';
import { countedUnder, type Occasion, occasionFields, selects } from './select.ts';
import { chanceOf, isDue } from './trigger.ts';

/** How a rule has fared. */
export interface RuleStatus {
  readonly rule: string;
  readonly fault: FaultRule['fault'];
  readonly where: string;
  readonly when: string;
  /** Occasions the rule was about. */
  readonly tried: number;
  /** How often its fault was brought about. */
  readonly fired: number;
  /** Of the last time: ISO 8601. */
  readonly lastFired?: string;
  /** What it names that is not there. */
  readonly note?: string;
}

/** Rules at work: decides at each point of the cloud whether a fault is due there. */
export interface FaultPlan extends FaultPoints {
  readonly seed: number;
  call: FaultHook;
  status(): RuleStatus[];
}

/** Told of every fault brought about. */
export type FaultWitness = (
  rule: string,
  fault: FaultRule['fault'],
  occasion: Readonly<Record<string, unknown>>,
) => void;

interface Counted {
  readonly rule: FaultRule;
  readonly name: string;
  readonly seen: Map<string, number>;
  tried: number;
  fired: number;
  lastFired?: number;
}

/**
 * Puts rules to work. Every rule counts the occasions it is about, whether another one fires there or not; where several are
 * due, the first of the file is brought about.
 *
 * @param now milliseconds since the epoch
 * @throws FaultFileError for rules that a fault file could not hold either
 */
export function createFaultPlan(file: FaultFileInput, now: () => number = Date.now, witness?: FaultWitness): FaultPlan {
  const { seed, faults } = completeFaults(file);
  const rules = faults.map(
    (rule, index): Counted => ({
      rule,
      name: ruleName(rule, index),
      seen: new Map(),
      tried: 0,
      fired: 0,
    }),
  );

  const count = (counted: Counted, occasion: Occasion): boolean => {
    if (!selects(counted.rule, occasion)) return false;
    const under = countedUnder(counted.rule, occasion);
    const nth = (counted.seen.get(under) ?? 0) + 1;
    counted.seen.set(under, nth);
    counted.tried += 1;
    return isDue(counted.rule, nth, counted.fired, chanceOf(seed, `${counted.name}\n${under}`, nth));
  };

  const strike = (occasion: Occasion): Counted | undefined => {
    const due = rules.filter((counted) => count(counted, occasion))[0];
    if (!due) return undefined;
    due.fired += 1;
    due.lastFired = now();
    witness?.(due.name, due.rule.fault, occasionFields(occasion));
    return due;
  };
  const at = <T>(occasion: Occasion, fault: (rule: FaultRule, name: string) => T | undefined): T | undefined => {
    const due = strike(occasion);
    return due && fault(due.rule, due.name);
  };

  return {
    seed,
    call: (call) => at({ point: 'call', at: call }, (rule, name) => callFault(rule, call.service, name)),
    slack: (method) => at({ point: 'slack', at: method }, (rule, name) => callFault(rule, 'slack', name)),
    invocation: (started) => at({ point: 'invocation', at: started }, invocationFault),
    job: (job) => at({ point: 'job', at: job }, jobFault),
    endpoint: (endpoint) => at({ point: 'endpoint', at: endpoint }, endpointFault),
    event: (event) => at({ point: 'event', at: event }, eventFault),
    status: () =>
      rules.map(({ rule, name, tried, fired, lastFired }) => ({
        rule: name,
        fault: rule.fault,
        where: whereText(rule),
        when: whenOf(rule),
        tried,
        fired,
        ...(lastFired !== undefined && { lastFired: new Date(lastFired).toISOString() }),
      })),
  };
}
