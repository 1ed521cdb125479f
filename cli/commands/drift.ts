import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Command } from 'commander';
import { driftCheckSchema } from '#schemas/records/drift-check';
import { requirePipeline } from '../arguments.ts';
import { CliError, green, print, printJson, table, yellow } from '../output.ts';
import { describeEnd, watchExecution } from '../watch.ts';
import { withTarget } from './global.ts';

export function driftCommand(program: Command): void {
  program
    .command('drift')
    .description('check a pipeline for drift now, as its schedule does')
    .argument('<pipeline>')
    .action(async (pipeline: string, _options: object, command: Command) => {
      await withTarget(command, async (target, { json }) => {
        requirePipeline(pipeline);
        const { executionArn = '' } = await target.sfn.send(
          new StartExecutionCommand({
            stateMachineArn: target.outputs.CheckDriftStateMachineArn,
            input: JSON.stringify({ pipeline }),
          }),
        );
        const ended = await watchExecution(target.sfn, executionArn, { silent: true });
        if (ended.status !== 'SUCCEEDED') throw new CliError(`The check ${describeEnd(ended)}`);
        const check = driftCheckSchema.parse(ended.output);
        if (json) return printJson(check);
        const { window } = check;
        print(`${window.rows} rows from ${window.from} to ${window.to} against run ${check.runId}`);
        if (check.tooSmall) return print('Too few rows to judge: see drift.minRows.');
        print(
          table(
            ['COLUMN', 'PSI', 'LIMIT', 'KS', 'LIMIT', ''],
            [...check.columns, ...(check.score ? [check.score] : [])].map((c) => [
              c.column,
              c.psi.toFixed(3),
              c.psiThreshold.toFixed(3),
              c.ks?.toFixed(3) ?? '',
              c.ksThreshold?.toFixed(3) ?? '',
              c.drifted ? yellow('drifted') : '',
            ]),
          ),
        );
        print(check.drifted ? yellow(`drift found; action: ${check.action}`) : green('no drift'));
      });
    });
}
