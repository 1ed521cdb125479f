import type { RequestMembers } from '#src/cloud/request-members';

/** What STS acts on. */
export const stsMembers: RequestMembers = {
  model: 'sts',
  refusal: ['ValidationError', 400],
  reads: {
    AssumeRole: 'RoleArn RoleSessionName PolicyArns Policy DurationSeconds Tags',
    GetCallerIdentity: '',
  },
};
