import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { DropVanishedError } from '#domain/errors';
import { type DropFile, type FilePart, partsBy } from '#domain/runs/drop';
import { type RunPointer, rawKeys } from '#domain/runs/layout';
import { unreachable } from '#domain/unreachable';
import type { ObjectRanges } from '#functions/ports/object-ranges';
import type { ObjectStore } from '#functions/ports/object-store';
import type { Archive } from '#functions/shards/archive';
import { downloadParquetPart } from '#functions/shards/parquet-part';
import { textPartsSchema } from '#schemas/records/text-parts';

/** A part of a file of the drop. */
interface PartSource extends DropFile {
  readonly index: number;
  readonly part: FilePart;
}

/** A row group may have this share of the room on the disk: its rows take as much again. */
const shareOfRoom = 0.5;

/** Downloads the lines of a part, which were located before. */
async function downloadLines(
  raw: ObjectRanges & Pick<ObjectStore, 'readJson'>,
  run: RunPointer,
  { index, part, key, versionId }: PartSource,
  archive: Archive,
): Promise<Archive> {
  const { parts, encoding, columns } = await raw.readJson(rawKeys(run).parts(index), textPartsSchema);
  const located = parts[part.index];
  if (located === undefined) {
    throw new DropVanishedError(`The parts of ${archive.name} are not located. Drop the files again.`);
  }
  const { start, end, line, lines } = located;
  await pipeline(raw.readRange({ key, versionId, start, end }), createWriteStream(archive.path));
  const named = columns?.map((column) => column ?? undefined);
  return { ...archive, section: { encoding, line, lines, ...(named ? { columns: named } : {}) } };
}

/**
 * Downloads a part of a file, and no other byte of it but a Parquet file's footer.
 *
 * @param archive the local copy to be made
 * @returns the local copy with its place in the file
 * @throws DataEngineError, DropVanishedError
 */
export async function downloadPart(
  raw: ObjectRanges & Pick<ObjectStore, 'readJson'>,
  run: RunPointer,
  source: PartSource,
  archive: Archive,
): Promise<Archive> {
  const { key, versionId, part } = source;
  const by = partsBy(source);
  switch (by) {
    case 'lines':
      return downloadLines(raw, run, source, archive);
    case 'row groups': {
      const file = { name: archive.name, key, versionId, size: part.size };
      const mostBytes = archive.mostBytes * shareOfRoom;
      return { ...archive, rowsBefore: await downloadParquetPart(raw, file, part, archive.path, mostBytes) };
    }
    case 'nothing':
      throw new Error(`${archive.name} is an archive, which has no parts. This is a fault of Tidegate.`);
    default:
      return unreachable(by, 'way to cut a file');
  }
}
