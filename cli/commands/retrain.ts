import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Command } from 'commander';
import { dropName, isHiddenDrop } from '#domain/runs/drop-name';
import { hasDrop } from '../drop-folder.ts';
import { endWith, exitCodes } from '../exit-codes.ts';
import { followRun, waitForDecision } from '../follow-run.ts';
import { CliError, green, print, printJson, yellow } from '../output.ts';
import { printFollowed, reportRunEnd } from '../run-end.ts';
import { requireRunning, warnOfEdits } from '../running-pipelines.ts';
import type { Target } from '../target.ts';
import { withTarget } from './global.ts';

interface RetrainOptions {
  readonly force?: boolean;
  readonly drop?: string;
  readonly watch?: boolean;
}

/**
 * The name of a drop that was named as a folder, with or without its pipeline, or as "npx tidegate runs" shows it. The name hides a
 * folder that may be personal from the execution's input.
 *
 * @throws CliError when nothing lies there
 */
async function findDrop(target: Target, pipeline: string, named: string): Promise<string> {
  const below = `${pipeline}/`;
  const prefix = `${named.startsWith(below) ? '' : below}${named}${named.endsWith('/') ? '' : '/'}`;
  if (isHiddenDrop(prefix) || (await hasDrop(target, prefix))) return dropName(pipeline, prefix);
  throw new CliError(
    `There are no files below s3://${target.outputs.RawBucketName}/${prefix}. "npx tidegate runs ${pipeline}" lists the drops of earlier runs.`,
    exitCodes.usage,
  );
}

/** Says whether a run was admitted, waits, or was skipped, and ends the command accordingly. */
async function reportDecision(target: Target, pipeline: string, executionArn: string, json: boolean): Promise<void> {
  const decided = await waitForDecision(target, pipeline, executionArn);
  if ('admitted' in decided) {
    const { admitted: runId } = decided;
    if (json) return printJson({ pipeline, executionArn, decision: 'admitted', runId });
    return print(`${green('admitted')} as run ${runId}. Follow it with "npx tidegate run ${runId}".`);
  }
  const { skipped } = decided;
  if (skipped === undefined) return json ? printFollowed({ pipeline }, decided) : reportRunEnd(target, decided);
  const queued = skipped.cause === 'queued';
  if (!queued) endWith('skipped');
  if (json) return printJson({ executionArn, decision: queued ? 'queued' : 'skipped', ...skipped });
  if (queued) return print(`${yellow('queued')}: ${skipped.reason}.`);
  return reportRunEnd(target, decided);
}

export function retrainCommand(program: Command): void {
  program
    .command('retrain')
    .description('train a pipeline on a drop that is there already')
    .argument('<pipeline>', 'name of the pipeline')
    .option('--drop <folder>', 'folder of the drop (default: the newest drop)')
    .option('--force', 'train even if the same data was trained before with the same settings, and over a budget')
    .option('--watch', 'follow the run until it ends')
    .addHelpText(
      'after',
      `\nExamples:
  $ npx tidegate retrain loan-default --watch
  $ npx tidegate retrain loan-default --drop 2026-01-31 --force --stage prod`,
    )
    .action(async (pipeline: string, options: RetrainOptions, command: Command) => {
      await withTarget(command, async (target, { json = false }) => {
        requireRunning(target, pipeline);
        warnOfEdits(target, pipeline);
        const drop = options.drop === undefined ? undefined : await findDrop(target, pipeline, options.drop);
        const since = Date.now();
        const { executionArn = '' } = await target.sfn.send(
          new StartExecutionCommand({
            stateMachineArn: target.outputs.RetrainStateMachineArn,
            input: JSON.stringify({ pipeline, drop, reason: 'manual', force: options.force === true }),
          }),
        );
        if (!options.watch) return reportDecision(target, pipeline, executionArn, json);
        const followed = await followRun(target, pipeline, executionArn, { since, silent: json });
        return json ? printFollowed({ pipeline }, followed) : reportRunEnd(target, followed);
      });
    });
}
