import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface CommandResult {
  /** The exit code, -1 when the program could not be started or was killed. */
  readonly code: number;
  /** Its standard output and standard error, interleaved by line. */
  readonly output: string;
}

/** Runs a program to its end and collects what it prints. Never throws. */
export const run = (
  program: string,
  arguments_: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly onLine?: (line: string) => void } = {},
): Promise<CommandResult> =>
  new Promise((resolve) => {
    const child = spawn(program, arguments_, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
    });
    const lines: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        options.onLine?.(line);
      });
    }
    child.on('error', (error) => resolve({ code: -1, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? -1, output: lines.join('\n') }));
  });
