import { AwsError, type CloudContext } from '../cloud/service.ts';
import { isObject } from './asl.ts';
import type { MachineInput } from './machines.ts';
import type { MachineRecord } from './store.ts';

/** What a machine that logs needs (Step Functions Developer Guide, "IAM policies for logging to CloudWatch Logs"). */
const LOG_DELIVERY = [
  'CreateLogDelivery',
  'GetLogDelivery',
  'UpdateLogDelivery',
  'DeleteLogDelivery',
  'ListLogDeliveries',
  'PutResourcePolicy',
  'DescribeResourcePolicies',
  'DescribeLogGroups',
];

/** @throws AwsError when the role of a machine that logs may not set up the delivery */
export function requireLogDelivery(context: CloudContext, { name, roleArn, logging }: MachineInput): void {
  if (!isObject(logging) || logging['level'] === undefined || logging['level'] === 'OFF') return;
  const refusal = context.actAs({
    roleArn,
    sessionName: name,
    service: 'states',
    operation: 'DeliverLogs',
    authorize: LOG_DELIVERY.map((action) => ({ action: `logs:${action}`, resource: '*' })),
  });
  if (refusal === undefined) return;
  throw new AwsError(
    'AccessDeniedException',
    `The state machine IAM Role is not authorized to access the Log Destination. ${refusal}`,
  );
}

/** What a traced machine needs (Step Functions Developer Guide, "AWS X-Ray and Step Functions"). */
const TRACING = ['PutTraceSegments', 'PutTelemetryRecords', 'GetSamplingRules', 'GetSamplingTargets'];

/** Sends the trace of an execution as far as the machine's role allows; without the rights it is lost, as on AWS. */
export function sendTrace(context: CloudContext, { name, roleArn, tracing }: MachineRecord): void {
  if (!isObject(tracing) || tracing['enabled'] !== true) return;
  const refusal = context.actAs({
    roleArn,
    sessionName: name,
    service: 'states',
    operation: 'SendTraces',
    authorize: TRACING.map((action) => ({ action: `xray:${action}`, resource: '*' })),
  });
  if (refusal !== undefined) context.log('warn', refusal, { stateMachine: name, operation: 'SendTraces' });
}
