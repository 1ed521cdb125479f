import type { RequestMembers } from '#src/cloud/request-members';

/** What CloudFormation acts on. */
export const cloudFormationMembers: RequestMembers = {
  model: 'cloudformation',
  refusal: ['ValidationError', 400],
  inert: { NextToken: 'the one stack fits on the first page' },
  reads: {
    DescribeStackResource: 'StackName LogicalResourceId',
    DescribeStackResources: 'StackName LogicalResourceId PhysicalResourceId',
    DescribeStacks: 'StackName',
    GetTemplate: 'StackName',
    ListStackResources: 'StackName',
  },
};
