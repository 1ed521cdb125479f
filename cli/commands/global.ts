import type { Command } from 'commander';
import { openTarget, type Target, type TargetOptions } from '../target.ts';

export interface GlobalOptions extends TargetOptions {
  readonly json?: boolean;
}

/** The options every command shares, wherever they stand on the line. */
export const globalOptions = (command: Command): GlobalOptions => command.optsWithGlobals<GlobalOptions>();

/** Opens what the command talks to and closes it after. */
export async function withTarget<T>(
  command: Command,
  use: (target: Target, options: GlobalOptions) => Promise<T>,
): Promise<T> {
  const options = globalOptions(command);
  const target = await openTarget(options);
  try {
    return await use(target, options);
  } finally {
    for (const client of [target.s3, target.sfn, target.lambda, target.sageMaker, target.db]) client.destroy();
  }
}
