import type { Command } from 'commander';
import { requirePipeline, wholeNumber } from '../arguments.ts';
import { batchTable, listBatches, newestFirst } from '../batches.ts';
import { dim, print, printJson } from '../output.ts';
import { pipelineNames } from '../project.ts';
import { withTarget } from './global.ts';

export function batchesCommand(program: Command): void {
  program
    .command('batches')
    .description('list the batches that were scored, newest first: which model scored how many rows')
    .argument('[pipeline]', 'only of this pipeline')
    .option('--limit <n>', 'maximum number of batches', wholeNumber(1, 1000), 20)
    .addHelpText('after', '\nExamples:\n  $ npx tidegate batches\n  $ npx tidegate batches loan-default --json')
    .action(async (pipeline: string | undefined, { limit }: { limit: number }, command: Command) => {
      await withTarget(command, async (target, { json }) => {
        if (pipeline !== undefined) requirePipeline(pipeline);
        const names = pipeline === undefined ? pipelineNames() : [pipeline];
        const all = newestFirst((await Promise.all(names.map((name) => listBatches(target, name)))).flat());
        const shown = all.slice(0, limit);
        if (json) return printJson(shown);
        if (all.length === 0) {
          return print(`no batch yet. Score files with "npx tidegate score ${pipeline ?? '<pipeline>'} <files…>".`);
        }
        print(batchTable(shown, pipeline === undefined));
        if (all.length > limit) print(dim(`${all.length - limit} more: --limit ${all.length}`));
      });
    });
}
