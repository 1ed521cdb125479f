import { existsSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import type { Command } from 'commander';
import type { LabelGuess, LabelProposal } from '#domain/profiling/label';
import { type PipelineProposal, proposePipeline } from '#domain/profiling/pipeline';
import { formatCount } from '#domain/text/format-number';
import { counted } from '#domain/text/numbers';
import { parsePipeline } from '#schemas/load-pipeline';
import { exitCodes } from '../exit-codes.ts';
import { CliError, dim, green, note, print, printJson, yellow } from '../output.ts';
import { pipelineYaml } from '../profile/pipeline-yaml.ts';
import { type FileProfile, profileFile } from '../profile/profile-file.ts';
import { projectRoot } from '../project.ts';

interface NewOptions {
  readonly label?: string;
  readonly force?: boolean;
  readonly print?: boolean;
}

/** A label that nobody named: how sure the guess is. */
const withGuess = (label: LabelProposal, { because, sure }: LabelGuess): LabelProposal => ({
  ...label,
  because: `${because}; ${label.because}`,
  ...(sure
    ? {}
    : {
        doubt: ['is this what the model should predict? Name another column with --label', label.doubt]
          .filter((own) => own !== undefined)
          .join('. '),
      }),
});

/** The proposal for a file, and its text, which is a valid pipeline. @throws PipelineConfigError if it were not: a fault of Tidegate */
export function proposeFor(name: string, source: string, { file, label, roles, measured, guessed }: FileProfile) {
  const proposal = proposePipeline(
    name,
    file,
    guessed === undefined ? label : withGuess(label, guessed),
    roles,
    measured,
  );
  const text = pipelineYaml(proposal, basename(source));
  return { proposal, text };
}

/** What the author should look at. */
function doubtsOf(proposal: PipelineProposal): string[] {
  const { csv, label, time, columns, maxMalformedFraction } = proposal;
  return [
    ...[csv, label, time, maxMalformedFraction].flatMap((own) =>
      own?.doubt === undefined ? [] : [`${own.because ? `${own.because}. ` : ''}${own.doubt}`],
    ),
    ...columns.flatMap(({ name, doubt, because }) =>
      doubt === undefined ? [] : [`${name}: ${because ? `${because}. ` : ''}${doubt}`],
    ),
  ];
}

export function newCommand(program: Command): void {
  program
    .command('new')
    .description('write a pipeline for a file: types, personal data, label, split and gates, each with its reason')
    .argument('<pipeline>', 'name of the new pipeline')
    .argument('<file>', 'a file as a drop will have it: CSV, JSON lines or Parquet')
    .option('--label <column>', 'the column to predict (default: guessed from the names)')
    .option('--force', 'write over a pipeline of that name')
    .option('--print', 'print the pipeline and write nothing')
    .addHelpText(
      'after',
      `\nExamples:
  $ npx tidegate new churn customers.csv
  $ npx tidegate new churn customers.csv --label churned --print`,
    )
    .action(async (name: string, source: string, options: NewOptions, command: Command) => {
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
      const profile = await profileFile(source, {
        ...(options.label === undefined ? {} : { label: options.label }),
        now: new Date(),
        progress: (step) => note(`${step} …`),
      });
      const { proposal, text } = proposeFor(name, source, profile);
      parsePipeline(text, `pipelines/${name}.yml`);
      if (!options.print) writeFileSync(path, text);
      if (json) {
        return printJson({
          pipeline: name,
          ...(options.print ? {} : { file: relative(process.cwd(), path) }),
          yaml: text,
          check: doubtsOf(proposal),
        });
      }
      if (options.print) return print(text.trimEnd());
      const { file, label } = profile;
      print(
        `${green(`pipelines/${name}.yml`)}: ${counted(file.columns.length, 'column')}, ${formatCount(file.rows)} rows; predicts ${label.column} (${label.task})`,
      );
      const doubts = doubtsOf(proposal);
      if (doubts.length > 0) print(yellow('Look at these lines:'));
      for (const doubt of doubts) print(`  ${doubt}`);
      print(dim(`Next: npx tidegate up && npx tidegate drop ${name} ${source} --watch`));
    });
}
