import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeLoanBook } from '#examples/loans/generate';
import type { Verdict } from '#schemas/records/evaluation';
import { dropAndWatch } from '../commands/drop.ts';
import { bold, CliError, cyan, print } from '../output.ts';
import { describeVerdict, readVerdict } from '../run-end.ts';
import type { RunRecord } from '../runs.ts';
import type { Target } from '../target.ts';
import { describeEnd } from '../watch.ts';

/** Loans of each book that a demo drops. */
export const rows = 20_000;

/** Prints the heading of a part of a demo. */
export const heading = (text: string): void => print(`\n${bold(cyan(text))}`);

/** The name of a drop's folder, by a time in ms since the epoch. */
export const folderAt = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replaceAll(':', '-');

/**
 * Writes a loan book, drops it and prints the run that it starts and the verdict.
 *
 * @throws CliError when the run fails, or ends without a verdict
 */
export async function dropBook(
  target: Target,
  pipeline: string,
  settings: Parameters<typeof writeLoanBook>[2],
  folder: string,
): Promise<{ run: RunRecord; verdict: Verdict }> {
  const directory = mkdtempSync(join(tmpdir(), 'tidegate-demo-'));
  try {
    const book = await writeLoanBook(directory, rows, settings, 2);
    print(
      `${rows.toLocaleString('en')} loans of invented people, ${(book.defaultRate * 100).toFixed(1)} % defaulted; the best AUC anyone could reach is ${book.bayesAuc.toFixed(3)}`,
    );
    const { ended, run } = await dropAndWatch(target, pipeline, book.files, { folder });
    if (ended.status !== 'SUCCEEDED') throw new CliError(`The run ${describeEnd(ended)}`);
    if (!run) throw new CliError(`The drop was not trained: ${JSON.stringify(ended.output)}`);
    const verdict = await readVerdict(target, run);
    if (!verdict) throw new CliError(`Run ${run.runId} ended without a verdict.`);
    print(describeVerdict(verdict));
    return { run, verdict };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
