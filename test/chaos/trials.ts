import type { FaultFileInput } from 'embedded-cloud/faults';
import { type CallSite, caseName, type FaultBoard, type FaultCase } from './fault-board.ts';
import { planFaults } from './plan.ts';
import type { World } from './world.ts';

/** One fault to be tried on one run. */
export interface Trial {
  /** What `CHAOS_ONLY` takes. */
  readonly name: string;
  readonly service: string;
  readonly kind: string;
  /** Whether messages may be missing: the fault is that nobody can be told. */
  readonly silences: boolean;
  /** Whether a message may be posted twice: the fault is that nobody can record that it was sent. */
  readonly forgets: boolean;
  arm(): void;
  /** Ends the fault. @returns how often it struck */
  disarm(): number;
}

type Rule = FaultFileInput['faults'][number];

function ruleTrial({ project }: World, kind: string, rule: Rule, about: string): Trial {
  const { faults } = project.cloud;
  const service = rule.fault.startsWith('lambda') ? 'lambda' : 'service' in rule ? 'slack' : 'sagemaker';
  return {
    name: `${about} ${kind}`,
    service,
    kind,
    silences: false,
    forgets: false,
    arm: () => faults.set({ faults: [rule] }),
    disarm: () => {
      const struck = faults.status()?.rules[0]?.fired ?? 0;
      faults.clear();
      return struck;
    },
  };
}

/** The trial of a fault at a call. */
export function callTrial(board: FaultBoard, plan: FaultCase): Trial {
  const { site, kind } = plan;
  const lasts = kind === 'outage' || kind === 'blackout';
  return {
    name: caseName(plan),
    service: site.service,
    kind,
    silences: lasts && (site.role === 'NotifyRole' || site.service === 'lambda'),
    forgets: lasts && site.role === 'NotifyRole' && site.service === 'dynamodb',
    arm: () => board.arm(plan),
    disarm: () => board.disarm(),
  };
}

/** What may break beside calls: every function crashes before and after its work, Slack fails, and what the path has besides. */
function otherTrials(world: World, calls: readonly CallSite[], more: readonly (readonly [string, Rule])[]): Trial[] {
  const invoked = calls.filter(({ service, operation }) => service === 'lambda' && operation === 'Invoke');
  const functions = [...new Set(invoked.map(({ target }) => target))];
  const crash = { fault: 'lambda-crash', nth: 1 } as const;
  return [
    ...functions.flatMap((name) => [
      ruleTrial(world, 'crash', { ...crash, function: name, handler: 'not-run' }, name),
      ruleTrial(world, 'crash when done', { ...crash, function: name, handler: 'done' }, name),
    ]),
    ruleTrial(world, 'spell', { fault: 'server-error', service: 'slack', times: 4 }, 'slack'),
    ruleTrial(world, 'throttle', { fault: 'throttle', service: 'slack', nth: 1 }, 'slack'),
    ...more.map(([about, rule]) => ruleTrial(world, rule.fault, rule, about)),
  ];
}

/** All trials of a path, or those that `CHAOS_ONLY` picks: the name of one, or a /pattern/ of names. */
export function trialsOf(
  world: World,
  calls: readonly CallSite[],
  more: readonly (readonly [string, Rule])[],
  only = process.env['CHAOS_ONLY'],
): Trial[] {
  const trials = [...planFaults(calls).map((plan) => callTrial(world.board, plan)), ...otherTrials(world, calls, more)];
  return trials.filter(({ name }) => isPicked(name, only));
}

/** Whether `CHAOS_ONLY` picks a trial. */
export function isPicked(name: string, only = process.env['CHAOS_ONLY']): boolean {
  if (only === undefined) return true;
  const [, pattern] = /^\/(.+)\/$/.exec(only) ?? [];
  return pattern === undefined ? name === only : new RegExp(pattern).test(name);
}
