import { createHash } from 'node:crypto';
import { physicalName } from '../cloud/physical-name.ts';
import type { CloudContext, ResourceProvider, TemplateResource } from '../cloud/service.ts';
import { checkInline, checkManaged, checkRole } from './limits.ts';
import { parsePolicy } from './policy.ts';
import type { RoleStore } from './roles.ts';

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const members = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const tags = (value: unknown): Record<string, string> =>
  Object.fromEntries(list(value).map((tag) => [String(members(tag)['Key']), String(members(tag)['Value'])]));

const uniqueId = (prefix: string, arn: string): string =>
  prefix + createHash('sha256').update(arn).digest('hex').toUpperCase().slice(0, 17);

/** The IAM resource types of a template. Malformed policies are refused when the template is brought up. */
export function iamResources(
  store: RoleStore,
  context: Pick<CloudContext, 'accountId'>,
): Readonly<Record<string, ResourceProvider>> {
  const nameOf = ({ properties, logicalId, stackName }: TemplateResource, member: string): string =>
    text(properties[member]) ?? physicalName(stackName, logicalId);
  /** Role name → documents of its inline policies by the resource that declares them: IAM measures them together. */
  const inlineOf = new Map<string, Map<string, readonly unknown[]>>();
  const measure = (roleName: string, logicalId: string, documents: readonly unknown[]): void => {
    const sources = inlineOf.get(roleName) ?? new Map<string, readonly unknown[]>();
    sources.set(logicalId, documents);
    inlineOf.set(roleName, sources);
    checkInline(roleName, [...sources.values()].flat());
  };

  return {
    'AWS::IAM::Role': {
      async apply(resource) {
        const { properties, logicalId } = resource;
        const name = nameOf(resource, 'RoleName');
        const arn = `arn:aws:iam::${context.accountId}:role${text(properties['Path']) ?? '/'}${name}`;
        const id = uniqueId('AROA', arn);
        const boundaryArn = text(properties['PermissionsBoundary']);
        const managedPolicyArns = list(properties['ManagedPolicyArns']).map(String);
        const maxSessionSeconds = Number(properties['MaxSessionDuration'] ?? 3600);
        const inline = list(properties['Policies']).map((policy) => members(policy)['PolicyDocument']);
        const trust = properties['AssumeRolePolicyDocument'];
        checkRole({ logicalId, name, trust, attached: managedPolicyArns.length, maxSessionSeconds });
        measure(name, logicalId, inline);
        store.put({
          arn,
          name,
          id,
          logicalId,
          trust: parsePolicy(trust, `trust policy of role ${logicalId}`, 'trust'),
          inline: list(properties['Policies']).map((policy) =>
            parsePolicy(
              members(policy)['PolicyDocument'],
              `policy "${String(members(policy)['PolicyName'])}" of role ${logicalId}`,
              'identity',
            ),
          ),
          managedPolicyArns,
          tags: tags(properties['Tags']),
          maxSessionSeconds,
          ...(boundaryArn !== undefined && { boundaryArn }),
        });
        return { ref: name, attributes: { Arn: arn, RoleId: id } };
      },
      existing: async (resource) => store.list().find(({ name }) => name === nameOf(resource, 'RoleName'))?.name,
      async delete({ ref }) {
        const role = store.list().find(({ name }) => name === ref);
        if (role) store.remove(role.arn);
        inlineOf.delete(ref);
      },
    },
    'AWS::IAM::Policy': {
      async apply({ logicalId, properties }) {
        const policy = parsePolicy(properties['PolicyDocument'], `policy ${logicalId}`, 'identity');
        const roleNames = list(properties['Roles']).map(String);
        for (const name of roleNames) measure(name, logicalId, [properties['PolicyDocument']]);
        store.attach(logicalId, policy, roleNames);
        return { ref: text(properties['PolicyName']) ?? logicalId, attributes: { Id: logicalId } };
      },
    },
    'AWS::IAM::ManagedPolicy': {
      async apply(resource) {
        const { properties, logicalId } = resource;
        checkManaged(logicalId, properties['PolicyDocument']);
        const arn = `arn:aws:iam::${context.accountId}:policy${text(properties['Path']) ?? '/'}${nameOf(resource, 'ManagedPolicyName')}`;
        store.putManaged(
          arn,
          parsePolicy(properties['PolicyDocument'], `managed policy ${logicalId}`, 'identity'),
          list(properties['Roles']).map(String),
        );
        return { ref: arn, attributes: { PolicyArn: arn, PolicyId: uniqueId('ANPA', arn) } };
      },
    },
  };
}
