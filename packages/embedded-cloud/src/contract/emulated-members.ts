import { autoScalingMembers } from '#src/application-autoscaling/members';
import type { RequestMembers } from '#src/cloud/request-members';
import { cloudFormationMembers } from '#src/cloudformation/members';
import { cloudWatchMembers } from '#src/cloudwatch/members';
import { dynamoDbMembers } from '#src/dynamodb/members';
import { eventBridgeMembers } from '#src/eventbridge/members';
import { iamMembers } from '#src/iam/members';
import { kmsMembers } from '#src/kms/members';
import { lambdaMembers } from '#src/lambda/members';
import { logsMembers } from '#src/logs/members';
import { s3Members } from '#src/s3/members';
import { schedulerMembers } from '#src/scheduler/members';
import { secretsManagerMembers } from '#src/secretsmanager/members';
import { sqsMembers } from '#src/sqs/members';
import { stepFunctionsMembers } from '#src/stepfunctions/members';
import { stsMembers } from '#src/sts/members';

/** The tables of members of every service; SageMaker reads its requests by shapes instead. */
export const emulatedMembers: readonly RequestMembers[] = [
  autoScalingMembers,
  cloudFormationMembers,
  cloudWatchMembers,
  dynamoDbMembers,
  eventBridgeMembers,
  iamMembers,
  kmsMembers,
  lambdaMembers,
  logsMembers,
  s3Members,
  schedulerMembers,
  secretsManagerMembers,
  sqsMembers,
  stepFunctionsMembers,
  stsMembers,
];
