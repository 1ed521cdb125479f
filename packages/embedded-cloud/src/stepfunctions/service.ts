import { text } from 'node:stream/consumers';
import {
  AwsError,
  type CloudContext,
  type CloudService,
  type PreparedCall,
  type ServiceRequest,
  type ServiceResponse,
} from '../cloud/service.ts';
import { executionOperations } from './api/executions.ts';
import { machineOperations } from './api/machines.ts';
import { mapRunOperations } from './api/map-runs.ts';
import type { Api, Operation } from './api/operation.ts';
import { tagOperations } from './api/tags.ts';
import { taskOperations } from './api/tasks.ts';
import { validationOperations } from './api/validation.ts';
import { isObject, type JsonObject } from './asl.ts';
import { Executions } from './executions.ts';
import { StateMachines } from './machines.ts';
import { stepFunctionsMembers } from './members.ts';
import { stateMachineProvider } from './state-machine-resource.ts';
import { StepFunctionsStore } from './store.ts';

const targetPrefix = 'AWSStepFunctions.';

const operations: Readonly<Record<string, Operation>> = {
  ...machineOperations,
  ...executionOperations,
  ...tagOperations,
  ...taskOperations,
  ...validationOperations,
  ...mapRunOperations,
};

const answer = (status: number, requestId: string, body: object): ServiceResponse => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': requestId },
  body: JSON.stringify(body),
});

async function readInput(request: ServiceRequest): Promise<JsonObject> {
  const body = await text(request.body);
  try {
    const input: unknown = JSON.parse(body === '' ? '{}' : body);
    if (isObject(input)) return input;
  } catch {
    // Falls through: neither broken JSON nor another kind of value is an input.
  }
  throw new AwsError('SerializationException', 'The body of the request must be a JSON object');
}

/** AWS Step Functions (signing name `states`): state machines in JSONata, run by the interpreter of this folder. */
export function createStepFunctions(context: CloudContext): CloudService {
  const store = new StepFunctionsStore(context);
  const machines = new StateMachines(context, store);
  const executions = new Executions(context, store);
  const api: Api = { context, store, machines, executions };

  return {
    signingNames: ['states'],
    members: stepFunctionsMembers,
    resources: { 'AWS::StepFunctions::StateMachine': stateMachineProvider(context, machines) },

    async prepare(request): Promise<PreparedCall> {
      const target = request.headers['x-amz-target'] ?? '';
      const name = target.startsWith(targetPrefix) ? target.slice(targetPrefix.length) : '';
      const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
      if (!operation) throw new AwsError('UnknownOperationException', `Step Functions has no operation ${target}`);
      const input = await readInput(request);
      const { authorize, execute } = operation(input, api);
      return {
        operation: name,
        authorize,
        input,
        execute: async () => {
          const output = await execute();
          // What is answered is on disk: what it did, and what it read.
          await store.committed();
          return answer(200, request.id, output);
        },
      };
    },

    formatError: (error, request) =>
      answer(error.status, request.id, { __type: error.code, message: error.message, ...error.fields }),

    async start() {
      executions.resume();
      store.outbox.start();
    },

    async close() {
      await executions.close();
      store.close();
    },
  };
}
