import type { Json, ParallelState } from '../asl.ts';
import { withRecovery } from '../interpreter/recovery.ts';
import { checkPayload, type Outcome, type StateRun } from '../interpreter/state-run.ts';
import { runLines } from './lines.ts';

async function attempt(run: StateRun<ParallelState>): Promise<Outcome> {
  const { state, thread, env } = run;
  let output: Json[];
  try {
    const input = state.Arguments === undefined ? run.input : await run.evaluate(state.Arguments, 'Arguments');
    const started = thread.record('ParallelStateStarted');
    output = await runLines(thread, {
      count: state.Branches.length,
      maxConcurrency: 0,
      start: (index, signal) => {
        const branch = state.Branches[index];
        if (!branch) throw new RangeError(`no branch ${index}`);
        const line = thread.fork({ after: started, signal });
        return { line, result: () => run.runGroup(branch, input, line, env) };
      },
    });
    checkPayload(output, run.name);
  } catch (failure) {
    if (!thread.signal.aborted) thread.record('ParallelStateFailed');
    throw failure;
  }
  thread.note('ParallelStateSucceeded');
  return run.finish({
    Assign: state.Assign,
    Output: state.Output,
    otherwise: output,
    readable: { result: output },
    next: state.Next,
  });
}

/** Runs its branches at once, each on the same input; the result is their outputs in order. */
export const executeParallel = (run: StateRun<ParallelState>): Promise<Outcome> =>
  withRecovery(run as StateRun<never>, () => attempt(run));
