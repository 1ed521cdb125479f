import { queryError, queryMembers, queryResponse, readQueryRequest } from '../cloud/query-protocol.ts';
import { AwsError, type CloudContext, type CloudService, type ServiceRequest } from '../cloud/service.ts';
import { iamResources } from './resources.ts';
import { createRoleStore, type Role, type RoleStore } from './roles.ts';

const NAMESPACE = 'https://iam.amazonaws.com/doc/2010-05-08/';

/** IAM, as far as roles of a template go. */
export interface IamService extends CloudService {
  readonly roles: RoleStore;
}

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
    ListRoles: () => ({
      resource: `arn:aws:iam::${context.accountId}:role/`,
      run: () => ({ Roles: roles.list().map(describe), IsTruncated: false }),
    }),
  };
  return {
    roles,
    signingNames: ['iam'],
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
