import { AwsError } from '../cloud/service.ts';
import { contextOf } from './conditions.ts';
import { findMatch, type Subject } from './evaluate.ts';
import { awsManagedPolicy } from './managed-policies.ts';
import type { Policy } from './policy.ts';

/** A role of the template. */
export interface Role {
  readonly arn: string;
  readonly name: string;
  readonly id: string;
  readonly logicalId: string;
  readonly trust: Policy;
  readonly inline: readonly Policy[];
  readonly managedPolicyArns: readonly string[];
  readonly boundaryArn?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly maxSessionSeconds: number;
}

/** Everything IAM knows, rebuilt from the template at each start. */
export interface RoleStore {
  put(role: Role): void;
  remove(arn: string): void;
  get(arn: string): Role | undefined;
  list(): readonly Role[];
  /** A policy of its own resource (`AWS::IAM::Policy`) for the named roles; put again, it replaces itself. */
  attach(logicalId: string, policy: Policy, roleNames: readonly string[]): void;
  putManaged(arn: string, policy: Policy, roleNames: readonly string[]): void;
  managed(arn: string): Policy;
  /** Everything that may allow or deny the role something. */
  identityPolicies(role: Role): readonly Policy[];
  boundary(role: Role): readonly Policy[] | undefined;
  /**
   * Checks that the role's trust policy lets a service or another caller assume it.
   * @throws AwsError `NoSuchEntity` or `AccessDenied`, with the trust statement that is missing
   */
  assertAssumable(roleArn: string, by: Subject, context?: Readonly<Record<string, string | undefined>>): Role;
}

export function createRoleStore(): RoleStore {
  const roles = new Map<string, Role>();
  const attached = new Map<string, { policy: Policy; roleNames: readonly string[] }>();
  const managed = new Map<string, { policy: Policy; roleNames: readonly string[] }>();

  const store: RoleStore = {
    put: (role) => void roles.set(role.arn, role),
    remove: (arn) => void roles.delete(arn),
    get: (arn) => roles.get(arn),
    list: () => [...roles.values()],
    attach: (logicalId, policy, roleNames) => void attached.set(logicalId, { policy, roleNames }),
    putManaged: (arn, policy, roleNames) => void managed.set(arn, { policy, roleNames }),
    managed: (arn) => managed.get(arn)?.policy ?? awsManagedPolicy(arn),
    identityPolicies(role) {
      const named = [...attached.values(), ...managed.values()].filter(({ roleNames }) =>
        roleNames.includes(role.name),
      );
      return [
        ...role.inline,
        ...named.map(({ policy }) => policy),
        ...role.managedPolicyArns.map((arn) => store.managed(arn)),
      ];
    },
    boundary: (role) => (role.boundaryArn === undefined ? undefined : [store.managed(role.boundaryArn)]),
    assertAssumable(roleArn, by, context = {}) {
      const role = roles.get(roleArn);
      if (!role) throw new AwsError('NoSuchEntity', `The role ${roleArn} is not in the template.`, 404);
      // A trust policy has no Resource: the role itself is meant.
      const given = Object.entries(context).flatMap(([key, value]) =>
        value === undefined ? [] : [[key, value] as const],
      );
      const question = { action: 'sts:AssumeRole', resource: roleArn, context: contextOf(Object.fromEntries(given)) };
      const trusted = findMatch([role.trust], 'Allow', question, by) && !findMatch([role.trust], 'Deny', question, by);
      if (!trusted) {
        const who = by.service ?? by.arn;
        const principal = by.service ? { Service: by.service } : { AWS: by.roleArn ?? by.arn };
        const asked =
          given.length > 0 ? ` It asked with ${given.map(([key, value]) => `${key} ${value}`).join(', ')}.` : '';
        throw new AwsError(
          'AccessDenied',
          `${who} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}. Hint: the trust policy of role ${role.logicalId} needs ${JSON.stringify({ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' })}.${asked}`,
          403,
        );
      }
      return role;
    },
  };
  return store;
}
