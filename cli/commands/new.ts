import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Command } from 'commander';
import { formatCount } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import { parsePipeline } from '#schemas/load-pipeline';
import { exitCodes } from '../exit-codes.ts';
import { CliError, dim, green, note, print, printJson, yellow } from '../output.ts';
import { nameOfFiles } from '../profile/open-files.ts';
import { profileFile } from '../profile/profile-file.ts';
import { doubtsOf, proposeFor, writeProfilePage } from '../profile/propose.ts';
import { projectRoot } from '../project.ts';

interface NewOptions {
  readonly label?: string;
  readonly force?: boolean;
  readonly print?: boolean;
}

/** The files as the command that drops them names them: it takes no folder. */
const droppedAs = (sources: readonly string[]): string =>
  sources.map((path) => (statSync(path).isDirectory() ? join(path, '*') : path)).join(' ');

export function newCommand(program: Command): void {
  program
    .command('new')
    .description('write a pipeline for a file: types, personal data, label, split and gates, each with its reason')
    .argument('<pipeline>', 'name of the new pipeline')
    .argument('<files...>', 'files of one table as a drop will have them, or their folder: CSV, JSON lines or Parquet')
    .option('--label <column>', 'the column to predict (default: guessed from the names)')
    .option('--force', 'write over a pipeline of that name')
    .option('--print', 'print the pipeline and write nothing')
    .addHelpText(
      'after',
      `\nExamples:
  $ npx tidegate new churn customers.csv
  $ npx tidegate new churn customers.csv --label churned --print
  $ npx tidegate new churn 2026-01/`,
    )
    .action(async (name: string, sources: string[], options: NewOptions, command: Command) => {
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      const path = join(projectRoot, 'pipelines', `${name}.yml`);
      if (!/^[a-z][a-z0-9-]{1,20}[a-z0-9]$/.test(name)) {
        throw new CliError(
          `"${name}" cannot be the name of a pipeline: 3 to 22 lower-case letters, digits and hyphens, a letter first.`,
          exitCodes.usage,
        );
      }
      if (!options.print && !options.force && existsSync(path)) {
        throw new CliError(
          `pipelines/${name}.yml is there already. Choose another name, or write over it with --force.`,
          exitCodes.usage,
        );
      }
      const source = nameOfFiles(sources);
      const profile = await profileFile(sources, {
        ...(options.label === undefined ? {} : { label: options.label }),
        now: new Date(),
        progress: (step) => note(`${step} …`),
      });
      const { proposal, text } = proposeFor(name, source, profile);
      parsePipeline(text, `pipelines/${name}.yml`);
      const check = doubtsOf(proposal);
      if (options.print) return json ? printJson({ pipeline: name, yaml: text, check }) : print(text.trimEnd());
      writeFileSync(path, text);
      const report = writeProfilePage(name, source, profile, proposal);
      if (json) return printJson({ pipeline: name, file: relative(process.cwd(), path), report, yaml: text, check });
      const { file, label } = profile;
      print(
        `${green(`pipelines/${name}.yml`)}: ${counted(file.columns.length, 'column')}, ${formatCount(file.rows)} rows; predicts ${label.column} (${label.task})`,
      );
      if (check.length > 0) print(yellow('Look at these lines:'));
      for (const doubt of check) print(`  ${doubt}`);
      print(dim(`Data report: ${report}`));
      print(dim(`Next: npx tidegate up && npx tidegate drop ${name} ${droppedAs(sources)} --watch`));
    });
}
