import { randomUUID } from 'node:crypto';
import type { CloudContext } from '../cloud/service.ts';
import { executionArn, machineNameOf, mapRunArn } from './arns.ts';
import type { Json, StateGroup } from './asl.ts';
import { ExecutionError, ExecutionStopped, ExecutionSuspended, errorNames } from './errors.ts';
import { runExecution } from './execution/execution.ts';
import type { SdkCaller } from './integrations/sdk-caller.ts';
import { optimisedError } from './integrations/sdk-errors.ts';
import { optimisedNames } from './integrations/sdk-services.ts';
import type { ChildResult, ChildWork, Environment, MapRunHost, MapRunRequest } from './interpreter/environment.ts';
import type { ExecutionRecord, MapRunRecord, StepFunctionsStore } from './store.ts';

/**
 * Map runs that are about to start. The machine's role needs `states:StartExecution` on the machine itself to run a
 * Distributed Map, so each run asks for it by a StartExecution of its own name, which the service answers without
 * starting anything.
 */
export class MapRunGrants {
  readonly #asked = new Map<string, string>();

  ask(id: string, arn: string): void {
    this.#asked.set(id, arn);
  }
  /** The map run of a StartExecution with this name, once. */
  take(name: string): string | undefined {
    const arn = this.#asked.get(name);
    this.#asked.delete(name);
    return arn;
  }
}

interface MapRunHostOptions {
  readonly context: CloudContext;
  readonly store: StepFunctionsStore;
  readonly caller: SdkCaller;
  readonly grants: MapRunGrants;
  /** The execution whose Map it is. */
  readonly parent: ExecutionRecord;
  environmentOf(execution: ExecutionRecord): Environment;
  /** Stores a child whose status changed and sends its event. */
  put(execution: ExecutionRecord): void;
}

/** Runs the children of Distributed Maps as executions of `<machine>/<label>`, with histories of their own. */
export function createMapRunHost(options: MapRunHostOptions): MapRunHost {
  const { context, store, caller, grants, parent } = options;
  const { clock } = context;
  const machine = machineNameOf(parent.machineArn).split('/')[0] ?? '';
  const baseArn = parent.machineArn.split('/')[0] ?? parent.machineArn;

  /** Asks for the right to run a Distributed Map, as AWS does. */
  const mayStart = async (id: string, arn: string, signal: AbortSignal): Promise<void> => {
    grants.ask(id, arn);
    try {
      await caller.call('sfn', 'startExecution', { stateMachineArn: baseArn, name: id, input: '{}' }, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      throw optimisedError(error, (await caller.load('sfn')).module, optimisedNames.states);
    } finally {
      grants.take(id);
    }
  };

  /**
   * The rights on its children that a Distributed Map's role must have beside starting them, on executions of the
   * machine (Developer Guide, "IAM policies for using Distributed Map states").
   * @throws ExecutionError `States.Permissions`
   */
  const mayFollow = (): void => {
    const refusal = context.actAs({
      roleArn: parent.roleArn,
      sessionName: parent.name,
      service: 'states',
      operation: 'FollowMapRun',
      authorize: ['states:DescribeExecution', 'states:StopExecution'].map((action) => ({
        action,
        resource: parent.arn,
      })),
    });
    if (refusal !== undefined) throw new ExecutionError(errorNames.permissions, refusal);
  };

  const newRecord = async (request: MapRunRequest): Promise<MapRunRecord> => {
    const { state, name, maxConcurrency, toleratedFailureCount, toleratedFailurePercentage, signal } = request;
    const id = randomUUID();
    const label = state.Label ?? name.replaceAll(/[^\w-]/g, '').slice(0, 40);
    const arn = mapRunArn(context, machine, label, id);
    await mayStart(id, arn, signal);
    mayFollow();
    return {
      arn,
      executionArn: parent.arn,
      machineArn: `${baseArn}/${label}`,
      status: 'RUNNING',
      startedAt: clock.now(),
      maxConcurrency,
      toleratedFailureCount,
      toleratedFailurePercentage,
      totalChildren: 0,
      totalItems: 0,
      resultsWritten: 0,
    };
  };

  /** Runs a child, from where an earlier process left it. */
  const run = async (group: StateGroup, child: ExecutionRecord, signal: AbortSignal): Promise<ExecutionRecord> => {
    const stop = new AbortController();
    const onAbort = () =>
      stop.abort(signal.reason instanceof ExecutionSuspended ? signal.reason : new ExecutionStopped());
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    try {
      const { status, output, error, cause } = await runExecution({
        definition: { StartAt: group.StartAt, States: group.States },
        input: JSON.parse(child.input) as Json,
        inputText: child.input,
        roleArn: child.roleArn,
        env: options.environmentOf(child),
        signal: stop.signal,
        startedAt: child.startedAt,
        kept: store.threads.of(child.arn),
      });
      const ended: ExecutionRecord = {
        ...child,
        status,
        stoppedAt: clock.now(),
        ...(output !== undefined && { output: JSON.stringify(output) }),
        ...(error !== undefined && { error }),
        ...(cause !== undefined && { cause }),
      };
      options.put(ended);
      return ended;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  };

  return {
    async start(request) {
      const { signal } = request;
      const kept = request.resume === undefined ? undefined : store.mapRun(request.resume);
      let record = kept ?? (await newRecord(request));
      const update = (changes: Partial<MapRunRecord>) => {
        record = { ...record, ...changes };
        store.putMapRun(record);
      };
      if (!kept) update({});
      const planned = kept && store.mapWork.of(kept.arn);

      const startChild = (group: StateGroup, { input, items }: ChildWork, position: number): ExecutionRecord => {
        const name = randomUUID();
        const child: ExecutionRecord = {
          arn: executionArn(context, machineNameOf(record.machineArn), name),
          machineArn: record.machineArn,
          name,
          status: 'RUNNING',
          roleArn: parent.roleArn,
          definition: JSON.stringify({ QueryLanguage: 'JSONata', StartAt: group.StartAt, States: group.States }),
          revisionId: parent.revisionId,
          startedAt: clock.now(),
          input: JSON.stringify(input),
          mapRunArn: record.arn,
          itemCount: items,
          redriveCount: 0,
        };
        store.putExecution(child);
        store.mapWork.started(record.arn, position, child.arn);
        return child;
      };

      return {
        id: record.arn.slice(record.arn.lastIndexOf(':') + 1),
        mapRunArn: record.arn,
        ...(planned && planned.length > 0 && { planned }),
        plan(work, totalItems) {
          store.mapWork.plan(record.arn, work);
          update({ totalChildren: work.length, totalItems });
        },
        resultsWritten: (resultsWritten) => update({ resultsWritten }),
        finish(status) {
          update({ status, stoppedAt: clock.now() });
          store.mapWork.forget(record.arn);
        },
        async runChild(group, work, position) {
          const arn = store.mapWork.child(record.arn, position);
          const child = (arn === undefined ? undefined : store.execution(arn)) ?? startChild(group, work, position);
          return asResult(child.status === 'RUNNING' ? await run(group, child, signal) : child);
        },
      };
    },
  };
}

/** An execution that ended, as the map run sees it. */
const asResult = (child: ExecutionRecord): ChildResult => ({
  executionArn: child.arn,
  name: child.name,
  status: child.status === 'RUNNING' ? 'ABORTED' : child.status,
  input: JSON.parse(child.input) as Json,
  ...(child.output !== undefined && { output: JSON.parse(child.output) as Json }),
  ...(child.error !== undefined && { error: child.error }),
  ...(child.cause !== undefined && { cause: child.cause }),
  startDate: child.startedAt,
  stopDate: child.stoppedAt ?? child.startedAt,
  stateMachineArn: child.machineArn,
});
