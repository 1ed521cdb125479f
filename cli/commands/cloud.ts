import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { wholeNumber } from '../arguments.ts';
import { readCloud } from '../cloud-file.ts';
import { bringDown, bringUp, type StackChanges } from '../embedded-cloud.ts';
import { notUp } from '../explain-error.ts';
import { readFaultFile, readFaults, setFaults } from '../faults.ts';
import { bold, dim, green, print, printJson, yellow } from '../output.ts';
import { stateDirectory } from '../project.ts';
import { printNotes } from './faults.ts';
import { localOptions } from './global.ts';

/** Shell lines that point any AWS tool at the embedded cloud. */
export const environmentLines = (cloud: {
  endpoint: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
}): string[] =>
  Object.entries({
    AWS_ENDPOINT_URL: cloud.endpoint,
    AWS_REGION: cloud.region,
    AWS_DEFAULT_REGION: cloud.region,
    AWS_ACCESS_KEY_ID: cloud.accessKeyId,
    AWS_SECRET_ACCESS_KEY: cloud.secretAccessKey,
  })
    .map(([name, value]) => `export ${name}='${value}'`)
    .concat('unset AWS_SESSION_TOKEN AWS_PROFILE');

/** What an update touched, in a line. */
export function describeUpdate({ created, changed, removed }: StackChanges): string {
  const parts = [
    [created, 'new'],
    [changed, 'changed'],
    [removed, 'removed'],
  ] as const;
  const told = parts.flatMap(([ids, what]) => (ids.length === 0 ? [] : `${ids.length} ${what} (${listed(ids)})`));
  return told.length === 0
    ? 'It runs what is on disk.'
    : `Updated: ${told.join(', ')}. Runs in progress go on as they began.`;
}

const listed = (ids: readonly string[]): string =>
  ids.length > 4 ? `${ids.slice(0, 3).join(', ')} and ${ids.length - 3} more` : ids.join(', ');

export function cloudCommands(program: Command): void {
  program
    .command('up')
    .description('start the embedded cloud in the background, or update the one that runs to what is on disk')
    .option('--port <n>', 'port of the one endpoint (default: a free one)', wholeNumber(1, 65_535))
    .option('--faults <file>', 'inject the faults of this file; a running cloud uses them from now on')
    .addHelpText('after', '\nExample:\n  $ npx tidegate up --faults examples/faults/flaky.yml')
    .action(async ({ port, faults: file }: { port?: number; faults?: string }, command: Command) => {
      const { json } = localOptions(command);
      const faults = file === undefined ? undefined : await readFaultFile(file);
      const { cloud, update } = await bringUp({
        quiet: json === true,
        ...(port === undefined ? {} : { port }),
        ...(faults && { faultFile: faults.path }),
      });
      if (update && faults) await setFaults(cloud, faults);
      if (json)
        return printJson({
          endpoint: cloud.endpoint,
          region: cloud.region,
          pid: cloud.process.pid,
          outputs: cloud.outputs,
          ...(update && { update }),
        });
      print(
        `${green('up')} at ${bold(cloud.endpoint)} ${dim(`(pid ${cloud.process.pid}, state in ${stateDirectory()})`)}`,
      );
      if (update) print(`  ${describeUpdate(update)}`);
      print(`  Slack   ${cloud.endpoint}/_slack/`);
      print(`  drop    npx tidegate drop loan-default <files…> --watch`);
      if (faults) print(`  faults  ${yellow('active')}: npx tidegate faults`);
      if (faults) printNotes(await readFaults(cloud));
      print(`  AWS CLI eval "$(npx tidegate env)" && aws s3 ls`);
    });

  program
    .command('down')
    .description('stop the embedded cloud; its state stays')
    .option('--delete', 'delete its state too: buckets, models, endpoints, history')
    .action(async (options: { delete?: boolean }, command: Command) => {
      const { json } = localOptions(command);
      const was = await bringDown();
      if (options.delete) {
        // the Python environment took a minute to create and has no user data
        for (const name of existsSync(stateDirectory()) ? readdirSync(stateDirectory()) : []) {
          if (name !== 'python') rmSync(join(stateDirectory(), name), { recursive: true, force: true });
        }
      }
      if (json) return printJson({ down: was, deleted: options.delete === true });
      print(`${was ? 'down' : 'It was not up.'}${options.delete ? ' Its state is deleted.' : ''}`);
    });

  program
    .command('env')
    .description('print shell exports that point AWS tools at the embedded cloud, as its administrator')
    .addHelpText('after', '\nExample:\n  $ eval "$(npx tidegate env)" && aws s3 ls')
    .action(async (_options: object, command: Command) => {
      const { json } = localOptions(command);
      const cloud = await readCloud();
      if (!cloud) throw notUp();
      if (json) {
        return printJson({
          endpoint: cloud.endpoint,
          region: cloud.region,
          accessKeyId: cloud.accessKeyId,
          secretAccessKey: cloud.secretAccessKey,
        });
      }
      for (const line of environmentLines(cloud)) print(line);
    });
}
