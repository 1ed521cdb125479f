import { applies } from '../iam/evaluate.ts';
import type { Policy } from '../iam/policy.ts';
import { matchesAction, matchesArn } from '../iam/wildcard.ts';
import { hasHiddenKey } from './hidden-keys.ts';
import type { AuditLine, RecordedAudit } from './log.ts';

/** A permission that was made use of. */
export interface UsedPermission {
  readonly action: string;
  /** Requests that needed it and got it. */
  readonly requests: number;
}

/** A part of a statement that no request ever needed: an action pattern or a resource pattern. */
export interface UnusedGrant {
  /** `policy "own" of role NotifyRole, statement 3`. */
  readonly statement: string;
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

interface Count {
  readonly pattern: string;
  count: number;
}
interface Grant {
  readonly statement: string;
  readonly actions: readonly Count[];
  readonly resources: readonly Count[];
  readonly allows: (action: string, resource: string) => boolean;
}
interface Tally {
  grants: readonly Grant[];
  readonly used: Map<string, number>;
  readonly refused: Set<string>;
}

const countsOf = (patterns: readonly string[] = []): Count[] => patterns.map((pattern) => ({ pattern, count: 0 }));

function grantsOf(policies: readonly Policy[]): Grant[] {
  return policies.flatMap((policy) =>
    policy.statements.flatMap((statement, index) =>
      statement.effect === 'Deny'
        ? []
        : {
            statement: `${policy.name}, statement ${index + 1}${statement.sid ? ` (${statement.sid})` : ''}`,
            actions: countsOf(statement.actions),
            resources: countsOf(statement.resources),
            // the conditions held when the request was decided; the log does not keep what they looked at
            allows: (action, resource) =>
              applies({ ...statement, conditions: [] }, { action, resource, context: new Map() }),
          },
    ),
  );
}

/**
 * Sets what each role was granted against what it used, in one cloud or in several of the same template. A statement's
 * action counts as used when one of its requests fell under it, a resource likewise; a permission that two statements give
 * counts for both.
 */
export function summarizeUsage(logs: readonly RecordedAudit[]): RoleUsage[] {
  const tallies = new Map<string, Tally>();
  for (const { roles, lines } of logs) {
    for (const { logicalId, policies } of roles) {
      const known = tallies.get(logicalId);
      const grants = carryOver(grantsOf(policies), known?.grants);
      if (known) known.grants = grants;
      else tallies.set(logicalId, { grants, used: new Map(), refused: new Set() });
    }
    for (const line of lines()) count(line, line.role === undefined ? undefined : tallies.get(line.role));
  }
  return [...tallies].map(([role, { grants, used, refused }]) => ({
    role,
    used: [...used]
      .map(([action, requests]) => ({ action, requests }))
      .toSorted((a, b) => a.action.localeCompare(b.action)),
    unused: grants.flatMap(unusedParts),
    refused: [...refused].toSorted(),
  }));
}

/** Keeps the counts of a role's earlier cloud: part by part, as the ARNs of keys differ from one cloud to the next. */
function carryOver(grants: readonly Grant[], earlier: readonly Grant[] = []): readonly Grant[] {
  const before = new Map(earlier.map((grant) => [grant.statement, grant]));
  for (const { statement, actions, resources } of grants) {
    const known = before.get(statement);
    for (const [index, part] of actions.entries()) part.count += known?.actions[index]?.count ?? 0;
    for (const [index, part] of resources.entries()) part.count += known?.resources[index]?.count ?? 0;
  }
  return grants;
}

function count({ authorization }: AuditLine, tally: Tally | undefined): void {
  if (!tally) return;
  for (const { action, resource, decision, statement } of authorization) {
    if (decision === 'deny') tally.refused.add(`${action} on ${resource}`);
    if (decision !== 'allow') continue;
    tally.used.set(action, (tally.used.get(action) ?? 0) + 1);
    for (const grant of tally.grants) {
      // a key that is hidden matches no pattern of its folder; then the log says which statement allowed it
      const decided = grant.statement === statement && hasHiddenKey(resource);
      if (!decided && !grant.allows(action, resource)) continue;
      for (const part of grant.actions) if (matchesAction(part.pattern, action)) part.count++;
      for (const part of grant.resources) if (decided || matchesArn(part.pattern, resource)) part.count++;
    }
  }
}

function unusedParts({ statement, actions, resources }: Grant): UnusedGrant[] {
  const idle = (parts: readonly Count[]) => parts.filter((part) => part.count === 0).map(({ pattern }) => pattern);
  const actionsIdle = idle(actions).map((action) => ({ statement, action }));
  // where no action was used, naming the resources again says nothing more
  const resourcesIdle =
    actionsIdle.length === actions.length ? [] : idle(resources).map((resource) => ({ statement, resource }));
  return [...actionsIdle, ...resourcesIdle];
}
