import { queryError, queryMembers, queryResponse, readQueryRequest } from '../cloud/query-protocol.ts';
import { AwsError, type CloudContext, type CloudService } from '../cloud/service.ts';
import { cloudFormationMembers } from './members.ts';
import type { Stack } from './stack.ts';

const NAMESPACE = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';

/** CloudFormation's API for the one stack of the cloud, read-only: deploying means starting the cloud or updating it. */
export interface CloudFormationService extends CloudService {
  /** Called when the stack exists, and after each update. */
  show(stack: Stack, template: unknown): void;
}

export function createCloudFormation({ clock }: CloudContext): CloudFormationService {
  let shown: { stack: Stack; template: unknown; at: Date; created: Date } | undefined;

  const find = (name: string | null) => {
    if (!shown || (name !== null && name !== shown.stack.name && name !== shown.stack.arn)) {
      throw new AwsError('ValidationError', `Stack with id ${name ?? ''} does not exist`);
    }
    return shown;
  };
  const resourceOf = ({ stack, at }: NonNullable<typeof shown>) =>
    Object.values(stack.resources).map(({ logicalId, type, ref }) => ({
      StackName: stack.name,
      StackId: stack.arn,
      LogicalResourceId: logicalId,
      PhysicalResourceId: ref,
      ResourceType: type,
      Timestamp: at,
      LastUpdatedTimestamp: at,
      ResourceStatus: 'CREATE_COMPLETE',
    }));

  const operations: Readonly<Record<string, (input: URLSearchParams) => unknown>> = {
    DescribeStacks(input) {
      const { stack, at, created } = find(input.get('StackName'));
      const pairs = (values: Readonly<Record<string, string>>, key: string, value: string) =>
        Object.entries(values).map(([name, text]) => ({ [key]: name, [value]: text }));
      return {
        Stacks: [
          {
            StackName: stack.name,
            StackId: stack.arn,
            CreationTime: created,
            ...(at !== created && { LastUpdatedTime: at }),
            StackStatus: stack.status,
            Outputs: pairs(stack.outputs, 'OutputKey', 'OutputValue'),
            Parameters: pairs(stack.parameters, 'ParameterKey', 'ParameterValue'),
          },
        ],
      };
    },
    DescribeStackResources: (input) => ({ StackResources: resourceOf(find(input.get('StackName'))) }),
    ListStackResources: (input) => ({ StackResourceSummaries: resourceOf(find(input.get('StackName'))) }),
    DescribeStackResource(input) {
      const found = find(input.get('StackName'));
      const logicalId = input.get('LogicalResourceId');
      const resource = resourceOf(found).find((each) => each.LogicalResourceId === logicalId);
      if (!resource)
        throw new AwsError(
          'ValidationError',
          `Resource ${logicalId ?? ''} does not exist for stack ${found.stack.name}`,
        );
      return { StackResourceDetail: resource };
    },
    GetTemplate: (input) => ({ TemplateBody: JSON.stringify(find(input.get('StackName')).template) }),
  };

  return {
    signingNames: ['cloudformation'],
    members: cloudFormationMembers,
    show(stack, template) {
      const at = new Date(clock.now());
      shown = { stack, template, at, created: shown?.created ?? at };
    },
    async prepare(request) {
      const { operation, input } = await readQueryRequest(request);
      const handler = operations[operation];
      if (!handler)
        throw new AwsError(
          'InvalidAction',
          `CloudFormation ${operation} is not emulated. Known: ${Object.keys(operations).join(', ')}.`,
        );
      return {
        operation,
        authorize: [{ action: `cloudformation:${operation}`, resource: shown?.stack.arn ?? '*' }],
        input: queryMembers(input),
        execute: async () => queryResponse(operation, handler(input), NAMESPACE, request.id),
      };
    },
    formatError: queryError(NAMESPACE),
  };
}
