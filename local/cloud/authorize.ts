import { requestContext } from '../iam/context.ts';
import { evaluate, type Subject, type Verdict } from '../iam/evaluate.ts';
import { denialHint, denialMessage, statementName } from '../iam/explain.ts';
import { parsePolicy } from '../iam/policy.ts';
import type { RoleStore } from '../iam/roles.ts';
import type { AuditLine } from './audit.ts';
import type { AuthorizationRequest, Caller, CloudContext, CloudService } from './service.ts';

/** What was decided on one entry, for the caller and for the audit log. */
export interface Decision {
  readonly allowed: boolean;
  /** The statement that allowed or denied; absent when none spoke. */
  readonly statement?: string;
  /** AWS's words and a hint; only when refused. */
  readonly message?: string;
}

export type Authorizer = (
  entry: AuthorizationRequest,
  caller: Caller,
  region: string,
  service: CloudService,
) => Decision;

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
export function createAuthorizer(
  rolesOf: () => RoleStore,
  context: Pick<CloudContext, 'accountId' | 'clock'>,
): Authorizer {
  return (entry, caller, region, service) => {
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
    const resource = resourcePolicies(entry, service);
    const verdict: Verdict = evaluate(
      { ...(identity && { identity }), ...(boundary && { boundary }), ...(resource && { resource }) },
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

/** The policy of the bucket an S3 entry is about; other services have none here. */
function resourcePolicies(entry: AuthorizationRequest, service: CloudService) {
  const bucket = /^arn:[^:]+:s3:::([^/*?]+)/.exec(entry.resource)?.[1];
  if (bucket === undefined || !service.resourcePolicy || !service.signingNames.includes('s3')) return undefined;
  const document = service.resourcePolicy(bucket);
  return document === undefined ? undefined : [parsePolicy(document, `policy of bucket ${bucket}`)];
}
