import type { JsonObject, State } from '../asl.ts';
import { ExecutionError, errorNames } from '../errors.ts';
import { shownInput } from '../interpreter/history.ts';
import { type RunGroup, StateRun } from '../interpreter/state-run.ts';
import { executeState } from '../states/registry.ts';

const timeText = (ms: number): string => new Date(ms).toISOString();

/** Runs the states of a group one after another, from the thread's position, and returns the last one's output. */
export const runGroup: RunGroup = async (group, input, thread, env) => {
  let resumed = thread.takeResumed();
  let name = resumed?.state ?? group.StartAt;
  let current = resumed?.input ?? input;
  for (;;) {
    const state: State | undefined = group.States[name];
    if (!state) throw new ExecutionError(errorNames.runtime, `The state '${name}' does not exist.`);
    const enteredTime = resumed?.enteredTime ?? timeText(env.clock.now());
    const enteredEventId: number =
      resumed?.enteredEventId ??
      thread.enter(state.Type, { stateEnteredEventDetails: { name, ...shownInput(current) } });
    const progress: JsonObject = resumed?.progress ?? {};
    if (resumed) thread.reenter(state.Type);
    else {
      const variables = thread.scope.own();
      thread.place({ state: name, input: current, variables, enteredEventId, enteredTime, progress });
    }
    resumed = undefined;

    const outcome = await executeState(
      new StateRun({
        name,
        state,
        input: current,
        thread,
        env,
        enteredEventId,
        enteredTime,
        runGroup,
        progress,
        keep: (members) => thread.remember(members),
      }),
    );
    current = outcome.output;
    if (outcome.next === undefined) return current;
    name = outcome.next;
  }
};
