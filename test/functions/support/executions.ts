import { DescribeExecutionCommand, ExecutionDoesNotExist, SFNClient } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';

/** Step Functions behind the SDK's client: the executions in `running` run, all others do not exist (any more). */
export function fakeExecutions() {
  const mock = mockClient(SFNClient);
  const running = new Set<string>();
  mock.on(DescribeExecutionCommand).callsFake(({ executionArn }) => {
    if (running.has(executionArn)) return { status: 'RUNNING' };
    throw new ExecutionDoesNotExist({ message: 'Execution does not exist', $metadata: {} });
  });
  return { mock, running };
}
