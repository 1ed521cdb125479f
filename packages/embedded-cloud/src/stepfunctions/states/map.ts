import type { Json, MapState } from '../asl.ts';
import { rememberedNumber, withRecovery } from '../interpreter/recovery.ts';
import { checkPayload, type Outcome, type StateRun } from '../interpreter/state-run.ts';
import { runDistributed } from './distributed-map.ts';
import { runLines } from './lines.ts';
import { inlineItems, maxConcurrency } from './map-items.ts';
import { readTolerance } from './tolerance.ts';

/** Step Functions runs at most this many inline iterations at once. */
const MAX_INLINE_CONCURRENCY = 40;

/** The items and the limit of an attempt, evaluated once: a restart takes them as they were. */
async function settle(run: StateRun<MapState>): Promise<{ items: Json[]; limit: number; started: number }> {
  const { items: kept, limit: keptLimit } = run.progress;
  const keptStart = rememberedNumber(run.progress, 'started');
  if (Array.isArray(kept) && typeof keptLimit === 'number' && keptStart !== undefined) {
    return { items: kept, limit: keptLimit, started: keptStart };
  }
  const items = await inlineItems(run);
  const limit = await maxConcurrency(run);
  // Checked and without effect: an inline Map fails with its first iteration.
  await readTolerance(run);
  const started = run.thread.record('MapStateStarted', { mapStateStartedEventDetails: { length: items.length } });
  run.remember({ items, limit, started });
  return { items, limit, started };
}

async function runInline(run: StateRun<MapState>): Promise<Json> {
  const { state, thread, env, name } = run;
  const resume = run.progress['started'] !== undefined;
  const { items, limit, started } = await settle(run);
  return runLines(thread, {
    count: items.length,
    maxConcurrency: limit === 0 ? MAX_INLINE_CONCURRENCY : Math.min(limit, MAX_INLINE_CONCURRENCY),
    resume,
    start: (index, signal, resumed, after) => {
      const item = { Index: index, Value: items[index] ?? null };
      const iteration = { index, name };
      const line = thread.fork({ index, after: after ?? started, signal, item, iteration, resume: resumed });
      if (!resumed) line.record('MapIterationStarted', { mapIterationStartedEventDetails: iteration });
      return {
        line,
        result: async () => {
          const input =
            state.ItemSelector === undefined || line.isResumed
              ? item.Value
              : await run.evaluate(state.ItemSelector, 'ItemSelector', {
                  context: { Map: { Item: { Index: item.Index, Value: item.Value } } },
                  line,
                });
          return run.runGroup(state.ItemProcessor, input, line, env);
        },
        succeeded: () => line.note('MapIterationSucceeded', { mapIterationSucceededEventDetails: iteration }),
      };
    },
  });
}

async function attempt(run: StateRun<MapState>): Promise<Outcome> {
  const { state, thread } = run;
  const result =
    state.ItemProcessor.ProcessorConfig?.Mode === 'DISTRIBUTED' ? await runDistributed(run) : await runInline(run);
  checkPayload(result, run.name);
  thread.note('MapStateSucceeded');
  return run.finish({
    Assign: state.Assign,
    Output: state.Output,
    otherwise: result,
    readable: { result },
    next: state.Next,
  });
}

/** Runs its processor once for every item; the result is the outputs in the order of the items. */
export const executeMap = (run: StateRun<MapState>): Promise<Outcome> =>
  withRecovery(run as StateRun<never>, () => attempt(run), 'MapStateFailed');
