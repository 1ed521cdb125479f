import { TransientError } from '#domain/errors';
import { type Condition, ifEquals, type StateStore } from '#functions/ports/state-store';
import { type PendingDrop, pendingDropSchema } from '#schemas/records/run';

/** A run that was evaluated to its end stays so, even if giving the lease back failed. */
const unlessTrained: Condition = {
  expression: 'attribute_not_exists(pk) OR outcome = :failed OR outcome = :lost',
  values: { ':failed': 'failed', ':lost': 'lost' },
};

/** Who trains a pipeline right now. */
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
 * Takes the pipeline's lease for an execution, or leaves the drop behind as pending for the holder to start when it ends.
 * Later drops replace an earlier pending one: they coalesce. Asking again for a lease already held keeps it, for what is wanted now.
 * A holder whose execution no longer runs (aborted, timed out) is replaced, its run is marked as lost, and its pending drop stays.
 *
 * @param wanted.identity what would be trained (data-set version and configuration): one that was trained before is not trained
 * again unless forced, one that is under way is a duplicate
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
    // Read after the lease: a run marks its data set as trained before it gives the lease back, so neither can be missed.
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
      // Setting keeps what is pending, even if it came after the lease was read.
      if (await store.set(pipeline, 'lease', item, held)) return { kind: 'held' };
      continue;
    }
    if (lease['identity'] === wanted.identity) return { kind: 'duplicate', runId: String(lease['runId']) };
    // Giving the lease back compares the text: not every DynamoDB finds a map equal to itself.
    const pendingText = JSON.stringify(wanted.pending);
    if (await store.set(pipeline, 'lease', { pending: wanted.pending, pendingText }, held)) {
      return { kind: 'queued', behind: String(lease['runId']) };
    }
  }
  throw new TransientError(`The lease of pipeline ${pipeline} changed hands five times while it was asked for`);
}

/**
 * Gives the lease back and returns the drop that waited, if any. The pending drop is copied to the run's record before
 * the lease goes, so a retry returns it again.
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
    // A lease of an earlier version has the map alone.
    const waiting = lease['pendingText'] === undefined ? 'pending' : 'pendingText';
    const unchanged: Condition = pending
      ? { expression: `holder = :me AND ${waiting} = :p`, values: { ':me': holder, ':p': lease[waiting] } }
      : { expression: 'holder = :me AND attribute_not_exists(pending)', values: { ':me': holder } };
    if (await store.remove(pipeline, 'lease', unchanged)) return pending;
  }
  throw new TransientError(`The lease of pipeline ${pipeline} changed five times while it was being released`);
}
