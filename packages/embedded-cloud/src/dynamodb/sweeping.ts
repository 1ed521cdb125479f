import type { CloudContext } from '../cloud/service.ts';
import { type TimerLoop, timerLoop } from '../cloud/timer-loop.ts';
import type { Engine } from './engine.ts';
import type { OpenRegistry } from './registry.ts';
import { SWEEP_MS, sweepExpired } from './time-to-live.ts';
import type { Turns } from './turns.ts';

/** What the search for expired items works on. */
interface Swept {
  readonly engine: Engine;
  readonly registry: OpenRegistry;
  readonly turns: Turns;
  readonly context: Pick<CloudContext, 'clock' | 'log'>;
}

/** Deletes expired items once in `SWEEP_MS` while any table has a time to live. */
export function sweepLoop({ engine, registry, turns, context: { clock, log } }: Swept): TimerLoop {
  /** Looks through every table with a time to live. */
  async function sweep(): Promise<void> {
    for (const [table, { ttlAttribute }] of registry.entries()) {
      if (ttlAttribute === undefined || registry.hashKey(table) === undefined) continue;
      const keyNames = registry.keyNames(table);
      const deleted = await turns.shared(() => sweepExpired(engine, table, ttlAttribute, keyNames, clock.now()));
      if (deleted > 0) log('info', 'items whose time to live was over were deleted', { table, deleted });
    }
  }
  let nextSweep = 0;
  return timerLoop({
    clock,
    next: () => (registry.entries().some(([, { ttlAttribute }]) => ttlAttribute !== undefined) ? nextSweep : undefined),
    async run(now) {
      nextSweep = now + SWEEP_MS;
      await sweep();
    },
    onError: (error) => log('error', 'looking for expired items failed', { error: String(error) }),
  });
}
