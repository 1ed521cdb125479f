import { isUtf8 } from 'node:buffer';
import { join } from 'node:path';
import type { CsvSink } from '#domain/data/csv-records';
import type { SqlEngine } from '#domain/data/engine';
import type { Problem } from '#domain/data/typing';
import { RowCountError } from '#domain/errors';
import { text } from '#domain/sql/literals';
import type { Archive } from '#functions/shards/archive';
import { type FlaggedRow, listFlagged, type StagedRows } from '#functions/shards/flagged-rows';
import { hasTooManyMalformed, type MalformedRow, placedRows, type RowCounts } from '#functions/shards/malformed-rows';
import { splitText } from '#functions/shards/raw-text';
import { openRowWriter } from '#functions/shards/row-writer';
import type { Pipeline } from '#schemas/pipeline';

/** Local files with the malformed rows of a raw file, and the first ones of each reason. */
export interface Quarantine {
  /** Positions and reasons, for the clean bucket (JSON lines). A record over several lines is one entry. */
  readonly positions: string;
  /** The rows themselves, for the raw bucket (JSON lines). Each malformed row or line is one entry. */
  readonly rows: string;
  /** Without rows that the pipeline leaves out on purpose. */
  readonly first: readonly MalformedRow[];
}

/** At most this many positions are listed in the clean bucket, and rows of a file that is refused in the raw bucket. */
const listed = 100_000;

/** Writes entries to both files. */
async function openQuarantine(paths: Pick<Quarantine, 'positions' | 'rows'>, mostRows: number) {
  const [positions, rows] = [await openRowWriter(paths.positions), await openRowWriter(paths.rows)];
  const first: MalformedRow[] = [];
  const placed = new Map<string, number>();
  let listedPositions = 0;
  let written = 0;
  return {
    first,
    written: () => written,
    addPosition(row: MalformedRow, leftOut = false): void {
      if (!leftOut) {
        const reason = JSON.stringify([row.column, row.reason]);
        const before = placed.get(reason) ?? 0;
        if (before < placedRows) first.push(row);
        placed.set(reason, before + 1);
      }
      if (listedPositions++ < listed) positions.addText(`${JSON.stringify(row)}\n`);
    },
    addRow(row: MalformedRow, bytes: Uint8Array): void {
      if (written++ >= mostRows) return;
      const content = isUtf8(bytes)
        ? { text: Buffer.from(bytes).toString() }
        : { base64: Buffer.from(bytes).toString('base64') };
      rows.addText(`${JSON.stringify({ ...row, ...content })}\n`);
    },
    async flush() {
      await positions.flush();
      await rows.flush();
    },
    async close() {
      await positions.close();
      await rows.close();
    },
  };
}
type OpenQuarantine = Awaited<ReturnType<typeof openQuarantine>>;

/** The lines of a record with their numbers, without blank ones. */
function* linesOf(bytes: Uint8Array, first: number): Generator<{ readonly line: number; readonly bytes: Uint8Array }> {
  let start = 0;
  let line = first;
  for (let i = 0; i <= bytes.length; i++) {
    const byte = bytes[i];
    if (byte !== 0x0a && byte !== 0x0d && byte !== undefined) continue;
    const own = bytes.subarray(start, i);
    if (own.some((b) => b !== 0x20 && b !== 0x09)) yield { line, bytes: own };
    line++;
    if (byte === 0x0d && bytes[i + 1] === 0x0a) i++;
    start = i + 1;
  }
}

const located = (
  name: string,
  { column, reason }: Problem,
  { line, row }: Pick<MalformedRow, 'line' | 'row'>,
): MalformedRow => ({
  file: name,
  ...(line === undefined ? {} : { line }),
  ...(row === undefined ? {} : { row }),
  column,
  reason,
});

/** Reads a text file again, and writes its malformed rows in file order. */
async function writeLines(
  { engine, archive, pipeline, staged }: QuarantineInput,
  mostRows: number,
  quarantine: OpenQuarantine,
): Promise<void> {
  const { name } = archive;
  const flagged: FlaggedRow[] = [];
  for await (const row of listFlagged(engine, name, staged)) {
    flagged.push(row);
    if (flagged.length >= mostRows) break;
  }
  let next = 0;
  const sink: CsvSink = {
    row({ line, bytes }) {
      const found = flagged[next];
      if (found?.line !== line) return;
      next++;
      const row = located(name, found, { line });
      quarantine.addPosition(row, found.leftOut);
      quarantine.addRow(row, bytes);
    },
    broken({ line, bytes, continued, ...problem }) {
      if (!continued) quarantine.addPosition(located(name, problem, { line }));
      for (const own of linesOf(bytes, line)) quarantine.addRow(located(name, problem, own), own.bytes);
    },
  };
  await splitText(archive, pipeline, () => sink, quarantine.flush);
}

/** Rows that one query returns. */
const page = 2000;

/** Writes the malformed rows of a Parquet file, each as a JSON object. */
async function writeObjects(
  { engine, archive, staged }: QuarantineInput,
  mostRows: number,
  quarantine: OpenQuarantine,
) {
  const { name, path, rowsBefore = 0 } = archive;
  const contentOf = async (rows: readonly FlaggedRow[]): Promise<void> => {
    const ordinals = rows.map((row) => row.ordinal);
    const found = await engine.query(
      `read malformed rows of ${name}`,
      `SELECT CAST(to_json(file) AS VARCHAR) AS content FROM (SELECT * EXCLUDE (file_row_number) FROM ` +
        `read_parquet(${text(path)}, file_row_number = true) WHERE file_row_number IN (SELECT unnest([${ordinals.join(', ')}])) ORDER BY file_row_number) AS file`,
    );
    rows.forEach((own, i) => {
      const row = located(name, own, { row: rowsBefore + own.ordinal + 1 });
      quarantine.addPosition(row, own.leftOut);
      quarantine.addRow(row, Buffer.from(String(found[i]?.['content'] ?? '')));
    });
    await quarantine.flush();
  };
  let rows: FlaggedRow[] = [];
  let read = 0;
  for await (const row of listFlagged(engine, name, staged)) {
    rows.push(row);
    if (rows.length === page) {
      await contentOf(rows);
      rows = [];
    }
    if (++read >= mostRows) break;
  }
  if (rows.length > 0) await contentOf(rows);
}

/** What the malformed rows of a file are found by. */
export interface QuarantineInput {
  readonly engine: SqlEngine;
  readonly archive: Archive;
  readonly pipeline: Pipeline;
  readonly staged: StagedRows;
  readonly counted: RowCounts;
}

/**
 * Writes the malformed rows of a raw file to local files: every one of them, or the first where the file is refused.
 *
 * @param directory for the files
 * @throws RowCountError when their number is not the counted one
 */
export async function writeQuarantine(input: QuarantineInput, directory: string): Promise<Quarantine> {
  const { archive, pipeline, counted } = input;
  const paths = { positions: join(directory, 'positions.jsonl'), rows: join(directory, 'quarantine.jsonl') };
  const isRefused = hasTooManyMalformed(pipeline, counted);
  const mostRows = isRefused ? listed : Number.POSITIVE_INFINITY;
  const quarantine = await openQuarantine(paths, mostRows);
  try {
    await (pipeline.dataset.format === 'parquet' ? writeObjects : writeLines)(input, mostRows, quarantine);
  } finally {
    await quarantine.close();
  }
  if (!isRefused && quarantine.written() !== counted.malformed) {
    throw new RowCountError(
      `${archive.name} has ${counted.malformed} malformed rows, of which ${quarantine.written()} are in the quarantine. This is a fault of Tidegate.`,
    );
  }
  return { ...paths, first: quarantine.first };
}
