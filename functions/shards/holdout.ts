import { join } from 'node:path';
import type { ModelOutput } from '#domain/algorithms/algorithm';
import { EvaluationError } from '#domain/errors';
import { concatenate } from '#domain/evaluation/concatenate';
import { cleanKeys, type RunPointer } from '#domain/runs/layout';
import { text as sqlText } from '#domain/sql/literals';
import type { ObjectStore } from '#functions/ports/object-store';
import { openEngine } from '#functions/shards/duckdb';
import { withScratch } from '#functions/shards/scratch';

/** The dependencies of reading a holdout. */
export interface HoldoutPorts {
  readonly clean: ObjectStore;
  readonly memoryMb: number;
}

/** Names (below a prefix) of the holdout's part files, in shard order, without the permuted rows. */
async function partNames(clean: ObjectStore, run: RunPointer): Promise<string[]> {
  const { holdoutLabels } = cleanKeys(run);
  const found = await clean.list(holdoutLabels);
  return found
    .map(({ key }) => key.slice(holdoutLabels.length))
    .filter((name) => /^\d+-\d+\.parquet$/.test(name))
    .map((name) => name.replace(/\.parquet$/, ''));
}

async function readLabels({ clean, memoryMb }: HoldoutPorts, key: string, columns: string) {
  return withScratch(async (directory) => {
    const file = join(directory, 'labels.parquet');
    await clean.download(key, file);
    const engine = await openEngine({ memoryMb, temporaryDirectory: join(directory, 'spill') });
    try {
      return await engine.query(
        `read ${key}`,
        `SELECT ${columns} FROM read_parquet(${sqlText(file)}, file_row_number = true) ORDER BY file_row_number`,
      );
    } finally {
      engine.close();
    }
  });
}

/**
 * Labels and scores of a run's holdout, row by row, over all shards.
 *
 * @param perRow scores per row: the number of classes for multiclass, else 1
 * @param slices the slice columns that the labels have
 * @param outputs the output formats of candidate and champion; without a champion only the candidate's scores are read
 * @throws EvaluationError when a shard's numbers of scores and labels differ
 */
export async function readHoldout(
  ports: HoldoutPorts,
  run: RunPointer,
  perRow: number,
  outputs: { readonly candidate: ModelOutput; readonly champion?: ModelOutput | undefined },
  slices: readonly string[] = [],
) {
  const keys = cleanKeys(run);
  const names = await partNames(ports.clean, run);
  const labels: Float64Array[] = [];
  const comparable: number[] = [];
  const sliced = slices.map((): (string | null)[] => []);
  const scores: Record<'candidate' | 'champion', Float64Array[]> = { candidate: [], champion: [] };
  for (const name of names) {
    const rows = await readLabels(
      ports,
      `${keys.holdoutLabels}${name}.parquet`,
      // a slice column may be missing in one of several drops
      slices.length > 0 ? '*' : outputs.champion ? '_label, _comparable' : '_label',
    );
    labels.push(Float64Array.from(rows, (row) => Number(row['_label'])));
    for (const [i, values] of sliced.entries()) {
      for (const row of rows) {
        const value = row[slices[i] as string] ?? null;
        values.push(value === null ? null : String(value));
      }
    }
    for (const row of rows) comparable.push(row['_comparable'] === true ? 1 : 0);
    for (const model of ['candidate', 'champion'] as const) {
      const output = outputs[model];
      if (!output) continue;
      const key = `${keys.scores(model)}${name}.csv.out`;
      const found = output.readScores(await ports.clean.readText(key), perRow, key);
      if (found.length !== rows.length * perRow) {
        throw new EvaluationError(`${key}: ${found.length / perRow} predictions for ${rows.length} holdout rows`);
      }
      scores[model].push(found);
    }
  }
  return {
    names,
    labels: concatenate(labels),
    candidate: concatenate(scores.candidate),
    champion: outputs.champion ? concatenate(scores.champion) : undefined,
    /** One per row: 1 where the champion cannot have been trained on it. */
    comparable: Uint8Array.from(comparable),
    /** The slice columns. */
    slices: slices.map((column, i) => ({ column, values: sliced[i] as (string | null)[] })),
  };
}

/** The permuted sample with its scores, for permutation importance. */
export async function readPermuted(ports: HoldoutPorts, run: RunPointer, perRow: number, output: ModelOutput) {
  const keys = cleanKeys(run);
  const rows = await readLabels(ports, `${keys.holdoutLabels}permuted.parquet`, '_label, block, "column"');
  const key = `${keys.scores('candidate')}permuted.csv.out`;
  const scores = output.readScores(await ports.clean.readText(key), perRow, key);
  const columns: string[] = [];
  for (const row of rows) columns[Number(row['block'])] = String(row['column'] ?? '');
  return {
    labels: Float64Array.from(rows, (row) => Number(row['_label'])),
    blocks: Int32Array.from(rows, (row) => Number(row['block'])),
    columns,
    scores,
  };
}

/** The validation rows with the candidate's scores, in shard order. @throws EvaluationError when the numbers differ, or there are none */
export async function readValidation(ports: HoldoutPorts, run: RunPointer, perRow: number, output: ModelOutput) {
  const { holdoutLabels, scores: scoresOf } = cleanKeys(run);
  const found = await ports.clean.list(`${holdoutLabels}validation-`);
  if (found.length === 0) {
    throw new EvaluationError(
      'The run has no validation rows, and something is chosen on them. Raise split.validation.',
    );
  }
  const labels: Float64Array[] = [];
  const scores: Float64Array[] = [];
  for (const { key } of found) {
    const own = Float64Array.from(await readLabels(ports, key, '_label'), (row) => Number(row['_label']));
    const scored = `${scoresOf('candidate')}${key.slice(holdoutLabels.length).replace(/parquet$/, 'csv')}.out`;
    const read = output.readScores(await ports.clean.readText(scored), perRow, scored);
    if (read.length !== own.length * perRow) {
      throw new EvaluationError(`${scored}: ${read.length / perRow} predictions for ${own.length} validation rows`);
    }
    labels.push(own);
    scores.push(read);
  }
  return { labels: concatenate(labels), scores: concatenate(scores) };
}

/** The training rows that have copies, with their scores; undefined where there are none. */
export async function readCopied(ports: HoldoutPorts, run: RunPointer, perRow: number, output: ModelOutput) {
  const keys = cleanKeys(run);
  const found = await ports.clean.list(keys.copiedLabels);
  if (found.length === 0) return undefined;
  const rows = await readLabels(ports, keys.copiedLabels, '_label, _chance');
  const key = `${keys.scores('candidate')}copied.csv.out`;
  return {
    labels: Float64Array.from(rows, (row) => Number(row['_label'])),
    chances: Float64Array.from(rows, (row) => Number(row['_chance'])),
    scores: output.readScores(await ports.clean.readText(key), perRow, key),
  };
}
