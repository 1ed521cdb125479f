import { mergeSearches } from '#domain/detectors/merge';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import type { ObjectStore } from '#functions/ports/object-store';
import { ifThere } from '#functions/runtime/if-there';
import { readAll } from '#functions/shards/read-all';
import { type PersonalData, personalDataSchema, shardSearchSchema } from '#schemas/records/personal-data';

/**
 * What a run knows of personal data: the search before its rows left the raw bucket, and the leak scan of what training may read.
 *
 * @returns undefined for a run of a version without the record
 */
export async function readPersonalData(
  artifacts: ObjectStore,
  run: RunPointer,
  shards: number,
): Promise<PersonalData | undefined> {
  const keys = artifactKeys(run);
  const read = async (): Promise<PersonalData> => {
    const record = await artifacts.readJson(keys.personalData, personalDataSchema);
    const leaks = await readAll(shards, (i) => artifacts.readJson(keys.shardLeaks(i), shardSearchSchema));
    return { ...record, leaks: mergeSearches(leaks) };
  };
  return ifThere(read());
}
