import type { RequestMembers } from '#src/cloud/request-members';

/** What IAM acts on. */
export const iamMembers: RequestMembers = {
  model: 'iam',
  refusal: ['InvalidInput', 400],
  reads: { GetRole: 'RoleName', ListRoles: 'PathPrefix Marker MaxItems' },
};
