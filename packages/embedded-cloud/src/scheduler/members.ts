import type { RequestMembers } from '#src/cloud/request-members';

const SCHEDULE = `Name GroupName ScheduleExpression StartDate EndDate Description ScheduleExpressionTimezone State ClientToken
  ActionAfterCompletion FlexibleTimeWindow{Mode MaximumWindowInMinutes}
  Target{Arn RoleArn Input DeadLetterConfig{Arn} RetryPolicy{MaximumRetryAttempts MaximumEventAgeInSeconds}}`;

/** What EventBridge Scheduler acts on. */
export const schedulerMembers: RequestMembers = {
  model: 'scheduler',
  reads: {
    CreateSchedule: SCHEDULE,
    DeleteSchedule: 'Name GroupName ClientToken',
    GetSchedule: 'Name GroupName',
    GetScheduleGroup: 'Name',
    ListScheduleGroups: 'NamePrefix NextToken MaxResults',
    ListSchedules: 'GroupName NamePrefix State NextToken MaxResults',
    UpdateSchedule: SCHEDULE,
  },
};
