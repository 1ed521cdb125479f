import type { AuditedRole, AuditLine } from '../cloud/audit.ts';
import { applies } from './evaluate.ts';
import type { Policy } from './policy.ts';
import { matchesAction, matchesArn } from './wildcard.ts';

/** A permission that was made use of. */
export interface UsedPermission {
  readonly action: string;
  /** Requests that needed it and got it. */
  readonly requests: number;
}

/** A part of a statement that no request ever needed. */
export interface UnusedGrant {
  /** `policy "own" of role NotifyRole, statement 3`. */
  readonly statement: string;
  /** The action pattern that went unused; absent when it is the resource. */
  readonly action?: string;
  readonly resource?: string;
}

/** What one role was allowed and what it did with it. */
export interface RoleUsage {
  readonly role: string;
  readonly used: readonly UsedPermission[];
  readonly unused: readonly UnusedGrant[];
  /** `action on resource` of requests that were refused. */
  readonly refused: readonly string[];
}

interface Grant {
  readonly statement: string;
  readonly actions: ReadonlyMap<string, Counter>;
  readonly resources: ReadonlyMap<string, Counter>;
  readonly allows: (action: string, resource: string) => boolean;
}
interface Counter {
  count: number;
}

const counters = (patterns: readonly string[] | undefined): Map<string, Counter> =>
  new Map(patterns?.map((pattern) => [pattern, { count: 0 }]));

function grantsOf(policies: readonly Policy[]): Grant[] {
  return policies.flatMap((policy) =>
    policy.statements.flatMap((statement, index) =>
      statement.effect === 'Deny'
        ? []
        : {
            statement: `${policy.name}, statement ${index + 1}${statement.sid ? ` (${statement.sid})` : ''}`,
            actions: counters(statement.actions),
            resources: counters(statement.resources),
            // the conditions held when the request was decided; the log does not keep what they looked at
            allows: (action, resource) =>
              applies({ ...statement, conditions: [] }, { action, resource, context: new Map() }),
          },
    ),
  );
}

/**
 * Sets what each role was granted against what it used. A statement's action counts as used when one of its requests
 * fell under it, a resource likewise; a permission that two statements give counts for both.
 * @param roles the roles of the template, each once
 */
export function summarizeUsage(roles: readonly AuditedRole[], lines: Iterable<AuditLine>): RoleUsage[] {
  const known = new Map(
    roles.map(({ logicalId, policies }) => [
      logicalId,
      { grants: grantsOf(policies), used: new Map<string, number>(), refused: new Set<string>() },
    ]),
  );
  for (const { role, authorization } of lines) {
    const usage = role === undefined ? undefined : known.get(role);
    if (!usage) continue;
    for (const { action, resource, decision } of authorization) {
      if (decision === 'deny') usage.refused.add(`${action} on ${resource}`);
      if (decision !== 'allow') continue;
      usage.used.set(action, (usage.used.get(action) ?? 0) + 1);
      for (const grant of usage.grants) {
        if (!grant.allows(action, resource)) continue;
        for (const [pattern, counter] of grant.actions) if (matchesAction(pattern, action)) counter.count++;
        for (const [pattern, counter] of grant.resources) if (matchesArn(pattern, resource)) counter.count++;
      }
    }
  }
  return [...known].map(([role, { grants, used, refused }]) => ({
    role,
    used: [...used]
      .map(([action, requests]) => ({ action, requests }))
      .toSorted((a, b) => a.action.localeCompare(b.action)),
    unused: grants.flatMap(unusedParts),
    refused: [...refused].toSorted(),
  }));
}

function unusedParts({ statement, actions, resources }: Grant): UnusedGrant[] {
  const idle = (parts: ReadonlyMap<string, Counter>) => [...parts].filter(([, { count }]) => count === 0);
  const actionsIdle = idle(actions).map(([action]) => ({ statement, action }));
  // where no action was used, naming the resources again says nothing more
  const resourcesIdle =
    actionsIdle.length === actions.size ? [] : idle(resources).map(([resource]) => ({ statement, resource }));
  return [...actionsIdle, ...resourcesIdle];
}
