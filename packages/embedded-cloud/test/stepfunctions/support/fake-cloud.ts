import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { systemClock } from '#src/cloud/clock';
import {
  type AuthorizationRequest,
  AwsError,
  type Clock,
  type CloudService,
  type PreparedCall,
  type ServiceRequest,
  type ServiceResponse,
} from '#src/cloud/service';
import { createStepFunctions } from '#src/stepfunctions/service';
import { type FakeContext, fakeContext, type ServedService, serveService } from '../../support/door.ts';

/** A call of another service that the machine's role made. */
export interface ForeignCall {
  readonly service: string;
  readonly operation: string;
  readonly input: Record<string, unknown>;
}

/** Answers the calls of other services: what it returns is the answer, an AwsError is the error. */
export type ForeignServices = (call: ForeignCall) => unknown;

/** What a fake function returns to fail as Lambda reports it. */
export class FunctionFailure {
  readonly payload: object;
  constructor(payload: object) {
    this.payload = payload;
  }
}

const json = (status: number, body: unknown, headers: Record<string, string> = {}): ServiceResponse => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': 'request', ...headers },
  body: JSON.stringify(body),
});

async function readCall(request: ServiceRequest): Promise<ForeignCall> {
  const body = await text(request.body);
  const parsed = body === '' ? {} : (JSON.parse(body) as Record<string, unknown>);
  const service = request.signingName;
  if (service === 'lambda') {
    const name = decodeURIComponent(request.path.split('/')[3] ?? '');
    return { service, operation: 'Invoke', input: { FunctionName: name, Payload: parsed } };
  }
  if (service === 's3') {
    return { service, operation: `${request.method} object`, input: { path: request.path, body: parsed } };
  }
  return { service, operation: (request.headers['x-amz-target'] ?? '').split('.')[1] ?? '', input: parsed };
}

/** Step Functions with fakes of the services it calls, behind one door. */
export class FakeCloud {
  readonly context: FakeContext;
  readonly states: CloudService;
  readonly served: ServedService;
  readonly client: SFNClient;
  readonly foreignCalls: ForeignCall[];
  /** Role, session and service principal of every assumption. */
  readonly assumed: (string | undefined)[][] = [];
  /** Set to have every assumption of a role refused with this message. */
  refusal: string | undefined;

  private constructor(context: FakeContext, states: CloudService, served: ServedService, foreignCalls: ForeignCall[]) {
    this.context = context;
    this.states = states;
    this.served = served;
    this.foreignCalls = foreignCalls;
    this.client = new SFNClient(FakeCloud.config(served.endpoint, 'ADMIN'));
  }

  static config(endpoint: string, accessKeyId: string) {
    return {
      endpoint,
      region: 'eu-central-1',
      credentials: { accessKeyId, secretAccessKey: 'secret' },
      maxAttempts: 1,
    };
  }

  /** @param stateDir kept over a restart; a new one when not given */
  static async start(
    foreign: ForeignServices = () => ({}),
    options: {
      stateDir?: string;
      clock?: Clock;
      allow?: (wanted: AuthorizationRequest, role: boolean) => boolean;
    } = {},
  ): Promise<FakeCloud> {
    const stateDir = options.stateDir ?? mkdtempSync(join(tmpdir(), 'states-'));
    const foreignCalls: ForeignCall[] = [];
    let endpoint = '';
    let cloud: FakeCloud | undefined;
    const context: FakeContext = {
      ...fakeContext(stateDir, {
        actAs: () => undefined,
        clientConfig: (...assumption) => {
          if (cloud?.refusal !== undefined) throw new AwsError('AccessDenied', cloud.refusal, 403);
          cloud?.assumed.push(assumption);
          return FakeCloud.config(endpoint, 'ROLE');
        },
      }),
      clock: (options.clock ?? systemClock) as FakeContext['clock'],
    };
    const states = createStepFunctions(context);
    const combined: CloudService = {
      ...states,
      signingNames: ['states', 'lambda', 'sagemaker', 'events', 's3'],
      async prepare(request): Promise<PreparedCall> {
        if (request.signingName === 'states') return states.prepare(request);
        const call = await readCall(request);
        return {
          operation: call.operation,
          authorize: [{ action: `${call.service}:${call.operation}`, resource: '*' }],
          input: call.input,
          async execute() {
            foreignCalls.push(call);
            const answer = await foreign(call);
            if (answer instanceof FunctionFailure)
              return json(200, answer.payload, { 'x-amz-function-error': 'Unhandled' });
            return json(200, answer ?? {});
          },
        };
      },
      formatError: (error, request) =>
        json(
          error.status,
          { __type: error.code, message: error.message },
          { 'x-amzn-errortype': error.code, 'x-amzn-requestid': request.id },
        ),
    };
    const { allow } = options;
    const served = await serveService(combined, {
      context,
      ...(allow && { allow: (wanted, caller) => allow(wanted, caller.accessKeyId === 'ROLE') }),
    });
    endpoint = served.endpoint;
    cloud = new FakeCloud(context, states, served, foreignCalls);
    await states.start?.();
    return cloud;
  }

  /** Makes a machine of the name with the states, which begin with the first. */
  async machine(name: string, states: Record<string, object>): Promise<string> {
    const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states });
    const roleArn = 'arn:aws:iam::123456789012:role/machine';
    const { stateMachineArn } = await this.client.send(new CreateStateMachineCommand({ name, definition, roleArn }));
    return stateMachineArn ?? '';
  }

  async begin(stateMachineArn: string, input: unknown = {}, name?: string): Promise<string> {
    const command = new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input), ...(name && { name }) });
    return (await this.client.send(command)).executionArn ?? '';
  }

  describe(executionArn: string): Promise<DescribeExecutionCommandOutput> {
    return this.client.send(new DescribeExecutionCommand({ executionArn }));
  }

  /** Waits for an execution's end. */
  async end(executionArn: string): Promise<DescribeExecutionCommandOutput> {
    return until(async () => {
      const execution = await this.describe(executionArn);
      return execution.status === 'RUNNING' ? undefined : execution;
    });
  }

  /** Makes a machine, runs it, and gives its end. */
  async run(states: Record<string, object>, input: unknown = {}): Promise<DescribeExecutionCommandOutput> {
    const arn = await this.machine(`machine-${this.served.calls.length}`, states);
    return this.end(await this.begin(arn, input));
  }

  async history(executionArn: string): Promise<HistoryEvent[]> {
    const { events = [] } = await this.client.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }));
    return events;
  }

  async close(keepState = false): Promise<void> {
    this.client.destroy();
    await this.served.close();
    if (!keepState) rmSync(this.context.stateDir, { recursive: true, force: true });
  }
}

/** Asks until there is an answer. */
export async function until<T>(ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await systemClock.sleep(15);
  }
}
