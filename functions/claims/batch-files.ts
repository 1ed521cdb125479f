import { batchItems } from '#domain/batch/layout';
import { type Condition, ifAbsent, type StateItem, type StateStore } from '#functions/ports/state-store';

/** Who scores some files: an execution, and the batch that it is. */
export interface BatchClaim {
  readonly batchId: string;
  readonly executionArn: string;
}

/** The ports that a claim needs. */
export interface ClaimingPorts {
  readonly store: StateStore;
  readonly isRunning: (executionArn: string) => Promise<boolean>;
}

/** The other batch that has the files, and whether it is done. */
export interface TakenBatch {
  readonly batchId: string;
  readonly isScored: boolean;
}

const stillHeldBy = (executionArn: unknown): Condition => ({
  expression: '#e = :e',
  names: { '#e': 'executionArn' },
  values: { ':e': executionArn },
});

/**
 * Makes an execution the one that scores some files. A retry of it gets them again; so does another one when the execution before failed,
 * or ended without a word.
 *
 * @param identity as of `batchIdentity`
 * @returns the batch that has the files; undefined when they are this execution's own
 */
export async function claimBatchFiles(
  { store, isRunning }: ClaimingPorts,
  pipeline: string,
  identity: string,
  claim: BatchClaim,
): Promise<TakenBatch | undefined> {
  const sk = batchItems.claim(identity);
  const item: StateItem = { ...claim };
  for (;;) {
    if (await store.put(pipeline, sk, item, ifAbsent)) return undefined;
    const known = await store.get(pipeline, sk);
    if (known === undefined) continue;
    const { executionArn } = known;
    if (executionArn === claim.executionArn) return undefined;
    const batchId = String(known['batchId']);
    const status = (await store.get(pipeline, batchItems.one(batchId)))?.['status'];
    if (status === 'scored') return { batchId, isScored: true };
    if (status !== 'failed' && (await isRunning(String(executionArn)))) return { batchId, isScored: false };
    if (await store.put(pipeline, sk, item, stillHeldBy(executionArn))) return undefined;
  }
}
