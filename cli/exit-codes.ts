/** One way for a command to end: the code that a script sees, the name of the error in `--json`, and what it means. */
interface Exit {
  readonly code: number;
  readonly error: string;
  readonly means: string;
}

/** How commands end. The docs have this table too; a test compares them. 70 is EX_SOFTWARE of sysexits.h. */
const exits = {
  succeeded: { code: 0, error: 'None', means: 'the command did what it says' },
  failed: { code: 1, error: 'CommandError', means: 'the run, the deployment, the tests or the command failed' },
  usage: { code: 2, error: 'UsageError', means: 'the command line is wrong: an option, a name or a file' },
  refused: { code: 3, error: 'RefusedError', means: 'the run ended, and its gates refused the model' },
  skipped: {
    code: 4,
    error: 'SkippedError',
    means: 'nothing was trained or scored, or there are too few rows to check',
  },
  unavailable: { code: 5, error: 'UnavailableError', means: 'the cloud is not up, or cannot be reached' },
  invalid: { code: 6, error: 'InvalidFileError', means: 'a pipeline, a test, a fault file or rows do not validate' },
  drifted: { code: 7, error: 'DriftError', means: 'the drift check raised an alarm' },
  bug: { code: 70, error: 'InternalError', means: 'a bug in tidegate: please report it with its stack trace' },
} as const satisfies Record<string, Exit>;

export type ExitKind = keyof typeof exits;

/** The exit codes by name. */
export const exitCodes = Object.fromEntries(Object.entries(exits).map(([kind, { code }]) => [kind, code])) as {
  readonly [Kind in ExitKind]: (typeof exits)[Kind]['code'];
};
export type ExitCode = (typeof exits)[ExitKind]['code'];

/** Every code with its meaning, in order. */
export const exitTable: readonly Exit[] = Object.values(exits);

/** The name of an error in `--json`, by its exit code. */
export const errorName = (exitCode: number): string =>
  exitTable.find(({ code }) => code === exitCode)?.error ?? exits.failed.error;

/** Sets the exit code of this process. */
export function endWith(kind: ExitKind): void {
  process.exitCode = exitCodes[kind];
}
