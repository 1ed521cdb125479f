import type { Command } from 'commander';
import { requirePipeline, wholeNumber } from '../arguments.ts';
import { endWith } from '../exit-codes.ts';
import { readModelVersions } from '../model-versions.ts';
import { print, printJson } from '../output.ts';
import { followRollBack, requestRollBack } from '../roll-back.ts';
import { withTarget } from './global.ts';

export function rollbackCommand(program: Command): void {
  program
    .command('rollback')
    .description('serve an earlier model again: it is deployed and tested; the present one stays if a test fails')
    .argument('<pipeline>', 'name of the pipeline')
    .argument('[version]', 'the version to serve (default: the one that served before)', wholeNumber(1, 1_000_000))
    .option('--reason <text>', 'why; kept in the history of decisions')
    .option('--now', 'move all traffic at once, without the waits and alarms of the roll-out; the tests still run')
    .addHelpText(
      'after',
      `\nExamples:
  $ npx tidegate models flight-delay
  $ npx tidegate rollback flight-delay --reason 'too many false alarms since Monday'
  $ npx tidegate rollback flight-delay --now
  $ npx tidegate rollback flight-delay 3 --stage prod`,
    )
    .action(
      async (
        pipeline: string,
        version: number | undefined,
        { reason, now = false }: { reason?: string; now?: boolean },
        command: Command,
      ) => {
        await withTarget(command, async (target, { json }) => {
          if ((await readModelVersions(target, pipeline, 1)).length === 0) requirePipeline(pipeline);
          const started = await requestRollBack(target, pipeline, { version, reason, now });
          if (!json) print(`going back to version ${started.version} of ${pipeline}${now ? ', all at once' : ''}`);
          const { ended, end } = await followRollBack(target, pipeline, started, json === true);
          if (json) printJson({ pipeline, version: started.version, ...ended, executionArn: started.executionArn });
          else print(end.text);
          if (!end.served) endWith('failed');
        });
      },
    );
}
