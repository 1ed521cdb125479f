import type { BusEvent } from '../cloud/service.ts';
import { machineNameOf } from './arns.ts';
import type { Json, JsonObject } from './asl.ts';
import type { ExecutionRecord } from './store.ts';

/** The event "Step Functions Execution Status Change". */
export const statusChange = (execution: ExecutionRecord): BusEvent => ({
  source: 'aws.states',
  'detail-type': 'Step Functions Execution Status Change',
  resources: [execution.arn],
  detail: {
    executionArn: execution.arn,
    stateMachineArn: execution.machineArn,
    name: execution.name,
    status: execution.status,
    startDate: execution.startedAt,
    stopDate: execution.stoppedAt ?? null,
    input: execution.input,
    output: execution.output ?? null,
    inputDetails: { included: true },
    outputDetails: execution.output === undefined ? null : { included: true },
    error: execution.error ?? null,
    cause: execution.cause ?? null,
    redriveCount: execution.redriveCount,
    redriveDate: execution.redrivenAt ?? null,
  },
});

/** The members of the context object that stay the same through an execution. */
export function contextObject(execution: ExecutionRecord): JsonObject {
  return {
    Execution: {
      Id: execution.arn,
      Input: JSON.parse(execution.input) as Json,
      Name: execution.name,
      RoleArn: execution.roleArn,
      StartTime: new Date(execution.startedAt).toISOString(),
      RedriveCount: execution.redriveCount,
      ...(execution.redrivenAt !== undefined && { RedriveTime: new Date(execution.redrivenAt).toISOString() }),
    },
    StateMachine: { Id: execution.machineArn, Name: machineNameOf(execution.machineArn) },
  };
}
