import { randomBytes } from 'node:crypto';
import type { CloudContext } from '../cloud/service.ts';
import type { FunctionSpec } from './function.ts';

/** What Lambda does in the name of a function's execution role, beside running it. */
export interface ExecutionRole {
  /**
   * Whether what the function prints may be written to its log group; without the right it is lost, as on AWS.
   * @param stream name of the new process's log stream
   */
  mayWriteLogs(stream: string): boolean;
  /** Whether a traced function may send its segments; always true for one that is not traced. */
  maySendTraces(): boolean;
  /** Whether events may be sent to a queue or function: a dead-letter queue or a destination, by ARN. */
  maySendTo(targetArn: string): boolean;
}

export function executionRole(context: CloudContext, spec: FunctionSpec): ExecutionRole {
  const { accountId, region } = context;
  const allowed = (operation: string, actions: readonly string[], resource: string): boolean => {
    const refusal = context.actAs({
      roleArn: spec.roleArn,
      sessionName: spec.name,
      service: 'lambda',
      operation,
      authorize: actions.map((action) => ({ action, resource })),
    });
    if (refusal !== undefined) context.log('warn', refusal, { function: spec.name, operation });
    return refusal === undefined;
  };
  return {
    mayWriteLogs: (stream) =>
      allowed(
        'WriteLogs',
        ['logs:CreateLogStream', 'logs:PutLogEvents'],
        `arn:aws:logs:${region}:${accountId}:log-group:${spec.logGroup}:log-stream:${stream}`,
      ),
    maySendTraces: () =>
      !spec.traced || allowed('SendTraces', ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*'),
    maySendTo: (targetArn) => allowed('SendEvent', [sendAction(targetArn)], targetArn),
  };
}

/** What sending an event to a queue or a function is called in policies. */
export const sendAction = (targetArn: string): string =>
  targetArn.split(':')[2] === 'lambda' ? 'lambda:InvokeFunction' : 'sqs:SendMessage';

/** Name of a process's log stream: `2026/01/31/[$LATEST]` and 32 hexadecimal digits. */
export const logStreamName = (now: number): string =>
  `${new Date(now).toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${randomBytes(16).toString('hex')}`;
