import type { StateOf, StateType } from '../asl.ts';
import type { Outcome, StateRun } from '../interpreter/state-run.ts';
import { executeChoice } from './choice.ts';
import { executeFail } from './fail.ts';
import { executeMap } from './map.ts';
import { executeParallel } from './parallel.ts';
import { executePass } from './pass.ts';
import { executeSucceed } from './succeed.ts';
import { executeTask } from './task.ts';
import { executeWait } from './wait.ts';

type Executors = { readonly [T in StateType]: (run: StateRun<StateOf<T>>) => Promise<Outcome> };

const executors: Executors = {
  Pass: executePass,
  Succeed: executeSucceed,
  Fail: executeFail,
  Choice: executeChoice,
  Wait: executeWait,
  Task: executeTask,
  Parallel: executeParallel,
  Map: executeMap,
};

/** Runs one state by its type. */
export function executeState(run: StateRun): Promise<Outcome> {
  const execute = executors[run.state.Type] as (run: StateRun) => Promise<Outcome>;
  return execute(run);
}
