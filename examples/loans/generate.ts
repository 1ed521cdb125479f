import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createBayesAuc } from './bayes-auc.ts';
import { damages, defaultSettings, economies, headerLine, type LoanBookSettings, loanBook } from './loan-book.ts';

/** What was written. */
export interface WrittenBook {
  readonly files: readonly string[];
  readonly rows: number;
  /** Share of loans that defaulted. */
  readonly defaultRate: number;
  /** The best ROC-AUC any model can reach on this book, in expectation. */
  readonly bayesAuc: number;
}

const chunkCharacters = 1 << 20;

/**
 * Writes a synthetic loan book as CSV files `loans-<n>.csv` into a folder, streaming: memory does not grow with the rows.
 *
 * @param shards number of files; the rows are split in order, as evenly as possible
 */
export async function writeLoanBook(
  folder: string,
  rows: number,
  settings: Partial<LoanBookSettings> = {},
  shards = 1,
): Promise<WrittenBook> {
  const all = { ...defaultSettings, ...settings };
  await mkdir(folder, { recursive: true });
  const files: string[] = [];
  const bayes = createBayesAuc();
  let defaults = 0;
  const book = loanBook(rows, all);
  for (let shard = 0; shard < shards; shard++) {
    const file = join(folder, `loans-${String(shard).padStart(5, '0')}.csv`);
    files.push(file);
    const stream = createWriteStream(file);
    let chunk = `${headerLine(all)}\n`;
    const wanted = Math.floor((rows * (shard + 1)) / shards) - Math.floor((rows * shard) / shards);
    for (let i = 0; i < wanted; i++) {
      const loan = book.next().value;
      if (!loan) break;
      chunk += `${loan.line}\n`;
      bayes.add(loan.probability);
      if (loan.defaulted) defaults++;
      if (chunk.length >= chunkCharacters) {
        if (!stream.write(chunk)) await once(stream, 'drain');
        chunk = '';
      }
    }
    stream.end(chunk);
    await once(stream, 'finish');
  }
  return { files, rows, defaultRate: defaults / rows, bayesAuc: bayes.auc() };
}

const usage = `Writes a synthetic loan book with invented people.

  npx node examples/loans/generate.ts --rows 20000 --seed 7 --out DIR [options]

  --shards N       how many files (1)
  --economy NAME   ${economies.join(' | ')} (normal)
  --damage NAME    ${damages.join(' | ')}: what is wrong with the file
  --first N        number of the first loan (1)
  --start DATE     first day of issue (${defaultSettings.start})
  --days N         days over which loans are issued (${defaultSettings.days})
  --marker         also write _SUCCESS, last
`;

function oneOf<T extends string>(name: string, value: string | undefined, allowed: readonly T[]): T | undefined {
  const found = allowed.find((a) => a === value);
  if (value !== undefined && found === undefined) throw new TypeError(`--${name} must be one of ${allowed.join(', ')}`);
  return found;
}

function wholeNumber(name: string, value: string): number {
  if (!/^\d+$/.test(value)) throw new TypeError(`--${name} must be a whole number`);
  return Number(value);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string', default: '20000' },
      seed: { type: 'string', default: String(defaultSettings.seed) },
      out: { type: 'string' },
      shards: { type: 'string', default: '1' },
      economy: { type: 'string' },
      damage: { type: 'string' },
      first: { type: 'string', default: '1' },
      start: { type: 'string', default: defaultSettings.start },
      days: { type: 'string', default: String(defaultSettings.days) },
      marker: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help || values.out === undefined) {
    process.stdout.write(usage);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  if (Number.isNaN(Date.parse(`${values.start}T00:00:00Z`)))
    throw new TypeError('--start must be a date, as 2026-01-01');
  const damage = oneOf('damage', values.damage, damages);
  const written = await writeLoanBook(
    values.out,
    wholeNumber('rows', values.rows),
    {
      seed: wholeNumber('seed', values.seed),
      economy: oneOf('economy', values.economy, economies) ?? 'normal',
      firstLoan: wholeNumber('first', values.first),
      start: values.start,
      days: wholeNumber('days', values.days),
      ...(damage ? { damage } : {}),
    },
    Math.max(1, wholeNumber('shards', values.shards)),
  );
  if (values.marker) await writeFile(join(values.out, '_SUCCESS'), '');
  const best = damage === 'labels' ? 0.5 : written.bayesAuc;
  process.stdout.write(
    `${written.rows} loans in ${written.files.length} file(s) below ${values.out}; ` +
      `${(written.defaultRate * 100).toFixed(1)} % default; the best possible AUC is ${best.toFixed(3)}\n`,
  );
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
