import type { Json, ParallelState } from '../asl.ts';
import { rememberedNumber, withRecovery } from '../interpreter/recovery.ts';
import { checkPayload, type Outcome, type StateRun } from '../interpreter/state-run.ts';
import { runThreads } from './threads.ts';

/** The branches' input, evaluated once: a restart uses the same. */
async function settle(run: StateRun<ParallelState>): Promise<{ input: Json; started: number }> {
  const kept = run.progress['input'];
  const keptStart = rememberedNumber(run.progress, 'started');
  if (kept !== undefined && keptStart !== undefined) return { input: kept, started: keptStart };
  const { Arguments } = run.state;
  const input = Arguments === undefined ? run.input : await run.evaluate(Arguments, 'Arguments');
  const started = run.thread.record('ParallelStateStarted');
  run.remember({ input, started });
  return { input, started };
}

async function attempt(run: StateRun<ParallelState>): Promise<Outcome> {
  const { state, thread, env } = run;
  const resume = run.progress['started'] !== undefined;
  const { input, started } = await settle(run);
  const output = await runThreads(thread, {
    count: state.Branches.length,
    maxConcurrency: 0,
    resume,
    start: (index, signal, resumed) => {
      const branch = state.Branches[index];
      if (!branch) throw new RangeError(`no branch ${index}`);
      const child = thread.fork({ index, after: started, signal, resume: resumed });
      return { thread: child, result: () => run.runGroup(branch, input, child, env) };
    },
  });
  checkPayload(output, run.name);
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
  withRecovery(run as StateRun<never>, () => attempt(run), 'ParallelStateFailed');
