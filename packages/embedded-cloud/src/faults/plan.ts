import type { FaultHook } from '../cloud/fault-hook.ts';
import type { FaultPoints } from '../cloud/faults.ts';
import { completeFaults, type FaultFileInput, type FaultRule, ruleName, whenOf, whereText } from './fault-file.ts';
import { callFault, endpointFault, eventFault, invocationFault, jobFault } from './inject.ts';
import { countedUnder, type Occasion, occasionFields, selects } from './select.ts';
import { serviceError } from './service-errors.ts';
import type { Inventory } from './strangers.ts';
import { chanceOf, isDue } from './trigger.ts';

/** What a rule has done so far. */
export interface RuleStatus {
  readonly rule: string;
  readonly fault: FaultRule['fault'];
  readonly where: string;
  readonly when: string;
  /** How many occasions the rule matched. */
  readonly tried: number;
  /** How often its fault was injected. */
  readonly fired: number;
  /** Of the last time: ISO 8601. */
  readonly lastFired?: string;
  /** What it names that does not exist. */
  readonly note?: string;
}

/** The active rules: decide at each point of the cloud whether a fault is due there. */
export interface FaultPlan extends FaultPoints {
  readonly seed: number;
  call: FaultHook;
  status(): RuleStatus[];
}

/** Receives every injected fault. */
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
 * Activates rules. Every rule counts the occasions that it matches, whether another one fires there or not; where several are
 * due, the first of the file is injected.
 *
 * @param inventory what rules may name
 * @param now milliseconds since the epoch
 * @throws FaultFileError for rules that a fault file could not hold either
 */
export function createFaultPlan(
  file: FaultFileInput,
  { stackName, apis }: Pick<Inventory, 'stackName' | 'apis'>,
  now: () => number = Date.now,
  witness?: FaultWitness,
): FaultPlan {
  const { seed, faults } = completeFaults(file, apis);
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
    if (!selects(counted.rule, occasion, stackName)) return false;
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
    call: (call) =>
      at({ point: 'call', at: call }, (rule, name) =>
        callFault(rule, (trouble) => serviceError(call.service, trouble), name),
      ),
    page(api, operation) {
      const errors = apis.find(({ name }) => name === api)?.errors;
      if (!errors) return undefined;
      return at({ point: 'page', at: { api, operation } }, (rule, name) =>
        callFault(rule, (trouble) => errors[trouble], name),
      );
    },
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
