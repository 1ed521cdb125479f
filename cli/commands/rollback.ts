import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Command } from 'commander';
import * as z from 'zod';
import { requirePipeline, wholeNumber } from '../arguments.ts';
import { endWith } from '../exit-codes.ts';
import { readModelVersions } from '../model-versions.ts';
import { CliError, green, print, printJson } from '../output.ts';
import { callerArn } from '../target.ts';
import { describeEnd, watchExecution } from '../watch.ts';
import { withTarget } from './global.ts';

/** The output of the record-decision machine. */
const recordedSchema = z.union([
  z.object({ decision: z.literal('recorded'), version: z.number(), executionArn: z.string() }),
  z.object({ decision: z.literal('ignore'), reason: z.string() }),
]);

export function rollbackCommand(program: Command): void {
  program
    .command('rollback')
    .description('serve an earlier model again: it is deployed and tested; the present one stays if a test fails')
    .argument('<pipeline>', 'name of the pipeline')
    .argument('[version]', 'the version to serve (default: the one that served before)', wholeNumber(1, 1_000_000))
    .option('--reason <text>', 'why; kept in the history of decisions')
    .addHelpText(
      'after',
      `\nExamples:
  $ npx tidegate models flight-delay
  $ npx tidegate rollback flight-delay --reason 'too many false alarms since Monday'
  $ npx tidegate rollback flight-delay 3 --stage prod`,
    )
    .action(
      async (pipeline: string, version: number | undefined, { reason }: { reason?: string }, command: Command) => {
        await withTarget(command, async (target, { json }) => {
          const { sfn, outputs } = target;
          if ((await readModelVersions(target, pipeline, 1)).length === 0) requirePipeline(pipeline);
          const rollBack = { pipeline, version, by: await callerArn(target), reason };
          const { executionArn = '' } = await sfn.send(
            new StartExecutionCommand({
              stateMachineArn: outputs.RecordDecisionStateMachineArn,
              input: JSON.stringify({ rollBack }),
            }),
          );
          const recorded = await watchExecution(sfn, executionArn, { silent: true });
          if (recorded.status !== 'SUCCEEDED') throw new CliError(describeEnd(recorded));
          const answer = recordedSchema.parse(recorded.output);
          if (answer.decision === 'ignore') throw new CliError(`Nothing was rolled back: ${answer.reason}.`);
          if (!json) print(`going back to version ${answer.version} of ${pipeline}`);
          const ended = await watchExecution(sfn, answer.executionArn, { silent: json === true });
          const serves = ended.status === 'SUCCEEDED';
          if (json) printJson({ pipeline, version: answer.version, ...ended, executionArn: answer.executionArn });
          else if (serves) print(`${green('rolled back')}: version ${answer.version} of ${pipeline} serves`);
          else print(`the roll-back ${describeEnd(ended)}; what served before still serves`);
          if (!serves) endWith('failed');
        });
      },
    );
}
