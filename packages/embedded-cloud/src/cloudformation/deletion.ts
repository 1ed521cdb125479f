import type { CloudContext, ResourceProvider } from '../cloud/service.ts';
import type { KnownResource } from './stack-state.ts';

/** Why resources are deleted: their deletion policies have other consequences. */
export type Occasion = 'rollback' | 'removal';

/** What became of resources, by logical id, in the order in which it was done. */
export interface Deletion {
  readonly deleted: readonly string[];
  readonly kept: readonly string[];
  /** Those that could not be deleted, and why. */
  readonly failed: readonly { readonly logicalId: string; readonly reason: string }[];
}

/**
 * Whether a deletion policy keeps a resource. `RetainExceptOnCreate` keeps it but where the operation that created it is rolled
 * back; `Retain` keeps it there too, empty as it is, and its name with it (Template Reference, "DeletionPolicy attribute").
 * `Snapshot` keeps it: nothing that takes snapshots is emulated.
 */
const isKept = ({ deletionPolicy }: KnownResource, occasion: Occasion): boolean => {
  switch (deletionPolicy) {
    case 'Delete':
      return false;
    case 'RetainExceptOnCreate':
      return occasion === 'removal';
    case 'Retain':
    case 'Snapshot':
      return true;
    default:
      return deletionPolicy satisfies never;
  }
};

/**
 * Deletes resources in the reverse order of their creation, each by its deletion policy. One that fails does not stop the rest.
 */
export async function deleteResources(
  created: readonly KnownResource[],
  occasion: Occasion,
  providers: ReadonlyMap<string, ResourceProvider>,
  log: CloudContext['log'],
): Promise<Deletion> {
  const deleted: string[] = [];
  const kept: string[] = [];
  const failed: { logicalId: string; reason: string }[] = [];
  for (const resource of created.toReversed()) {
    const { logicalId, type, ref } = resource;
    const remove = providers.get(type)?.delete;
    if (isKept(resource, occasion)) {
      kept.push(logicalId);
      log('info', 'a resource is kept by its deletion policy', { logicalId, type, ref });
      continue;
    }
    try {
      // A type without `delete` stands in no store of its own: it goes with the process.
      await remove?.({ logicalId, type, ref });
      deleted.push(logicalId);
      log('info', 'a resource was deleted', { logicalId, type, ref, occasion });
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      failed.push({ logicalId, reason });
      log('error', 'a resource could not be deleted', { logicalId, type, ref, occasion, error: reason });
    }
  }
  return { deleted, kept, failed };
}
