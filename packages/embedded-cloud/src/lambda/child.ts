import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const BOOTSTRAP = fileURLToPath(new URL('bootstrap.mjs', import.meta.url));

/** What the process of a function is started with. */
export interface ChildSettings {
  readonly functionName: string;
  readonly handler: string;
  readonly folder: string;
  readonly memoryMb: number;
  /** Where compiled code is kept from one process to the next: a quarter of what a process takes to load. */
  readonly compiled: string;
  readonly logGroup: string;
  /** Region, credentials, endpoint and the variables of the template. */
  readonly environment: Readonly<Record<string, string>>;
  /** A fault: the process ends before it has loaded its handler. */
  readonly failInit?: boolean;
}

/** What a process is given of this machine: enough to start, nothing of the user's own settings. */
function machineEnvironment(temporary: string): Record<string, string> {
  const { PATH = '', SystemRoot } = process.env;
  return {
    PATH,
    TZ: 'UTC',
    LANG: 'en_US.UTF-8',
    HOME: temporary,
    TMPDIR: temporary,
    TEMP: temporary,
    TMP: temporary,
    ...(SystemRoot && { SystemRoot }),
  };
}

/**
 * Starts the runtime of a function in a process of its own.
 *
 * @param temporary the folder of its temporary files
 * @param stream name of its log stream
 */
export function spawnChild(settings: ChildSettings, temporary: string, stream: string): ChildProcess {
  return spawn(
    process.execPath,
    [
      `--max-old-space-size=${settings.memoryMb}`,
      '--enable-source-maps',
      BOOTSTRAP,
      `--compiled=${settings.compiled}`,
      ...(settings.failInit === true ? ['--fail-init'] : []),
    ],
    {
      cwd: settings.folder,
      // A group of its own: Ctrl-C in the terminal is for the host, which then ends its functions in order.
      detached: process.platform !== 'win32',
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        ...machineEnvironment(temporary),
        ...settings.environment,
        AWS_LAMBDA_FUNCTION_NAME: settings.functionName,
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memoryMb),
        AWS_LAMBDA_LOG_GROUP_NAME: settings.logGroup,
        AWS_LAMBDA_LOG_STREAM_NAME: stream,
        AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
        AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${process.versions.node.split('.')[0]}.x`,
        LAMBDA_TASK_ROOT: settings.folder,
        _HANDLER: settings.handler,
      },
    },
  );
}

/** Ends whatever the function has started and left running. */
export function killGroup({ pid }: ChildProcess): void {
  if (process.platform === 'win32' || pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has no process any more.
  }
}
