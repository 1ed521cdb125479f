import type { AuditLine } from '../audit/log.ts';
import type { AuthorizationRequest, Caller } from '../cloud/service.ts';
import { requestContext } from '../iam/context.ts';
import { evaluate, type Subject } from '../iam/evaluate.ts';
import { denialHint, denialMessage, statementName } from '../iam/explain.ts';
import { parsePolicy } from '../iam/policy.ts';
import { type Account, resourcePolicy } from '../iam/resource-policy.ts';
import type { RoleStore } from '../iam/roles.ts';

/** What was decided on one entry, for the caller and for the audit log. */
export interface Decision {
  readonly allowed: boolean;
  /** The statement that allowed or denied; absent when none spoke. */
  readonly statement?: string;
  /** AWS's message and a hint; only after a refusal. */
  readonly message?: string;
}

export type Authorizer = (entry: AuthorizationRequest, caller: Caller, region: string) => Decision;

/** Entries decided one after the other; what follows a refusal is not asked. */
export function decideInTurn(
  entries: readonly AuthorizationRequest[],
  decide: (entry: AuthorizationRequest) => Decision,
): { readonly authorization: AuditLine['authorization']; readonly refusal?: string } {
  let refusal: string | undefined;
  const authorization = entries.map((entry) => {
    const { action, resource } = entry;
    if (refusal !== undefined) return { action, resource, decision: 'not asked' as const };
    const { allowed, message, statement } = decide(entry);
    if (!allowed) refusal = message ?? 'not allowed';
    return {
      action,
      resource,
      decision: allowed ? ('allow' as const) : ('deny' as const),
      ...(statement && { statement }),
    };
  });
  return { authorization, ...(refusal !== undefined && { refusal }) };
}

/** Answers whether a caller may do what a prepared call asks for, by the policies of the template. */
export function createAuthorizer(rolesOf: () => RoleStore, context: Account): Authorizer {
  return (entry, caller, region) => {
    const roles = rolesOf();
    const role = caller.roleArn === undefined ? undefined : roles.get(caller.roleArn);
    const conditions = requestContext(entry, caller, role, region, context);
    const subject: Subject = {
      arn: caller.arn,
      accountId: context.accountId,
      ...(caller.roleArn && { roleArn: caller.roleArn }),
    };
    const identity = caller.roleArn === undefined ? undefined : role ? roles.identityPolicies(role) : [];
    const boundary = role && roles.boundary(role);
    const session = caller.session?.policies?.map((given) =>
      given.startsWith('arn:') ? roles.managed(given) : parsePolicy(given, 'policy of the session', 'identity'),
    );
    const verdict = evaluate(
      {
        ...(identity && { identity }),
        ...(boundary && { boundary }),
        ...(session && { session }),
        ...resourcePolicy(entry.resource, context),
      },
      { ...entry, context: conditions },
      subject,
    );
    if (verdict.effect === 'allow') {
      return { allowed: true, statement: verdict.by === 'administrator' ? 'administrator' : statementName(verdict.by) };
    }
    const known = role ?? caller.roleArn === undefined;
    const hint = known
      ? denialHint(role?.logicalId ?? caller.arn, identity ?? [], entry, conditions, verdict)
      : `The role ${caller.roleArn} is not in the template.`;
    return {
      allowed: false,
      ...(verdict.effect === 'deny' && { statement: statementName(verdict.by) }),
      message: `${denialMessage(caller.arn, entry, verdict)}. Hint: ${hint}`,
    };
  };
}
