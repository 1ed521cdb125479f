import type { AuthorizationRequest } from '../cloud/service.ts';
import type { ConditionContext } from './conditions.ts';
import { holds } from './conditions.ts';
import { applies, type Match, type Verdict } from './evaluate.ts';
import type { Policy } from './policy.ts';
import { matchesAction } from './wildcard.ts';

const KIND = {
  identity: 'an identity-based policy',
  resource: 'a resource-based policy',
  boundary: 'a permissions boundary',
} as const;
const NO_KIND = {
  identity: 'no identity-based policy',
  resource: 'no resource-based policy',
  boundary: 'no permissions boundary',
} as const;

/** Names a statement for people: by its Sid where it has one. */
export const statementName = ({ policy, index, statement }: Match): string =>
  `${policy.name}, statement ${index + 1}${statement.sid ? ` (${statement.sid})` : ''}`;

/** How AWS words a refusal (IAM User Guide, "Troubleshoot access denied error messages"). */
export function denialMessage(
  arn: string,
  { action, resource }: AuthorizationRequest,
  verdict: Exclude<Verdict, { effect: 'allow' }>,
): string {
  const start = `User: ${arn} is not authorized to perform: ${action} on resource: ${resource}`;
  return verdict.effect === 'deny'
    ? `${start} with an explicit deny in ${KIND[verdict.kind]}`
    : `${start} because ${NO_KIND[verdict.kind]} allows the ${action} action`;
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
  const near = nearMiss(identity, entry, context);
  return near
    ? `${near} To allow it, role ${role} needs ${addition}.`
    : `Nothing in role ${role} speaks of ${entry.action}. To allow it, add ${addition}.`;
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
        const failing = statement.conditions.filter((condition) => !holds(condition, context));
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
