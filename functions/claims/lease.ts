import { TransientError } from '#domain/errors';
import { type Condition, ifEquals, type StateStore } from '#functions/ports/state-store';
import { type PendingDrop, pendingDropSchema } from '#schemas/records/run';

/** A fully evaluated run keeps its status, even if releasing the lease failed. */
const unlessTrained: Condition = {
  expression: 'attribute_not_exists(pk) OR outcome = :failed OR outcome = :lost',
  values: { ':failed': 'failed', ':lost': 'lost' },
};

/** Which run is training a pipeline now. */
export interface LeaseHolder {
  readonly holder: string;
  readonly runId: string;
  readonly identity: string;
}

export type LeaseResult =
  | { readonly kind: 'held' }
  | { readonly kind: 'trained'; readonly runId: string }
  | { readonly kind: 'duplicate'; readonly runId: string }
  | { readonly kind: 'queued'; readonly behind: string };

/**
 * Takes the pipeline's lease for an execution. If another execution holds it, the drop is stored as pending, and the holder
 * starts it when it ends. A later drop replaces an earlier pending one. A retry by the holder keeps the lease and updates
 * what it trains. If the holder's execution no longer runs (aborted, timed out), it is replaced, its run is marked as lost, and
 * its pending drop stays.
 *
 * @param wanted.identity data-set version and configuration: one that was trained before is not trained again unless forced,
 * and one that is being trained is a duplicate
 */
export async function acquireLease(
  store: StateStore,
  pipeline: string,
  wanted: LeaseHolder & { readonly pending: PendingDrop; readonly force: boolean },
  running: (executionArn: string) => Promise<boolean>,
): Promise<LeaseResult> {
  const item = { holder: wanted.holder, runId: wanted.runId, identity: wanted.identity };
  const free: Condition = {
    expression: 'attribute_not_exists(pk) OR holder = :me',
    values: { ':me': wanted.holder },
  };
  for (let attempt = 0; attempt < 5; attempt++) {
    const lease = await store.get(pipeline, 'lease');
    if (lease?.['holder'] === wanted.holder) {
      if (lease['runId'] === item.runId && lease['identity'] === item.identity) return { kind: 'held' };
      if (await store.set(pipeline, 'lease', item, ifEquals('holder', wanted.holder))) return { kind: 'held' };
      continue;
    }
    // Read after the lease: a run marks its data set as trained before it releases the lease, so neither can be missed.
    const trained = wanted.force ? undefined : await store.get(pipeline, `trained#${wanted.identity}`);
    if (trained) return { kind: 'trained', runId: String(trained['runId']) };
    if (!lease) {
      if (await store.put(pipeline, 'lease', item, free)) return { kind: 'held' };
      continue;
    }
    const held = ifEquals('holder', lease['holder']);
    if (!(await running(String(lease['holder'])))) {
      const lost = { runId: lease['runId'], outcome: 'lost' };
      await store.put(pipeline, `finished#${String(lease['holder'])}`, lost, unlessTrained);
      // The update keeps a pending drop, even one stored after the lease was read.
      if (await store.set(pipeline, 'lease', item, held)) return { kind: 'held' };
      continue;
    }
    if (lease['identity'] === wanted.identity) return { kind: 'duplicate', runId: String(lease['runId']) };
    // The release compares the text: not every DynamoDB implementation finds a map equal to itself.
    const pendingText = JSON.stringify(wanted.pending);
    if (await store.set(pipeline, 'lease', { pending: wanted.pending, pendingText }, held)) {
      return { kind: 'queued', behind: String(lease['runId']) };
    }
  }
  throw new TransientError(`The lease of pipeline ${pipeline} changed hands five times during the request`);
}

/**
 * Releases the lease and returns the pending drop, if any. The pending drop is copied to the run's record first, so a retry
 * returns it again.
 */
export async function releaseLease(
  store: StateStore,
  pipeline: string,
  runId: string,
  holder: string,
): Promise<PendingDrop | undefined> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const lease = await store.get(pipeline, 'lease');
    if (lease?.['holder'] !== holder) {
      const followUp = (await store.get(pipeline, `run#${runId}`))?.['followUp'];
      return followUp === undefined ? undefined : pendingDropSchema.parse(followUp);
    }
    const pending = lease['pending'] === undefined ? undefined : pendingDropSchema.parse(lease['pending']);
    if (pending) await store.set(pipeline, `run#${runId}`, { followUp: pending });
    // A lease written by an earlier version has only the map.
    const waiting = lease['pendingText'] === undefined ? 'pending' : 'pendingText';
    const unchanged: Condition = pending
      ? { expression: `holder = :me AND ${waiting} = :p`, values: { ':me': holder, ':p': lease[waiting] } }
      : { expression: 'holder = :me AND attribute_not_exists(pending)', values: { ':me': holder } };
    if (await store.remove(pipeline, 'lease', unchanged)) return pending;
  }
  throw new TransientError(`The lease of pipeline ${pipeline} changed five times while it was being released`);
}
