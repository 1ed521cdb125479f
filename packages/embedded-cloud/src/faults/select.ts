import type { FaultCall } from '../cloud/fault-hook.ts';
import type { FaultEndpoint, FaultEvent, FaultInvocation, FaultJob } from '../cloud/faults.ts';
import { matchesWildcard } from '../iam/wildcard.ts';
import type { FaultRule } from './fault-file.ts';
import { signingNameOf } from './services.ts';

/** Something that a fault may happen to. */
export type Occasion =
  | { readonly point: 'call'; readonly at: FaultCall }
  | { readonly point: 'page'; readonly at: { readonly api: string; readonly operation: string } }
  | { readonly point: 'invocation'; readonly at: FaultInvocation }
  | { readonly point: 'job'; readonly at: FaultJob }
  | { readonly point: 'endpoint'; readonly at: FaultEndpoint }
  | { readonly point: 'event'; readonly at: FaultEvent };

type RuleOf<K extends FaultRule['fault']> = Extract<FaultRule, { fault: K }>;
type CallRule = Extract<FaultRule, { service: unknown }>;
type InvocationRule = Extract<FaultRule, { function: unknown }>;
type EventRule = Extract<FaultRule, { detailType: unknown }>;

type NamedThing = 'function' | 'role' | 'rule';

/** Names are compared without case, `-` and `_`: `desensitize-shard` is DesensitizeShard. */
const plain = (name: string): string => name.toLowerCase().replace(/[-_]/g, '');
const oneMatches = (patterns: readonly string[], names: readonly string[]): boolean =>
  patterns.some((pattern) => names.some((name) => matchesWildcard(plain(pattern), plain(name))));

/** A name as CloudFormation makes it and as people write it: without the stack's name and the random part, without its kind. */
const spellings = (name: string, stackName: string): string[] => {
  const prefix = `${stackName}-`;
  const own = (name.startsWith(prefix) ? name.slice(prefix.length) : name).replace(/-[0-9A-Z]{12}$/, '');
  return [name, own, own.replace(/(LambdaFunction|MachineRole|Function|Role|Rule)$/, '')];
};
const lastOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

function matchesCall(
  rule: CallRule,
  { caller, role, service, operation, authorize }: FaultCall,
  stackName: string,
): boolean {
  if (signingNameOf(rule.service) !== service) return false;
  if (!rule.operation.some((pattern) => matchesWildcard(pattern, operation))) return false;
  const isRole = caller.roleArn !== undefined;
  if (rule.caller !== 'anyone' && isRole !== (rule.caller === 'roles')) return false;
  if (rule.role !== undefined) {
    const names = [role ?? '', lastOf(caller.roleArn ?? ''), isRole ? lastOf(caller.arn) : ''];
    if (
      !oneMatches(
        rule.role,
        names.filter((name) => name !== '').flatMap((name) => spellings(name, stackName)),
      )
    )
      return false;
  }
  const { resource } = rule;
  if (resource === undefined) return true;
  return authorize.some((entry) => resource.some((pattern) => matchesWildcard(pattern, entry.resource)));
}

const matchesInvocation = (rule: InvocationRule, { name, logicalId }: FaultInvocation, stackName: string): boolean =>
  oneMatches(
    rule.function,
    [name, logicalId].flatMap((given) => spellings(given, stackName)),
  );

function matchesJob(
  rule: RuleOf<'job-failure' | 'capacity' | 'spot-interruption'>,
  { job, name, spot }: FaultJob,
): boolean {
  if (rule.fault === 'spot-interruption') return job === 'training' && spot && oneMatches(rule.named, [name]);
  return (rule.job === undefined || rule.job === job) && oneMatches(rule.named, [name]);
}

const matchesEndpoint = (rule: RuleOf<'endpoint-failure' | 'capacity'>, { name }: FaultEndpoint): boolean =>
  (rule.fault === 'endpoint-failure' || rule.job === undefined || rule.job === 'endpoint') &&
  oneMatches(rule.named, [name]);

const matchesEvent = (rule: EventRule, { eventRule, source, detailType }: FaultEvent, stackName: string): boolean =>
  rule.source.some((pattern) => matchesWildcard(pattern, source)) &&
  rule.detailType.some((pattern) => matchesWildcard(pattern, detailType)) &&
  oneMatches(rule.rule, spellings(eventRule, stackName));

/** Whether a rule is about an occasion. @param stackName the part of generated names that a rule may leave out */
export function selects(rule: FaultRule, { point, at }: Occasion, stackName: string): boolean {
  switch (point) {
    case 'call':
      return 'service' in rule && matchesCall(rule, at, stackName);
    case 'page':
      return (
        'service' in rule &&
        rule.service === at.api &&
        rule.operation.some((pattern) => matchesWildcard(pattern, at.operation))
      );
    case 'invocation':
      return 'function' in rule && matchesInvocation(rule, at, stackName);
    case 'job':
      return (
        (rule.fault === 'job-failure' || rule.fault === 'capacity' || rule.fault === 'spot-interruption') &&
        matchesJob(rule, at)
      );
    case 'endpoint':
      return (rule.fault === 'endpoint-failure' || rule.fault === 'capacity') && matchesEndpoint(rule, at);
    case 'event':
      return 'detailType' in rule && matchesEvent(rule, at, stackName);
  }
}

/** The patterns by which a rule names functions, roles or EventBridge rules of the template. */
export const namedBy = (rule: FaultRule): readonly (readonly [NamedThing, string])[] => [
  ...('function' in rule ? rule.function.map((pattern) => ['function', pattern] as const) : []),
  ...('caller' in rule && rule.role !== undefined ? rule.role.map((pattern) => ['role', pattern] as const) : []),
  ...('detailType' in rule ? rule.rule.map((pattern) => ['rule', pattern] as const) : []),
];

/** Whether a pattern of a rule is about something of this name. */
export const isNamed = (pattern: string, name: string, stackName: string): boolean =>
  oneMatches([pattern], spellings(name, stackName));

/** A name as people write it: the shortest of its spellings. */
export const shortName = (name: string, stackName: string): string => spellings(name, stackName).at(-1) ?? name;

/** What occasions of one rule are counted apart by: nothing, unless the rule says `per`. */
export function countedUnder(rule: FaultRule, { point, at }: Occasion): string {
  const per = 'per' in rule ? rule.per : undefined;
  if (per === undefined) return '';
  switch (point) {
    case 'call':
      return per === 'operation' ? at.operation : (at.role ?? at.caller.roleArn ?? '');
    case 'page':
      return at.operation;
    case 'invocation':
    case 'endpoint':
      return at.name;
    case 'job':
      return at.job;
    case 'event':
      return per === 'rule' ? at.eventRule : per === 'source' ? at.source : at.detailType;
  }
}

/** An occasion as the cloud's log shows it. */
export function occasionFields({ point, at }: Occasion): Readonly<Record<string, unknown>> {
  if (point !== 'call') return { ...at };
  const { caller, service, operation, role } = at;
  return { service, operation, caller: caller.arn, ...(role !== undefined && { role }) };
}
