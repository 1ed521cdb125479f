import type { Json, JsonObject, State, StateGroup } from '../asl.ts';
import { ExecutionError, errorNames } from '../errors.ts';
import { executeState } from '../states/registry.ts';
import type { Checkpoint, Environment } from './environment.ts';
import { shownInput } from './history.ts';
import { type RunGroup, StateRun } from './state-run.ts';
import type { Thread } from './thread.ts';

interface GroupOptions {
  /** Told about every transition and all progress: set for the outermost line alone. */
  readonly keep?: (position: Checkpoint) => void;
  /** Where to go on after a restart. */
  readonly resume?: Checkpoint;
}

const timeText = (ms: number): string => new Date(ms).toISOString();

/** Runs the states of a group one after another and gives the last one's output. */
async function run(
  group: StateGroup,
  input: Json,
  thread: Thread,
  env: Environment,
  { keep, resume }: GroupOptions = {},
): Promise<Json> {
  let name = resume?.state ?? group.StartAt;
  let current = resume?.input ?? input;
  let resumed = resume;
  for (;;) {
    const state: State | undefined = group.States[name];
    if (!state) throw new ExecutionError(errorNames.runtime, `The state '${name}' does not exist.`);
    const enteredTime = resumed?.enteredTime ?? timeText(env.clock.now());
    const enteredEventId: number =
      resumed?.enteredEventId ??
      thread.enter(state.Type, { stateEnteredEventDetails: { name, ...shownInput(current) } });
    if (resumed) thread.reenter(state.Type);
    const position = { state: name, input: current, variables: thread.scope.own(), enteredEventId, enteredTime };
    const progress: JsonObject = resumed?.progress ?? {};
    if (!resumed) keep?.({ ...position, progress });
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
        keep: (members) => keep?.({ ...position, progress: members }),
      }),
    );
    current = outcome.output;
    if (outcome.next === undefined) return current;
    name = outcome.next;
  }
}

/** Runs a branch, an iteration or a child: a group that keeps no position of its own. */
export const runGroup: RunGroup = (group, input, thread, env) => run(group, input, thread, env);

/** Runs a whole machine, keeping its position. */
export const runMachine = (
  group: StateGroup,
  input: Json,
  thread: Thread,
  env: Environment,
  resume?: Checkpoint,
): Promise<Json> => run(group, input, thread, env, { keep: env.checkpoint, ...(resume && { resume }) });
