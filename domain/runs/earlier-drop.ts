import { counted } from '#domain/text/numbers';
import type { EarlierDrop } from '#schemas/records/run';
import type { DropObject } from './drop.ts';
import { objectId } from './drop-name.ts';

/** An object by its id, or by its key, which records of earlier versions of Tidegate have. */
type Content = Pick<DropObject, 'etag' | 'size'> & {
  readonly id?: string | undefined;
  readonly key?: string | undefined;
};

const idOf = ({ id, key = '' }: Content): string => id ?? objectId(key);

/**
 * Compares a drop with what an earlier run found in the same folder. An object is the same when its key, size and ETag are.
 *
 * @param runId the earlier run
 */
export function compareDrops(runId: string, before: readonly Content[], now: readonly Content[]): EarlierDrop {
  const earlier = new Map(before.map((object) => [idOf(object), object]));
  const kept = now.filter((object) => earlier.has(idOf(object)));
  const unchanged = kept.filter((object) => {
    const former = earlier.get(idOf(object));
    return former?.etag === object.etag && former.size === object.size;
  });
  return {
    runId,
    unchanged: unchanged.length,
    replaced: kept.length - unchanged.length,
    added: now.length - kept.length,
    removed: before.length - kept.length,
  };
}

/** The comparison as a sentence, with counts and the run alone: names of files may be personal. */
export function describeEarlierDrop({ runId, unchanged, replaced, added, removed }: EarlierDrop): string {
  if (replaced + added + removed === 0)
    return `Run ${runId} had the same ${counted(unchanged, 'object')} in this folder.`;
  const parts = [
    [unchanged, 'unchanged'],
    [replaced, 'replaced'],
    [added, 'new'],
    [removed, 'gone'],
  ] as const;
  const counts = parts.filter(([count]) => count > 0).map(([count, what]) => `${counted(count, 'object')} ${what}`);
  return `Run ${runId} had this folder too. Since then: ${counts.join(', ')}.`;
}
