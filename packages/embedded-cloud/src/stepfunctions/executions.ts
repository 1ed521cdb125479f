import { randomUUID } from 'node:crypto';
import { sameValue } from '../cloud/same-value.ts';
import { AwsError, type CloudContext } from '../cloud/service.ts';
import { executionArn } from './arns.ts';
import type { Json } from './asl.ts';
import { parseDefinition } from './definition/validate.ts';
import { ExecutionStopped, ExecutionSuspended } from './errors.ts';
import { type ExecutionOutcome, runExecution } from './execution/execution.ts';
import { checkInput } from './execution/input.ts';
import type { IntegrationTools } from './integrations/integration.ts';
import { createTaskHost } from './integrations/registry.ts';
import { createObjectHost } from './integrations/s3-objects.ts';
import { SdkCaller } from './integrations/sdk-caller.ts';
import { TaskTokens } from './integrations/task-tokens.ts';
import type { Environment, TaskHost } from './interpreter/environment.ts';
import { History } from './interpreter/history.ts';
import type { Checkpoint, KeptThreads } from './interpreter/journal.ts';
import { createEvaluator, type Evaluator } from './jsonata/evaluate.ts';
import { sendTrace } from './machine-role.ts';
import { createMapRunHost, MapRunGrants } from './map-runs.ts';
import { RedriveTokens } from './redrive-tokens.ts';
import { contextObject, statusChange } from './shown-execution.ts';
import type { ExecutionRecord, MachineRecord, StepFunctionsStore } from './store.ts';

const nameRule = /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]{1,80}$/u;

/** A role session's name: what IAM allows of the execution's name. */
const sessionName = (name: string): string =>
  name
    .replaceAll(/[^\w+=,.@-]/g, '-')
    .slice(0, 64)
    .padEnd(2, '-');

interface Running {
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

/** Starts, stops and resumes executions. */
export class Executions {
  readonly tokens: TaskTokens;
  readonly mapRunGrants = new MapRunGrants();
  readonly redrives: RedriveTokens;
  readonly #context: CloudContext;
  readonly #store: StepFunctionsStore;
  readonly #evaluator: Evaluator;
  readonly #running = new Map<string, Running>();
  #closing = false;

  constructor(context: CloudContext, store: StepFunctionsStore) {
    this.#context = context;
    this.#store = store;
    this.redrives = new RedriveTokens(context.clock);
    this.tokens = new TaskTokens(store.tokens);
    this.#evaluator = createEvaluator({ now: () => context.clock.now(), random: Math.random });
  }

  /**
   * Starts an execution, or gives the one of the same name and input that is still running.
   * @throws AwsError ExecutionAlreadyExists, InvalidName, InvalidExecutionInput
   */
  start(machine: MachineRecord, name: string = randomUUID(), input = '{}'): ExecutionRecord {
    if (!nameRule.test(name)) throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
    checkInput(input);
    const arn = executionArn(this.#context, machine.name, name);
    const known = this.#store.execution(arn);
    if (known) {
      if (known.status === 'RUNNING' && sameValue(JSON.parse(known.input), JSON.parse(input))) return known;
      throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    }
    const execution: ExecutionRecord = {
      arn,
      machineArn: machine.arn,
      name,
      status: 'RUNNING',
      roleArn: machine.roleArn,
      definition: machine.definition,
      revisionId: machine.revisionId,
      startedAt: this.#context.clock.now(),
      input,
      redriveCount: 0,
    };
    this.#store.putExecution(execution);
    sendTrace(this.#context, machine);
    this.#store.outbox.add(statusChange(execution));
    this.#run(execution);
    return execution;
  }

  /** Stops an execution and waits for its last event; one that is over stays unchanged. */
  async stop(arn: string, error: string | undefined, cause: string | undefined): Promise<void> {
    const running = this.#running.get(arn);
    running?.stop.abort(new ExecutionStopped(error, cause));
    await running?.done;
  }

  /** Resumes what an earlier process left running, each thread of each execution at its state. */
  resume(): void {
    for (const execution of this.#store.running()) {
      if (!this.#running.has(execution.arn)) this.#run(execution, this.#store.threads.of(execution.arn));
    }
  }

  /** Runs a failed execution again from the state that failed. */
  redrive(execution: ExecutionRecord, checkpoint: Checkpoint): ExecutionRecord {
    const { stoppedAt: _, output: __, error: ___, cause: ____, ...rest } = execution;
    const redriven: ExecutionRecord = {
      ...rest,
      status: 'RUNNING',
      redriveCount: execution.redriveCount + 1,
      redrivenAt: this.#context.clock.now(),
    };
    const last = this.#store.eventCount(execution.arn);
    this.#put(redriven);
    this.#store.appendEvent(execution.arn, {
      id: last + 1,
      previousEventId: last,
      timestamp: this.#context.clock.now(),
      type: 'ExecutionRedriven',
      details: { executionRedrivenEventDetails: { redriveCount: redriven.redriveCount } },
    });
    this.#run(redriven, new Map([['', { after: last + 1, position: { ...checkpoint, progress: {} } }]]));
    return redriven;
  }

  /** Leaves all executions as they are, to be resumed by the next process. */
  async close(): Promise<void> {
    this.#closing = true;
    const running = [...this.#running.values()];
    for (const { stop } of running) stop.abort(new ExecutionSuspended('the embedded cloud is closing'));
    await Promise.all(running.map(({ done }) => done));
  }

  #run(execution: ExecutionRecord, kept?: KeptThreads): void {
    if (this.#closing) return;
    const stop = new AbortController();
    const done = this.#execute(execution, stop.signal, kept).then(
      () => {},
      (error: unknown) => {
        if (error instanceof ExecutionSuspended) return;
        this.#context.log('error', 'an execution ended by a defect of the interpreter', {
          executionArn: execution.arn,
          error: error instanceof Error ? (error.stack ?? error.message) : String(error),
        });
        this.#end(execution, {
          status: 'FAILED',
          error: 'States.Runtime',
          cause: 'Internal error of the embedded cloud.',
        });
      },
    );
    this.#running.set(execution.arn, { stop, done });
    done.then(() => this.#running.delete(execution.arn));
  }

  async #execute(execution: ExecutionRecord, signal: AbortSignal, kept?: KeptThreads): Promise<void> {
    const { clock, region, accountId } = this.#context;
    const caller = new SdkCaller(() =>
      this.#context.clientConfig(
        execution.roleArn,
        sessionName(execution.name),
        'states.amazonaws.com',
        // A child of a Map Run acts for the machine of the Map.
        execution.machineArn.split('/')[0],
      ),
    );
    const background = new Set<Promise<unknown>>();
    const tools: IntegrationTools = {
      caller,
      clock,
      tokens: this.tokens,
      executionArn: execution.arn,
      startedAt: (arn) => this.#store.execution(arn)?.startedAt,
      region,
      accountId,
      mayDo: (operation, authorize) =>
        this.#context.actAs({
          roleArn: execution.roleArn,
          sessionName: sessionName(execution.name),
          service: 'states',
          operation,
          authorize,
        }),
      background: (work) => {
        background.add(work);
        work.finally(() => background.delete(work));
      },
    };
    const environmentOf = (record: ExecutionRecord): Environment => ({
      clock,
      random: Math.random,
      evaluator: this.#evaluator,
      history: new History(
        { append: (event) => this.#store.appendEvent(record.arn, event) },
        clock,
        this.#store.eventCount(record.arn),
      ),
      tasks: this.#afterCommit(createTaskHost({ ...tools, executionArn: record.arn })),
      objects: createObjectHost(caller),
      maps: createMapRunHost({
        context: this.#context,
        store: this.#store,
        caller,
        grants: this.mapRunGrants,
        parent: record,
        environmentOf,
        put: (child) => this.#put(child),
      }),
      region,
      context: contextObject(record),
      newTaskToken: () => {
        const token = Buffer.from(`${record.arn} ${randomUUID()}`).toString('base64url');
        this.#store.tokens.add(token, record.arn, record.machineArn);
        return token;
      },
      newId: randomUUID,
      journal: this.#store.threads.journal(record.arn),
    });
    try {
      const outcome = await runExecution({
        definition: parseDefinition(execution.definition),
        input: JSON.parse(execution.input) as Json,
        inputText: execution.input,
        roleArn: execution.roleArn,
        env: environmentOf(execution),
        signal,
        startedAt: execution.redrivenAt ?? execution.startedAt,
        ...(kept && { kept }),
      });
      this.#end(execution, outcome);
      await Promise.allSettled(background);
    } finally {
      await caller.close();
    }
  }

  #end(execution: ExecutionRecord, { status, output, error, cause }: ExecutionOutcome): void {
    const ended: ExecutionRecord = {
      ...execution,
      status,
      stoppedAt: this.#context.clock.now(),
      ...(output !== undefined && { output: JSON.stringify(output) }),
      ...(error !== undefined && { error }),
      ...(cause !== undefined && { cause }),
    };
    this.#put(ended);
  }

  /** No other service is called before the steps up to the call are stored: a restart knows what may have been done. */
  #afterCommit(host: TaskHost): TaskHost {
    return {
      run: async (request) => {
        await this.#store.committed();
        request.signal.throwIfAborted();
        return host.run(request);
      },
    };
  }

  /** Stores an execution whose status changed, with its event; of one that ended, only what a redrive needs. */
  #put(execution: ExecutionRecord): void {
    const { threads, tokens } = this.#store;
    this.#store.putExecution(execution);
    this.#store.outbox.add(statusChange(execution));
    if (execution.status === 'RUNNING') return;
    tokens.removeOf(execution.arn);
    if (execution.status === 'SUCCEEDED' || execution.mapRunArn !== undefined) threads.forget(execution.arn);
    else threads.journal(execution.arn).forgetBelow('');
  }
}
