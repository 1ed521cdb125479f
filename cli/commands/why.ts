import type { Command } from 'commander';
import { pipelineOfEndpoint } from '#domain/naming';
import { type Explanation, explanationSchema } from '#schemas/why';
import { requirePipeline, wholeNumber } from '../arguments.ts';
import { listPackages } from '../model-versions.ts';
import { print, printJson } from '../output.ts';
import { pipelineNames } from '../project.ts';
import type { Target } from '../target.ts';
import { explain } from '../why/explain.ts';
import { findVersion, readPipelineRecords, readVersionRecords } from '../why/records.ts';
import { renderExplanation } from '../why/render.ts';
import { withTarget } from './global.ts';

/** The pipeline of a name: its own, or its endpoint's. It may have no file any more. */
const pipelineOf = ({ stage }: Target, name: string): string =>
  pipelineNames().includes(name) ? name : pipelineOfEndpoint(stage, name) || name;

/**
 * Explains what the endpoint of a pipeline serves, or a version of the pipeline.
 *
 * @param name the pipeline or its endpoint
 * @throws CliError when there is no such pipeline or version
 */
export async function explainEndpoint(target: Target, name: string, version?: number): Promise<Explanation> {
  const pipeline = pipelineOf(target, name);
  const records = await readPipelineRecords(target, pipeline);
  if (!records.endpoint && (await listPackages(target, pipeline, 1)).length === 0) requirePipeline(pipeline);
  const arn = await findVersion(target, records, version);
  const ofVersion = arn === undefined ? undefined : await readVersionRecords(target, pipeline, arn);
  return explanationSchema.parse(explain(target, records, ofVersion));
}

export function whyCommand(program: Command): void {
  program
    .command('why')
    .description('explain what serves now: data, commit, configuration, training, gates, approval, roll-out, tests')
    .argument('<endpoint>', 'a pipeline, or the name of its endpoint')
    .option('--version <n>', 'explain this version instead of the one in service', wholeNumber(1, 1_000_000))
    .addHelpText(
      'after',
      `\nExamples:
  $ npx tidegate why loan-default
  $ npx tidegate why tidegate-prod-loan-default --stage prod
  $ npx tidegate why loan-default --version 3 --json`,
    )
    .action(async (name: string, { version }: { version?: number }, command: Command) => {
      await withTarget(command, async (target, { json }) => {
        const explanation = await explainEndpoint(target, name, version);
        if (json) printJson(explanation);
        else print(renderExplanation(explanation));
      });
    });
}
