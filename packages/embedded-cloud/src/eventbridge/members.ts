import type { RequestMembers } from '#src/cloud/request-members';

/** What EventBridge acts on. */
export const eventBridgeMembers: RequestMembers = {
  model: 'events',
  reads: {
    DeleteRule: 'Name EventBusName Force',
    DescribeEventBus: 'Name',
    DescribeRule: 'Name EventBusName',
    DisableRule: 'Name EventBusName',
    EnableRule: 'Name EventBusName',
    ListRules: 'NamePrefix EventBusName NextToken Limit',
    ListTargetsByRule: 'Rule EventBusName NextToken Limit',
    PutEvents: 'Entries{Time Source Resources DetailType Detail EventBusName}',
    PutRule: 'Name ScheduleExpression EventPattern State Description RoleArn EventBusName',
    PutTargets: `Rule EventBusName Targets{Id Arn RoleArn Input InputPath InputTransformer{InputPathsMap InputTemplate}
      DeadLetterConfig{Arn} RetryPolicy{MaximumRetryAttempts MaximumEventAgeInSeconds}}`,
    RemoveTargets: 'Rule EventBusName Ids Force',
    TestEventPattern: 'EventPattern Event',
  },
};
