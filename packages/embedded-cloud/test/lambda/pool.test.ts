import { describe, expect, it } from 'vitest';
import { createIdleLimit, createPool, type Pool } from '#src/lambda/pool';
import type { FunctionProcess } from '#src/lambda/process';

/** Starts processes that answer at once, and counts them. */
function openFunctions(names: readonly string[], warm: number): { started: string[]; pools: Record<string, Pool> } {
  const idle = createIdleLimit(warm, 60_000);
  const started: string[] = [];
  const start = (name: string) => async (): Promise<FunctionProcess> => {
    started.push(name);
    let alive = true;
    return {
      get alive() {
        return alive;
      },
      invoke: async () => ({ payload: 'null', failed: false, log: [] }),
      kill: async () => {
        alive = false;
      },
    };
  };
  return { started, pools: Object.fromEntries(names.map((name) => [name, createPool(start(name), 2, idle)])) };
}

async function invokeInTurn(pools: Readonly<Record<string, Pool>>): Promise<void> {
  for (const pool of Object.values(pools)) await pool.invoke('id', '{}');
}

describe('processes that wait warm', () => {
  it('are used again in the next round when each has a place', async () => {
    const { started, pools } = openFunctions(['a', 'b', 'c'], 3);
    await invokeInTurn(pools);
    await invokeInTurn(pools);
    expect(started).toEqual(['a', 'b', 'c']);
  });

  it('make room for the next function when there are fewer places: the one that waited longest ends', async () => {
    const { started, pools } = openFunctions(['a', 'b', 'c'], 2);
    await invokeInTurn(pools);
    await pools['c']?.invoke('id', '{}');
    await pools['b']?.invoke('id', '{}');
    expect(started).toEqual(['a', 'b', 'c']);
    await pools['a']?.invoke('id', '{}');
    expect(started).toEqual(['a', 'b', 'c', 'a']);
  });
});
