import type { PassState } from '../asl.ts';
import type { Outcome, StateRun } from '../interpreter/state-run.ts';

/** Hands its input, or its Output, on. */
export const executePass = (run: StateRun<PassState>): Promise<Outcome> =>
  run.finish({ Assign: run.state.Assign, Output: run.state.Output, otherwise: run.input, next: run.state.Next });
