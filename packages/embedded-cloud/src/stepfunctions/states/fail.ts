import type { FailState } from '../asl.ts';
import { ExecutionError } from '../errors.ts';
import type { Outcome, StateRun } from '../interpreter/state-run.ts';

/** Fails its group with Error and Cause; what the definition leaves out stays absent. */
export async function executeFail(run: StateRun<FailState>): Promise<Outcome> {
  const { Error: error, Cause: cause } = run.state;
  const errorText = error === undefined ? undefined : await run.evaluateAs('string', error, 'Error');
  const causeText = cause === undefined ? undefined : await run.evaluateAs('string', cause, 'Cause');
  run.thread.settle();
  throw new ExecutionError(errorText, causeText);
}
