import type { SucceedState } from '../asl.ts';
import type { Outcome, StateRun } from '../interpreter/state-run.ts';

/** Ends its group with its input, or its Output. */
export const executeSucceed = (run: StateRun<SucceedState>): Promise<Outcome> =>
  run.finish({ Output: run.state.Output, otherwise: run.input, next: undefined });
