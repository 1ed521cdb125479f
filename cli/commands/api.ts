import type { Command } from 'commander';
import { requirePipeline } from '../arguments.ts';
import { openApiOf } from '../openapi.ts';
import { printJson } from '../output.ts';
import { readProjectPipeline } from '../project.ts';
import { closeTarget, localStage, openTarget, type TargetOptions } from '../target.ts';
import { globalOptions } from './global.ts';

/** The address of the API; undefined where nothing is up. */
async function findUrl(options: TargetOptions): Promise<string | undefined> {
  const target = await openTarget(options).catch((error: unknown) => {
    if (options.stage !== undefined) throw error;
    return undefined;
  });
  if (target) closeTarget(target);
  return target?.outputs.PredictionApiUrl;
}

export function apiCommand(program: Command): void {
  program
    .command('api')
    .description("print the OpenAPI description of a pipeline's prediction API")
    .argument('<pipeline>')
    .addHelpText(
      'after',
      `\nExamples:
  $ npx tidegate api loan-default > loan-default.openapi.json`,
    )
    .action(async (name: string, _: object, command: Command) => {
      const options = globalOptions(command);
      requirePipeline(name);
      printJson(openApiOf(readProjectPipeline(name, options.stage ?? localStage), await findUrl(options)));
    });
}
