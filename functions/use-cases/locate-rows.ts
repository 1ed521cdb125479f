import { DropVanishedError } from '#domain/errors';
import { fileName } from '#domain/runs/drop-name';
import { rawKeys } from '#domain/runs/layout';
import type { ObjectRanges } from '#functions/ports/object-ranges';
import type { ObjectStore } from '#functions/ports/object-store';
import { locateTextParts } from '#functions/shards/locate-text-parts';
import { readReading } from '#functions/shards/run-reading';
import type { LocateRowsEvent } from '#schemas/events/shard';
import { dropFilesSchema } from '#schemas/records/run';

/** The dependencies of locating rows. */
export interface LocatingPorts {
  readonly raw: ObjectRanges & Pick<ObjectStore, 'readJson' | 'writeJson'>;
  readonly artifacts: Pick<ObjectStore, 'readJson'>;
}

/**
 * Reads a large text file once, as a stream, and writes where each of its parts begins and ends, for the functions that clean them.
 *
 * @throws SchemaMismatchError, DataEngineError, DropVanishedError, RowCountError
 */
export async function locateRows({ raw, artifacts }: LocatingPorts, { run, shard }: LocateRowsEvent) {
  const { first, part } = shard;
  const name = fileName(first);
  const { pipeline } = await readReading(artifacts, run);
  const file = (await raw.readJson(rawKeys(run).files, dropFilesSchema))[first];
  if (file === undefined) {
    throw new DropVanishedError(`The list of the drop's files ends before ${name}. Drop the files again.`);
  }
  const bytes = raw.readRange({ ...file, start: 0, end: part.size });
  const located = await locateTextParts({ name, bytes, size: part.size }, part.count, pipeline);
  await raw.writeJson(rawKeys(run).parts(first), located);
  return { parts: located.parts.length, lines: located.parts.reduce((sum, { lines }) => sum + lines, 0) };
}
