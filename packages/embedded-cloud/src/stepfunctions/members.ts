import type { RequestMembers } from '#src/cloud/request-members';

const SETTINGS = `definition roleArn tracingConfiguration{enabled} encryptionConfiguration{type}
  loggingConfiguration{level includeExecutionData destinations}`;

/** What Step Functions acts on. */
export const stepFunctionsMembers: RequestMembers = {
  model: 'stepfunctions',
  inert: { traceHeader: 'traces go nowhere from one machine' },
  reads: {
    CreateStateMachine: `name type tags ${SETTINGS}`,
    DeleteStateMachine: 'stateMachineArn',
    DescribeExecution: 'executionArn includedData',
    DescribeMapRun: 'mapRunArn',
    DescribeStateMachine: 'stateMachineArn includedData',
    DescribeStateMachineForExecution: 'executionArn includedData',
    GetExecutionHistory: 'executionArn maxResults reverseOrder nextToken includeExecutionData',
    ListExecutions: 'stateMachineArn mapRunArn statusFilter redriveFilter maxResults nextToken',
    ListMapRuns: 'executionArn maxResults nextToken',
    ListStateMachines: 'maxResults nextToken',
    ListTagsForResource: 'resourceArn',
    RedriveExecution: 'executionArn clientToken',
    SendTaskFailure: 'taskToken error cause',
    SendTaskHeartbeat: 'taskToken',
    SendTaskSuccess: 'taskToken output',
    StartExecution: 'stateMachineArn name input',
    StopExecution: 'executionArn error cause',
    TagResource: 'resourceArn tags',
    UntagResource: 'resourceArn tagKeys',
    UpdateStateMachine: `stateMachineArn ${SETTINGS}`,
    ValidateStateMachineDefinition: 'definition type severity maxResults',
  },
};
