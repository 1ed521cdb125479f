import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { wholeNumber } from '../arguments.ts';
import { bringDown, bringUp } from '../embedded-cloud.ts';
import { exitCodes } from '../exit-codes.ts';
import { readFaultFile, readFaults, setFaults } from '../faults.ts';
import { bold, CliError, dim, green, print, printJson, yellow } from '../output.ts';
import { stateDirectory } from '../project.ts';
import { readCloud } from '../target.ts';
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

export function cloudCommands(program: Command): void {
  program
    .command('up')
    .description('start the embedded cloud in the background')
    .option('--port <n>', 'port of the one endpoint (default: a free one)', wholeNumber(1, 65_535))
    .option('--faults <file>', 'inject the faults of this file; a running cloud uses them from now on')
    .addHelpText('after', '\nExample:\n  $ npx tidegate up --faults examples/faults/flaky.yml')
    .action(async ({ port, faults: file }: { port?: number; faults?: string }, command: Command) => {
      const { json } = localOptions(command);
      const faults = file === undefined ? undefined : await readFaultFile(file);
      const running = await readCloud();
      if (running && faults) await setFaults(running, faults);
      const cloud =
        running ??
        (await bringUp({
          quiet: json === true,
          ...(port === undefined ? {} : { port }),
          ...(faults && { faultFile: faults.path }),
        }));
      if (json)
        return printJson({
          endpoint: cloud.endpoint,
          region: cloud.region,
          pid: cloud.process.pid,
          outputs: cloud.outputs,
        });
      print(
        `${green('up')} at ${bold(cloud.endpoint)} ${dim(`(pid ${cloud.process.pid}, state in ${stateDirectory()})`)}`,
      );
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
      if (!cloud) {
        throw new CliError('The embedded cloud is not up. Start it with "npx tidegate up".', exitCodes.unavailable);
      }
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
