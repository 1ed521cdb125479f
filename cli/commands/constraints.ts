import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { constrainedData } from '#domain/constraints/subjects';
import { type SuggestedConstraint, suggestConstraints } from '#domain/constraints/suggest';
import { artifactKeys, type RunPointer } from '#domain/runs/layout';
import { counted } from '#domain/text/numbers';
import { lastGoodKey } from '#functions/claims/last-good';
import { parsePipeline } from '#schemas/load-pipeline';
import type { Pipeline } from '#schemas/pipeline';
import { factsSchema } from '#schemas/records/facts';
import { dropRecordSchema } from '#schemas/records/run';
import { requirePipeline } from '../arguments.ts';
import { addConstraints, constraintsSection, newSuggestions } from '../constraints-file.ts';
import { exitCodes } from '../exit-codes.ts';
import { CliError, dim, print, printJson } from '../output.ts';
import { projectRoot, readProjectPipeline } from '../project.ts';
import { readRecord } from '../read-record.ts';
import { findRun, getState } from '../runs.ts';
import type { Target } from '../target.ts';
import { withTarget } from './global.ts';

/** The run whose drop the constraints come from. @throws CliError when there is none */
export async function chooseRun(target: Target, pipeline: string, wanted: string | undefined): Promise<RunPointer> {
  if (wanted !== undefined) {
    const run = await findRun(target, wanted);
    if (run.pipeline === pipeline) return run;
    throw new CliError(`Run ${run.runId} is one of pipeline ${run.pipeline}, not of ${pipeline}.`, exitCodes.usage);
  }
  const good = (await getState(target, pipeline, lastGoodKey))?.['runId'];
  if (typeof good === 'string') return { pipeline, runId: good };
  throw new CliError(
    `No run of ${pipeline} has registered a model yet, so no drop of it is known to be good. Name a run all the same with --run <id>.`,
  );
}

/** Suggests constraints from the facts of a run's drop. @throws CliError when the run has none */
export async function suggestFrom(target: Target, run: RunPointer, pipeline: Pipeline): Promise<SuggestedConstraint[]> {
  const keys = artifactKeys(run);
  const facts = await readRecord(target, keys.facts, factsSchema);
  const drop = await readRecord(target, keys.drop, dropRecordSchema);
  if (facts && drop) {
    return suggestConstraints({ ...constrainedData(pipeline), facts, startedAt: Date.parse(drop.startedAt) });
  }
  throw new CliError(
    `Run ${run.runId} has no facts of its drop: it did not read it to the end, or its data was deleted. Choose another with --run <id>.`,
  );
}

/** Adds the constraints to the pipeline's file. @throws PipelineConfigError when the result would not be valid; nothing is written then */
function writeConstraints(name: string, suggested: readonly SuggestedConstraint[]): string {
  const file = `pipelines/${name}.yml`;
  const path = join(projectRoot, file);
  const text = addConstraints(readFileSync(path, 'utf8'), suggested);
  parsePipeline(text, file);
  writeFileSync(path, text);
  return file;
}

interface SuggestOptions {
  readonly run?: string;
  readonly write?: boolean;
}

export function constraintsCommand(program: Command): void {
  const constraints = program.command('constraints').description('what the drops of a pipeline must be like');
  constraints
    .command('suggest')
    .description('write constraints from the last good drop, as YAML for the pipeline file')
    .argument('<pipeline>', 'name of the pipeline')
    .option('--run <id>', 'from the drop of this run (default: of the last run that registered a model)')
    .option('--write', 'add to pipelines/<name>.yml those that it does not have yet')
    .addHelpText(
      'after',
      `\nExamples:
  $ npx tidegate constraints suggest loan-default
  $ npx tidegate constraints suggest loan-default --write`,
    )
    .action(async (name: string, options: SuggestOptions, command: Command) => {
      await withTarget(command, async (target, { json }) => {
        requirePipeline(name);
        const pipeline = readProjectPipeline(name, target.stage);
        const run = await chooseRun(target, name, options.run);
        const suggested = await suggestFrom(target, run, pipeline);
        const added = newSuggestions(suggested, pipeline.constraints);
        const written = options.write === true && added.length > 0 ? writeConstraints(name, added) : undefined;
        if (json) {
          return printJson({
            pipeline: name,
            runId: run.runId,
            constraints: suggested.map(({ constraint, because }) => ({ ...constraint, because })),
            ...(options.write ? { added: added.length } : {}),
          });
        }
        if (!options.write) {
          print(dim(`# from the drop of run ${run.runId}`));
          return print(constraintsSection(suggested).trimEnd());
        }
        print(
          written === undefined
            ? `pipelines/${name}.yml has all of them already.`
            : `${written}: ${counted(added.length, 'constraint')} added. They apply from the next drop on, after "npx tidegate up".`,
        );
      });
    });
}
