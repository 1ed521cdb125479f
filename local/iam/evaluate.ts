import { type ConditionContext, holds, substitute } from './conditions.ts';
import type { Policy, Principals, Statement } from './policy.ts';
import { matchesAction, matchesArn } from './wildcard.ts';

/** Who asks, as principals in policies name them. */
export interface Subject {
  /** `arn:aws:sts::…:assumed-role/…` or `arn:aws:iam::…:user/admin`. */
  readonly arn: string;
  readonly roleArn?: string;
  readonly accountId: string;
  /** When a service asks in its own name: `lambda.amazonaws.com`. */
  readonly service?: string;
}

export interface Question {
  readonly action: string;
  readonly resource: string;
  readonly context: ConditionContext;
}

/** The statement that decided. */
export interface Match {
  readonly policy: Policy;
  readonly index: number;
  readonly statement: Statement;
}

export type Verdict =
  | { readonly effect: 'allow'; readonly by: Match | 'administrator' }
  | { readonly effect: 'deny'; readonly by: Match; readonly kind: 'identity' | 'resource' | 'boundary' }
  | { readonly effect: 'implicit-deny'; readonly kind: 'identity' | 'resource' | 'boundary' };

function actionMatches({ actions, notActions }: Statement, action: string): boolean {
  if (actions) return actions.some((pattern) => matchesAction(pattern, action));
  return !notActions?.some((pattern) => matchesAction(pattern, action));
}

/** A resource pattern is matched over its whole text, so `*` crosses `/` and `:` after the fifth part. */
function resourceMatches({ resources, notResources }: Statement, resource: string, context: ConditionContext): boolean {
  const matches = (pattern: string): boolean => {
    const text = substitute(pattern, context);
    return text !== undefined && matchesArn(text, resource);
  };
  if (resources) return resources.some(matches);
  if (notResources) return !notResources.some(matches);
  return true;
}

/** Whether a subject is meant by the Principal member of a resource or trust policy. */
export function principalMatches(principals: Principals, subject: Subject): boolean {
  if (principals === '*') return true;
  return Object.entries(principals).some(([kind, names]) =>
    names.some((name) => {
      if (kind === 'Service') return subject.service === name;
      if (kind !== 'AWS' || subject.service !== undefined) return false;
      return (
        name === '*' ||
        name === subject.accountId ||
        name === `arn:aws:iam::${subject.accountId}:root` ||
        name === subject.arn ||
        name === subject.roleArn
      );
    }),
  );
}

/** Whether a principal names the subject itself rather than its whole account. */
function namesDirectly(principals: Principals | undefined, subject: Subject): boolean {
  if (principals === undefined || principals === '*') return principals === '*';
  return principalMatches(
    Object.fromEntries(
      Object.entries(principals).map(([kind, names]) => [
        kind,
        names.filter(
          (name) => name === '*' || name === subject.arn || name === subject.roleArn || name === subject.service,
        ),
      ]),
    ),
    subject,
  );
}

/** Whether a statement speaks about this question; principals only where `subject` is given. */
export function applies(statement: Statement, question: Question, subject?: Subject): boolean {
  if (subject && statement.principals && !principalMatches(statement.principals, subject)) return false;
  if (subject && statement.notPrincipals && principalMatches(statement.notPrincipals, subject)) return false;
  return (
    actionMatches(statement, question.action) &&
    resourceMatches(statement, question.resource, question.context) &&
    statement.conditions.every((condition) => holds(condition, question.context))
  );
}

/** The first statement of this effect that applies. */
export function findMatch(
  policies: readonly Policy[],
  effect: Statement['effect'],
  question: Question,
  subject?: Subject,
): Match | undefined {
  for (const policy of policies) {
    for (const [index, statement] of policy.statements.entries()) {
      if (statement.effect === effect && applies(statement, question, subject)) return { policy, index, statement };
    }
  }
  return undefined;
}

export interface Policies {
  /** Absent for the administrator, who needs none. */
  readonly identity?: readonly Policy[];
  /** A permissions boundary, where the role has one. */
  readonly boundary?: readonly Policy[];
  /** The policy of the resource, where it has one. */
  readonly resource?: readonly Policy[];
}

/**
 * Decides one question as IAM does within one account: an explicit deny anywhere wins; then a resource policy that
 * names the caller itself, or an identity policy that the boundary does not narrow, allows; everything else is denied.
 * Source: IAM User Guide, "Policy evaluation logic".
 */
export function evaluate({ identity, boundary, resource }: Policies, question: Question, subject: Subject): Verdict {
  const sets = [
    { kind: 'identity', policies: identity },
    { kind: 'boundary', policies: boundary },
    { kind: 'resource', policies: resource },
  ] as const;
  for (const { kind, policies } of sets) {
    const by = policies && findMatch(policies, 'Deny', question, kind === 'resource' ? subject : undefined);
    if (by) return { effect: 'deny', by, kind };
  }
  if (identity === undefined) return { effect: 'allow', by: 'administrator' };
  const byResource = resource && findMatch(resource, 'Allow', question, subject);
  if (byResource && namesDirectly(byResource.statement.principals, subject)) return { effect: 'allow', by: byResource };
  const byIdentity = findMatch(identity, 'Allow', question);
  if (!byIdentity) return { effect: 'implicit-deny', kind: 'identity' };
  if (boundary && !findMatch(boundary, 'Allow', question)) return { effect: 'implicit-deny', kind: 'boundary' };
  return { effect: 'allow', by: byIdentity };
}
