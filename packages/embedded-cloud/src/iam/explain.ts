import type { AuthorizationRequest } from '../cloud/service.ts';
import type { ConditionContext } from './conditions.ts';
import { holds } from './conditions.ts';
import { applies, type Match, type PolicySource, type Verdict } from './evaluate.ts';
import type { Policy } from './policy.ts';
import { matchesAction } from './wildcard.ts';

const KIND: Readonly<Record<PolicySource, string>> = {
  identity: 'identity-based policy',
  resource: 'resource-based policy',
  boundary: 'permissions boundary',
  session: 'session policy',
};

/** Names a statement for people: by its Sid where it has one. */
export const statementName = ({ policy, index, statement }: Match): string =>
  `${policy.name}, statement ${index + 1}${statement.sid ? ` (${statement.sid})` : ''}`;

/** How AWS phrases a refusal (IAM User Guide, "Troubleshoot access denied error messages"). */
export function denialMessage(
  arn: string,
  { action, resource }: AuthorizationRequest,
  verdict: Exclude<Verdict, { effect: 'allow' }>,
): string {
  const start = `User: ${arn} is not authorized to perform: ${action} on resource: ${resource}`;
  return verdict.effect === 'deny'
    ? `${start} with an explicit deny in ${verdict.kind === 'identity' ? 'an' : 'a'} ${KIND[verdict.kind]}`
    : `${start} because no ${KIND[verdict.kind]} allows the ${action} action`;
}

/**
 * What would help: the statement that refused, the nearest one that does not quite allow, or one to add.
 * @param role logical id of the role in the template, or its ARN where it is not in it
 */
export function denialHint(
  role: string,
  identity: readonly Policy[],
  entry: AuthorizationRequest,
  context: ConditionContext,
  verdict: Exclude<Verdict, { effect: 'allow' }>,
): string {
  if (verdict.effect === 'deny') return `${statementName(verdict.by)} denies it.`;
  const addition = JSON.stringify({ Effect: 'Allow', Action: entry.action, Resource: entry.resource });
  if (verdict.kind === 'boundary')
    return `The permissions boundary of role ${role} leaves it out: allow ${addition} there too.`;
  if (verdict.kind === 'session')
    return `The policy given with sts:AssumeRole leaves it out: allow ${addition} there too.`;
  if (verdict.kind === 'resource')
    return `The policy of ${entry.resource} speaks neither of role ${role} nor of its account: add a statement that allows ${entry.action} to the role, or to the account, which leaves it to IAM.`;
  const near = nearMiss(identity, entry, context);
  return near
    ? `${near} To allow it, role ${role} needs ${addition}.`
    : `Nothing in role ${role} is about ${entry.action}. To allow it, add ${addition}.`;
}

function nearMiss(
  identity: readonly Policy[],
  entry: AuthorizationRequest,
  context: ConditionContext,
): string | undefined {
  for (const policy of identity) {
    for (const [index, statement] of policy.statements.entries()) {
      if (statement.effect !== 'Allow' || !statement.actions?.some((pattern) => matchesAction(pattern, entry.action)))
        continue;
      const name = statementName({ policy, index, statement });
      if (applies({ ...statement, conditions: [] }, { ...entry, context })) {
        const failing = statement.conditions.filter((condition) => !holds(condition, context, statement.variables));
        const seen = failing.map(({ operator, key, values }) => {
          const given = context.get(key.toLowerCase());
          return `${operator} ${key} wants ${values.join(' or ')} but got ${given?.join(', ') ?? 'nothing'}`;
        });
        return `${name} allows the action, but its condition fails: ${seen.join('; ')}.`;
      }
      return `${name} allows the action on ${(statement.resources ?? []).join(', ') || 'other resources'}, not on this one.`;
    }
  }
  return undefined;
}
