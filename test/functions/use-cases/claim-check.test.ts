import { beforeEach, describe, expect, it } from 'vitest';
import { deploymentKeys } from '#domain/deployment/target';
import { checkClaimKey } from '#domain/drift/windows/layout';
import { TransientError } from '#domain/errors';
import { claimCheck } from '#functions/use-cases/claim-check';
import { type MemoryState, memoryState } from '../../fakes/memory-state.ts';

let store: MemoryState;
const claim = (by: string, at: string) =>
  claimCheck({ store }, { pipeline: 'loan', by, at: `2026-01-01T${at}.000Z`, everySeconds: 600 });

beforeEach(() => {
  store = memoryState();
});

describe('the next check as captures arrive', () => {
  it('is claimed by one of them: the others end until it is started', async () => {
    expect(await claim('a', '10:00:00')).toEqual({ decision: 'wait', seconds: 600 });
    expect(await claim('b', '10:00:05')).toEqual({
      decision: 'claimed',
      reason: 'a check is due at 2026-01-01T10:10:00.000Z',
    });
    expect(await claim('c', '10:10:00')).toEqual({ decision: 'wait', seconds: 600 });
  });

  it('stays with its execution when that tries again', async () => {
    await claim('a', '10:00:00');
    expect(await claim('a', '10:00:00')).toEqual({ decision: 'wait', seconds: 600 });
  });

  it('is claimed by one of two at the same moment', async () => {
    const found = store.get.bind(store);
    store.get = async (pk, sk) => {
      const item = await found(pk, sk);
      if (sk !== checkClaimKey) return item;
      store.get = found;
      await claim('b', '10:00:00');
      return item;
    };
    await expect(claim('a', '10:00:00')).rejects.toThrow(TransientError);
    expect(await claim('a', '10:00:00')).toMatchObject({ decision: 'claimed' });
  });

  it('is claimed by none of a retired pipeline', async () => {
    await store.put('loan', deploymentKeys.retired, { at: '2026-01-01T00:00:00Z' });
    expect(await claim('a', '10:00:00')).toEqual({ decision: 'claimed', reason: 'pipeline loan was retired' });
  });
});
