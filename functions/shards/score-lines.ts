import { createReadStream } from 'node:fs';
import type { ModelOutput } from '#domain/algorithms/algorithm';
import { classOf, type ScoredModel } from '#domain/batch/score-columns';
import { scoresPerRow } from '#domain/evaluation/predictions';
import { openRowWriter } from '#functions/shards/row-writer';

/** What the scores of a file add up to. */
export interface ScoreTotals {
  readonly rows: number;
  /** Rows by the number of their class. */
  readonly byClass: ReadonlyMap<number, number>;
  /** Regression: the sum of the values. */
  readonly sum: number;
}

/** Bytes that are read at once: what a job wrote of a large file is larger than the memory. */
const chunk = 4_000_000;

/** The text of a file in pieces of whole lines. */
async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of createReadStream(path, { encoding: 'utf8', highWaterMark: chunk })) {
    const text = rest + piece;
    const end = text.lastIndexOf('\n') + 1;
    if (end > 0) yield text.slice(0, end);
    rest = text.slice(end);
  }
  if (rest !== '') yield rest;
}

/**
 * Reads what batch transform wrote, one prediction a line, and writes the columns of `scoreFields` as CSV without a header.
 *
 * @param name of the output, for messages
 * @throws EvaluationError when something is not a score
 */
export async function writeScoreLines(
  model: Pick<ScoredModel, 'fitted' | 'threshold'>,
  { readScores }: ModelOutput,
  { from, name, to }: { readonly from: string; readonly name: string; readonly to: string },
): Promise<ScoreTotals> {
  const perRow = scoresPerRow(model.fitted);
  const byClass = new Map<number, number>();
  const writer = await openRowWriter(to);
  let [rows, sum] = [0, 0];
  try {
    for await (const lines of linesOf(from)) {
      const scores = readScores(lines, perRow, name);
      for (let at = 0; at < scores.length; at += perRow) {
        const own = scores.subarray(at, at + perRow);
        const answer = classOf(model, own);
        if (answer === undefined) sum += own[0] as number;
        else byClass.set(answer, (byClass.get(answer) ?? 0) + 1);
        writer.addText(`${rows++},${answer ?? ''},${own.join(',')}\n`);
      }
      await writer.flush();
    }
  } finally {
    await writer.close();
  }
  return { rows, byClass, sum };
}
