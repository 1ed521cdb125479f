import { statSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { TidegateError } from '#domain/errors';
import { requirePipeline } from '../arguments.ts';
import { backtestLines } from '../backtest/describe.ts';
import { exitCodes } from '../exit-codes.ts';
import { CliError, dim, print, printJson } from '../output.ts';
import { withTarget } from './global.ts';

interface BacktestFlags {
  readonly window?: string;
  readonly run?: string;
  readonly set: readonly string[];
  readonly scores: boolean;
}

const lengthOf = (text: string): string => {
  if (/^[1-9]\d{0,3}[hd]$/.test(text)) return text;
  throw new InvalidArgumentError('It must be hours or days, as 24h or 7d.');
};

/** @throws CliError for a file that does not exist */
function checkFiles(files: readonly string[]): void {
  for (const file of files) {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined) throw new CliError(`${file} does not exist.`, exitCodes.usage);
    if (!found.isFile()) throw new CliError(`${file} is not a file.`, exitCodes.usage);
  }
}

/** Columns of a window in JSON, at most, those that moved most first. */
const mostColumns = 20;

export function backtestCommand(drift: Command): void {
  drift
    .command('backtest')
    .description('replay files of earlier rows: which windows would have alarmed, and when')
    .argument('<pipeline>')
    .argument('<files...>', 'rows as a drop has them, with or without labels')
    .option(
      '--window <length>',
      'cut the rows by dataset.time, as 24h or 7d (default: each file is a window)',
      lengthOf,
    )
    .option('--run <id>', 'compare with this run (default: with the model in service)')
    .option(
      '--set <setting=value>',
      'a setting of the drift section in the place of that in pipelines/<name>.yml; may be repeated',
      (text: string, others: readonly string[]) => [...others, text],
      [],
    )
    .option('--no-scores', 'compare columns alone: do not run the model for its scores')
    .addHelpText(
      'after',
      `\nExamples:
  $ npx tidegate drift backtest loan-default january.csv february.csv
  $ npx tidegate drift backtest loan-default year.csv --window 7d --set psi=0.3 --set performance.maxDrop=0.1`,
    )
    .action(async (pipeline: string, files: string[], flags: BacktestFlags, command: Command) => {
      await withTarget(command, async (target, { json }) => {
        requirePipeline(pipeline);
        checkFiles(files);
        // the engine and the container's program are needed by this command alone
        const [{ backtest }, { readSubject }, { serveModel }] = await Promise.all([
          import('../backtest/backtest.ts'),
          import('../backtest/subject.ts'),
          import('../backtest/local-model.ts'),
        ]);
        try {
          const subject = await readSubject(target, pipeline, { run: flags.run, overrides: flags.set });
          const onProgress = (message: string) => print(dim(message));
          const serve = async (directory: string) =>
            flags.scores
              ? serveModel(target, subject.packageArn, subject.format, { directory, onProgress })
              : { unscored: '--no-scores was given' };
          const found = await backtest(subject, { files, window: flags.window, serve });
          if (json) {
            const windows = found.windows.map((own) => ({ ...own, columns: own.columns.slice(0, mostColumns) }));
            const { runId } = subject.run;
            return printJson({ pipeline, runId, settings: subject.drift, ...found, windows });
          }
          print(`Compared with run ${subject.run.runId}, by the drift section of pipelines/${pipeline}.yml.`);
          for (const line of backtestLines(found, subject)) print(line);
        } catch (error) {
          if (!(error instanceof TidegateError)) throw error;
          throw new CliError(error.message, error.name === 'ConfigurationError' ? exitCodes.usage : exitCodes.invalid);
        }
      });
    });
}
