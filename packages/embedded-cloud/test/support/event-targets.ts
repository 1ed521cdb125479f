import { text } from 'node:stream/consumers';
import { AwsError, type ClientConfig, type CloudService } from '#src/cloud/service';

/** A function service that records its invocations, and fails on demand. */
export interface RecordingLambda extends CloudService {
  readonly invocations: { readonly arn: string; readonly payload: unknown; readonly by: unknown }[];
  /** The error the next invocations end with; undefined lets them through. */
  failWith: AwsError | undefined;
  attempts: number;
  invokeAsync(arn: string, payload: unknown, by?: unknown): Promise<void>;
}

const notServed = (): never => {
  throw new AwsError('UnknownOperationException', 'not served in this test');
};

export const recordingLambda = (): RecordingLambda => {
  const lambda: RecordingLambda = {
    signingNames: ['lambda'],
    prepare: notServed,
    formatError: notServed,
    invocations: [],
    failWith: undefined,
    attempts: 0,
    invokeAsync: async (arn, payload, by) => {
      lambda.attempts += 1;
      if (lambda.failWith) throw lambda.failWith;
      lambda.invocations.push({ arn, payload, by });
    },
  };
  return lambda;
};

export interface StartedExecution {
  readonly stateMachineArn: string;
  readonly name: string;
  readonly input: string;
  /** Access key of the caller: which role it came as. */
  readonly accessKeyId: string;
}

/** A Step Functions that starts nothing but records the requests, and refuses a name it has seen. */
export const recordingStepFunctions = (): CloudService & { readonly executions: StartedExecution[] } => {
  const executions: StartedExecution[] = [];
  const json = (status: number, body: unknown) => ({
    status,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: JSON.stringify(body),
  });
  return {
    signingNames: ['states'],
    executions,
    prepare: async (request) => {
      const input = JSON.parse(await text(request.body)) as Omit<StartedExecution, 'accessKeyId'>;
      return {
        operation: 'StartExecution',
        authorize: [{ action: 'states:StartExecution', resource: input.stateMachineArn }],
        input,
        execute: async () => {
          if (executions.some(({ name }) => name === input.name)) {
            throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${input.name}'`);
          }
          executions.push({ ...input, accessKeyId: request.caller.accessKeyId });
          return json(200, { executionArn: `${input.stateMachineArn}:${input.name}`, startDate: 1_767_225_600 });
        },
      };
    },
    formatError: (error) => json(error.status, { __type: error.code, message: error.message }),
  };
};

/** Credentials that carry the role's name in the access key, so that a fake can recognise the caller. */
export const clientConfigFor =
  (endpoint: string) =>
  (roleArn: string): ClientConfig => ({
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: roleArn.split('/').at(-1) ?? '', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
