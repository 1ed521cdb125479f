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

/** Where a policy comes from, as a refusal names it. */
export type PolicySource = 'identity' | 'resource' | 'boundary' | 'session';

export type Verdict =
  | { readonly effect: 'allow'; readonly by: Match | 'administrator' }
  | { readonly effect: 'deny'; readonly by: Match; readonly kind: PolicySource }
  | { readonly effect: 'implicit-deny'; readonly kind: PolicySource };

function actionMatches({ actions, notActions }: Statement, action: string): boolean {
  if (actions) return actions.some((pattern) => matchesAction(pattern, action));
  return !notActions?.some((pattern) => matchesAction(pattern, action));
}

/** A resource pattern is matched over its whole text, so `*` crosses `/` and `:` after the fifth part. */
function resourceMatches(
  { resources, notResources, variables }: Statement,
  resource: string,
  context: ConditionContext,
): boolean {
  const matches = (pattern: string): boolean => {
    const text = variables ? substitute(pattern, context) : pattern;
    return text !== undefined && matchesArn(text, resource);
  };
  if (resources) return resources.some(matches);
  if (notResources) return !notResources.some(matches);
  return true;
}

/** Whether a subject is meant by the Principal member of a resource or trust policy. */
function principalMatches(principals: Principals, subject: Subject): boolean {
  if (principals === '*') return true;
  return Object.entries(principals).some(([kind, names]) =>
    names.some((name) => {
      if (kind === 'Service') return subject.service === name;
      if (kind !== 'AWS') return false;
      // "AWS": "*" is everybody, services included, as "*" is.
      if (name === '*') return true;
      if (subject.service !== undefined) return false;
      return (
        name === subject.accountId ||
        name === `arn:aws:iam::${subject.accountId}:root` ||
        name === subject.arn ||
        name === subject.roleArn
      );
    }),
  );
}

/** How closely a statement names the subject: its session, its role (or anybody), or only its account. */
function closeness({ principals, notPrincipals }: Statement, { arn, roleArn, service }: Subject): 0 | 1 | 2 {
  if (notPrincipals) return 1;
  if (principals === undefined) return 0;
  if (principals === '*') return 1;
  const names = Object.values(principals).flat();
  if (names.includes(arn)) return 2;
  return names.includes('*') || (roleArn && names.includes(roleArn)) || (service && names.includes(service)) ? 1 : 0;
}

/** Whether a statement applies to this question; principals are compared only where `subject` is given. */
export function applies(statement: Statement, question: Question, subject?: Subject): boolean {
  if (subject && statement.principals && !principalMatches(statement.principals, subject)) return false;
  if (subject && statement.notPrincipals && principalMatches(statement.notPrincipals, subject)) return false;
  return (
    actionMatches(statement, question.action) &&
    resourceMatches(statement, question.resource, question.context) &&
    statement.conditions.every((condition) => holds(condition, question.context, statement.variables))
  );
}

/** Every statement of this effect that applies, in the order of the policies. */
function* matching(
  policies: readonly Policy[],
  effect: Statement['effect'],
  question: Question,
  subject?: Subject,
): Generator<Match, undefined> {
  for (const policy of policies) {
    for (const [index, statement] of policy.statements.entries()) {
      if (statement.effect === effect && applies(statement, question, subject)) yield { policy, index, statement };
    }
  }
}

/** The first statement of this effect that applies. */
export const findMatch = (...asked: Parameters<typeof matching>): Match | undefined => matching(...asked).next().value;

export interface Policies {
  /** Absent for the administrator, who needs none. */
  readonly identity?: readonly Policy[];
  /** A permissions boundary, where the role has one. */
  readonly boundary?: readonly Policy[];
  /** What the session was narrowed to when it was begun. */
  readonly session?: readonly Policy[];
  /** The policy of the resource, where it has one. */
  readonly resource?: readonly Policy[];
  /**
   * Only its own policy gives access to the resource, to the administrator too; a policy that names the
   * account leaves the rest to IAM (KMS Developer Guide, "Key policies").
   */
  readonly resourceDecides?: boolean;
}

/**
 * Decides one question as IAM does within one account: an explicit deny anywhere wins. A service asking in its own name
 * needs the resource's policy. A role needs a resource policy that names its session; or one that names the role, or
 * its own identity policies, neither reaching beyond its boundary and its session's policies.
 * Source: IAM User Guide, "Policy evaluation logic".
 */
export function evaluate(policies: Policies, question: Question, subject: Subject): Verdict {
  const { identity, boundary, session, resource = [], resourceDecides = false } = policies;
  const limits = [
    { kind: 'boundary', policies: boundary },
    { kind: 'session', policies: session },
  ] as const;
  for (const { kind, policies } of [
    { kind: 'identity', policies: identity },
    ...limits,
    { kind: 'resource', policies: resource },
  ] as const) {
    const by = policies && findMatch(policies, 'Deny', question, kind === 'resource' ? subject : undefined);
    if (by) return { effect: 'deny', by, kind };
  }
  const given = [...matching(resource, 'Allow', question, subject)]
    .map((by) => ({ by, close: closeness(by.statement, subject) }))
    .toSorted((a, b) => b.close - a.close)[0];
  if (given && (given.close === 2 || subject.service !== undefined)) return { effect: 'allow', by: given.by };
  if (subject.service !== undefined || (resourceDecides && !given))
    return { effect: 'implicit-deny', kind: 'resource' };
  if (identity === undefined) return { effect: 'allow', by: 'administrator' };
  const by = given?.close === 1 ? given.by : findMatch(identity, 'Allow', question);
  if (!by) return { effect: 'implicit-deny', kind: 'identity' };
  const limit = limits.find(({ policies }) => policies && !findMatch(policies, 'Allow', question));
  return limit ? { effect: 'implicit-deny', kind: limit.kind } : { effect: 'allow', by };
}
