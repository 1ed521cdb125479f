import { pageAfter } from '../cloud/paging.ts';
import { queryError, queryMembers, queryResponse, readQueryRequest } from '../cloud/query-protocol.ts';
import { AwsError, type CloudContext, type CloudService, type ServiceRequest } from '../cloud/service.ts';
import { iamMembers } from './members.ts';
import { iamResources } from './resources.ts';
import { createRoleStore, type Role, type RoleStore } from './roles.ts';

const NAMESPACE = 'https://iam.amazonaws.com/doc/2010-05-08/';

/** IAM, as far as roles of a template go. */
export interface IamService extends CloudService {
  readonly roles: RoleStore;
}

/** API Reference, ListRoles: MaxItems. */
const readLimit = (text: string | null): number => {
  const limit = Number(text ?? 100);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 1000) return limit;
  throw new AwsError('ValidationError', `Value '${text}' at 'maxItems' must be between 1 and 1000`);
};

const describe = (role: Role) => ({
  Path: role.arn.slice(role.arn.indexOf(':role') + ':role'.length, role.arn.length - role.name.length),
  RoleName: role.name,
  RoleId: role.id,
  Arn: role.arn,
  MaxSessionDuration: role.maxSessionSeconds,
});

/** Roles come from the template and are read through the API; changing them means changing the template. */
export function createIam(context: CloudContext): IamService {
  const roles = createRoleStore();
  const operations: Readonly<Record<string, (input: URLSearchParams) => { resource: string; run: () => unknown }>> = {
    GetRole: (input) => {
      const name = input.get('RoleName') ?? '';
      const role = roles.list().find((candidate) => candidate.name === name);
      return {
        resource: role?.arn ?? `arn:aws:iam::${context.accountId}:role/${name}`,
        run: () => {
          if (!role) throw new AwsError('NoSuchEntity', `The role with name ${name} cannot be found.`, 404);
          return { Role: describe(role) };
        },
      };
    },
    ListRoles: (input) => ({
      resource: `arn:aws:iam::${context.accountId}:role/`,
      run: () => {
        const prefix = input.get('PathPrefix') ?? '/';
        const { items, next } = pageAfter(
          roles
            .list()
            .map(describe)
            .filter(({ Path }) => Path.startsWith(prefix))
            .toSorted((a, b) => (a.RoleName < b.RoleName ? -1 : 1)),
          ({ RoleName }) => RoleName,
          readLimit(input.get('MaxItems')),
          input.get('Marker') ?? undefined,
          () => new AwsError('ValidationError', 'Invalid Marker'),
        );
        return { Roles: items, IsTruncated: next !== undefined, Marker: next };
      },
    }),
  };
  return {
    roles,
    signingNames: ['iam'],
    members: iamMembers,
    resources: iamResources(roles, context),
    async prepare(request: ServiceRequest) {
      const { operation, input } = await readQueryRequest(request);
      const handler = operations[operation];
      if (!handler) {
        throw new AwsError(
          'InvalidAction',
          `IAM ${operation} is not emulated: roles and policies are read from the template. Known: ${Object.keys(operations).join(', ')}.`,
        );
      }
      const { resource, run } = handler(input);
      return {
        operation,
        authorize: [{ action: `iam:${operation}`, resource }],
        input: queryMembers(input),
        execute: async () => queryResponse(operation, run(), NAMESPACE, request.id),
      };
    },
    formatError: queryError(NAMESPACE),
  };
}
