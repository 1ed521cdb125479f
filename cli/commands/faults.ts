import type { Command } from 'commander';
import type { FaultStatus } from 'embedded-cloud/faults';
import { type CloudFile, readCloud } from '../cloud-file.ts';
import { exitCodes } from '../exit-codes.ts';
import { clearFaults, readFaultFile, readFaults, setFaults } from '../faults.ts';
import { CliError, dim, print, printJson, table, yellow } from '../output.ts';
import { localOptions } from './global.ts';

/** Prints the targets of rules that do not exist. */
export function printNotes(faults: FaultStatus | undefined): void {
  for (const { rule, note } of faults?.rules ?? []) {
    if (note !== undefined) print(`${yellow('note')} ${rule}: ${note}`);
  }
}

/** Prints the active rules, how often each matched, and how often its fault was injected. */
export function printFaults(faults: FaultStatus | undefined): void {
  if (!faults) {
    print('No faults are active. Set some with "npx tidegate faults --set <file>".');
    return;
  }
  print(
    table(
      ['RULE', 'FAULT', 'WHERE', 'WHEN', 'TRIED', 'FIRED', 'LAST'],
      faults.rules.map(({ rule, fault, where, when, tried, fired, lastFired }) => [
        rule,
        fault,
        where,
        when,
        String(tried),
        fired > 0 ? yellow(String(fired)) : '0',
        lastFired?.slice(11, 19) ?? '-',
      ]),
    ),
  );
  printNotes(faults);
  print(dim(`Since ${faults.since.slice(0, 19).replace('T', ' ')}, seed ${faults.seed}. Times are UTC.`));
}

async function apply(cloud: CloudFile, { set, clear }: FaultsOptions): Promise<FaultStatus | undefined> {
  if (set !== undefined) return setFaults(cloud, await readFaultFile(set));
  return clear === true ? clearFaults(cloud) : readFaults(cloud);
}

interface FaultsOptions {
  readonly set?: string;
  readonly clear?: boolean;
}

export function faultsCommand(program: Command): void {
  program
    .command('faults')
    .description('show the fault rules of the embedded cloud and how often each was injected')
    .option('--set <file>', 'activate the rules of a fault file, replacing the current ones')
    .option('--clear', 'remove all fault rules')
    .addHelpText(
      'after',
      `\nExamples:
  $ npx tidegate up --faults examples/faults/flaky.yml   from the start
  $ npx tidegate faults                                  what was tried, what fired
  $ npx tidegate faults --set examples/faults/lambda.yml
  $ npx tidegate faults --clear`,
    )
    .action(async (options: FaultsOptions, command: Command) => {
      const { json } = localOptions(command);
      if (options.set !== undefined && options.clear)
        throw new CliError('Use either --set or --clear.', exitCodes.usage);
      const cloud = await readCloud();
      if (!cloud) {
        throw new CliError(
          'Faults are injected only in the embedded cloud; start it with "npx tidegate up --faults <file>". On AWS, use AWS Fault Injection Service.',
          exitCodes.unavailable,
        );
      }
      const faults = await apply(cloud, options);
      if (json) printJson(faults ?? null);
      else if (options.clear) print('All fault rules are removed.');
      else printFaults(faults);
    });
}
