import type { Command } from 'commander';
import { exitCodes } from '../exit-codes.ts';
import { CliError } from '../output.ts';
import { closeTarget, localStage, openTarget, type Target, type TargetOptions } from '../target.ts';

export interface GlobalOptions extends TargetOptions {
  readonly json?: boolean;
}

/** The options that every command shares, at any position on the command line. */
export const globalOptions = (command: Command): GlobalOptions => command.optsWithGlobals<GlobalOptions>();

/**
 * The shared options of a command that works only on the embedded cloud.
 * @throws CliError when a stage on AWS is named: the command would change the embedded cloud instead
 */
export function localOptions(command: Command): GlobalOptions {
  const options = globalOptions(command);
  if (options.stage !== undefined && options.stage !== localStage) {
    throw new CliError(
      `"tidegate ${command.name()}" works only on the embedded cloud, and --stage ${options.stage} is on AWS. Leave --stage out.`,
      exitCodes.usage,
    );
  }
  return options;
}

/** Opens the command's target and closes it afterwards. */
export async function withTarget<T>(
  command: Command,
  use: (target: Target, options: GlobalOptions) => Promise<T>,
): Promise<T> {
  const options = globalOptions(command);
  const target = await openTarget(options);
  try {
    return await use(target, options);
  } finally {
    closeTarget(target);
  }
}
