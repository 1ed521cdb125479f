import type { Fault, FaultCall, FaultHook } from 'embedded-cloud/faults';
import { type FaultKind, faultOf } from './fault-kinds.ts';

/** A call of the path: who asks what of which service, on what, and the how-manieth time in the run. */
export interface CallSite {
  readonly role: string;
  readonly service: string;
  readonly operation: string;
  readonly target: string;
  readonly nth: number;
}

/** Where a fault is put. */
export interface FaultCase {
  readonly site: CallSite;
  readonly kind: FaultKind;
}

/** `PromoteModelRole/dynamodb:PutItem(state)#1`; an outage has no number. */
export const siteName = ({ role, service, operation, target, nth }: CallSite): string =>
  `${role}/${service}:${operation}(${target})#${nth}`;
export const caseName = ({ site, kind }: FaultCase): string => `${siteName(site)} ${kind}`;

/** Calls that ask how something is getting on: how many there are is chance, so the first stands for all. */
const polls = /^Describe(TrainingJob|TransformJob|Execution|Endpoint)$/;
const isPoll = ({ role, operation }: FaultCall): boolean =>
  /MachineRole$/.test(role ?? '')
    ? polls.test(operation)
    : // SageMaker reads the alarms of a roll-out until it is over
      role === 'ServingRole' && operation === 'DescribeAlarms';

/** What a call is about, without what differs from run to run. */
function targetOf({ authorize, service }: FaultCall): string {
  const arn = authorize[0]?.resource ?? '*';
  const path = (arn.split(':').slice(5).join(':') || arn)
    .replace(/\d{8}-\d{6}-[0-9a-f]{4}/g, 'RUN')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{20,}|[0-9a-f]{24,}/g, 'ID')
    .replace(/tidegate-[a-z]+-/g, '');
  if (service === 'secretsmanager') return path.replace(/^.*\//, '').replace(/-[A-Za-z0-9]{6}$/, '');
  if (service === 's3')
    return path
      .split('/')
      .slice(1)
      .join('/')
      .replace(/^.*RUN\//, '')
      .replace(/^chaos[a-z-]*\/[^/]+\//, '');
  return path.replace(/^[a-z-]+[:/]/, '');
}

/** Whether a call asks once more whether something is done: how often that happens depends on how busy the machine is. */
const isLaterPoll = ({ role, target, nth }: CallSite): boolean =>
  nth > 2 && (role.startsWith('Await') || target.startsWith('await'));

/** The calls that a path always has: those of every recording of it. A function that was slow or asked twice makes more. */
export const commonCalls = ([first = [], ...others]: readonly (readonly CallSite[])[]): CallSite[] =>
  first.filter(
    (site) => !isLaterPoll(site) && others.every((calls) => calls.some((other) => siteName(other) === siteName(site))),
  );

/** Takes down the calls roles make, and makes one of them fail. */
export interface FaultBoard {
  readonly hook: FaultHook;
  /** Starts taking calls down; the function returned ends it. */
  record(): () => CallSite[];
  arm(plan: FaultCase): void;
  /** Lets everything pass again. @returns how many calls were made to fail */
  disarm(): number;
}

export function createFaultBoard(): FaultBoard {
  let recorded: CallSite[] | undefined;
  let plan: FaultCase | undefined;
  let counts = new Map<string, number>();
  let struck = 0;

  const strike = (site: CallSite): Fault | undefined => {
    if (!plan || site.role !== plan.site.role || site.service !== plan.site.service) return undefined;
    const { kind } = plan;
    if (kind === 'blackout') {
      const begins =
        site.operation === plan.site.operation && site.target === plan.site.target && site.nth >= plan.site.nth;
      return begins || struck > 0 ? faultOf(kind, site.service) : undefined;
    }
    if (site.operation !== plan.site.operation) return undefined;
    // One function or machine out of order is an outage; of other services the operation is.
    const precise = kind !== 'outage' || site.service === 'lambda' || site.service === 'states';
    if (precise && site.target !== plan.site.target) return undefined;
    // EventBridge starts the run: what keeps it from starting ends before EventBridge gives up.
    if (kind === 'outage' && site.role === 'EventsRole' && struck >= 5) return undefined;
    if (kind === 'outage') return faultOf(kind, site.service);
    const { nth } = plan.site;
    const hit = kind === 'spell' ? site.nth >= nth && site.nth < nth + 3 : site.nth === nth;
    return hit ? faultOf(kind, site.service) : undefined;
  };

  return {
    hook(call) {
      if (call.role === undefined || (!plan && !recorded)) return undefined;
      const { role, service, operation } = call;
      const target = targetOf(call);
      const key = `${role}/${service}:${operation}(${target})`;
      const nth = (counts.get(key) ?? 0) + 1;
      counts.set(key, nth);
      const site = { role, service, operation, target, nth };
      if (recorded && (nth === 1 || !isPoll(call))) recorded.push(site);
      const fault = strike(site);
      if (fault) struck += 1;
      return fault;
    },
    record() {
      recorded = [];
      counts = new Map();
      const taken = recorded;
      return () => {
        recorded = undefined;
        return taken;
      };
    },
    arm(next) {
      plan = next;
      counts = new Map();
      struck = 0;
    },
    disarm() {
      plan = undefined;
      return struck;
    },
  };
}
