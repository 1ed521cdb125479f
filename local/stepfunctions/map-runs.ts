import { randomUUID } from 'node:crypto';
import type { CloudContext } from '../cloud/service.ts';
import { executionArn, machineNameOf, mapRunArn } from './arns.ts';
import { ExecutionStopped, ExecutionSuspended } from './errors.ts';
import type { SdkCaller } from './integrations/sdk-caller.ts';
import { optimisedError } from './integrations/sdk-errors.ts';
import { optimisedNames } from './integrations/sdk-services.ts';
import type { Environment, MapRunHost } from './interpreter/environment.ts';
import { runExecution } from './interpreter/execution.ts';
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
  /** The map run that a StartExecution of this name stands for, once. */
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
  emit(execution: ExecutionRecord): void;
}

/** Runs the children of Distributed Maps as executions of `<machine>/<label>`, with histories of their own. */
export function createMapRunHost(options: MapRunHostOptions): MapRunHost {
  const { context, store, caller, grants, parent } = options;
  const { clock } = context;
  const machine = machineNameOf(parent.machineArn).split('/')[0] ?? '';
  const baseArn = parent.machineArn.split('/')[0] ?? parent.machineArn;

  return {
    async start({ state, name, maxConcurrency, toleratedFailureCount, toleratedFailurePercentage, signal }) {
      const id = randomUUID();
      const label = state.Label ?? name.replaceAll(/[^\w-]/g, '').slice(0, 40);
      const arn = mapRunArn(context, machine, label, id);
      grants.ask(id, arn);
      try {
        await caller.call('sfn', 'startExecution', { stateMachineArn: baseArn, name: id, input: '{}' }, signal);
      } catch (error) {
        if (signal.aborted) throw error;
        throw optimisedError(error, (await caller.load('sfn')).module, optimisedNames.states);
      } finally {
        grants.take(id);
      }
      let record: MapRunRecord = {
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
      const update = (changes: Partial<MapRunRecord>) => {
        record = { ...record, ...changes };
        store.putMapRun(record);
      };
      update({});

      return {
        id,
        mapRunArn: arn,
        total: (totalChildren, totalItems) => update({ totalChildren, totalItems }),
        resultsWritten: (resultsWritten) => update({ resultsWritten }),
        finish: (status) => update({ status, stoppedAt: clock.now() }),
        async runChild(group, input, itemCount) {
          const childName = randomUUID();
          const child: ExecutionRecord = {
            arn: executionArn(context, `${machine}/${label}`, childName),
            machineArn: record.machineArn,
            name: childName,
            status: 'RUNNING',
            roleArn: parent.roleArn,
            definition: JSON.stringify({ QueryLanguage: 'JSONata', StartAt: group.StartAt, States: group.States }),
            revisionId: parent.revisionId,
            startedAt: clock.now(),
            input: JSON.stringify(input),
            mapRunArn: arn,
            itemCount,
            redriveCount: 0,
          };
          store.putExecution(child);
          const stop = new AbortController();
          const onAbort = () =>
            stop.abort(signal.reason instanceof ExecutionSuspended ? signal.reason : new ExecutionStopped());
          if (signal.aborted) onAbort();
          else signal.addEventListener('abort', onAbort, { once: true });
          try {
            const outcome = await runExecution({
              definition: { StartAt: group.StartAt, States: group.States },
              input,
              inputText: child.input,
              roleArn: child.roleArn,
              env: options.environmentOf(child),
              signal: stop.signal,
              startedAt: child.startedAt,
            });
            const ended: ExecutionRecord = {
              ...child,
              status: outcome.status,
              stoppedAt: clock.now(),
              ...(outcome.output !== undefined && { output: JSON.stringify(outcome.output) }),
              ...(outcome.error !== undefined && { error: outcome.error }),
              ...(outcome.cause !== undefined && { cause: outcome.cause }),
            };
            store.putExecution(ended);
            options.emit(ended);
            return {
              executionArn: child.arn,
              name: childName,
              input,
              startDate: child.startedAt,
              stopDate: ended.stoppedAt ?? clock.now(),
              stateMachineArn: child.machineArn,
              ...outcome,
            };
          } finally {
            signal.removeEventListener('abort', onAbort);
          }
        },
      };
    },
  };
}
