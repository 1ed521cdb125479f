import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What identifies a process. A process id alone does not: the system reuses it once the process has ended. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, as the system writes it; undefined where the system does not say. */
  readonly startedAt?: string | undefined;
  /** Which start of the machine (or container) its times count from. */
  readonly bootId?: string | undefined;
}

/** Whether any process has this id. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM';
  }
}

const firstLine = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8').split('\n', 1)[0];
  } catch {
    return undefined;
  }
};

/** Start of a process by /proc/<pid>/stat, field 22 in clock ticks since the boot (proc_pid_stat(5)); a zombie has ended. */
function startByProc(pid: number): string | undefined {
  const stat = firstLine(`/proc/${pid}/stat`);
  // the name is in parentheses and may contain any text
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields?.[0] === 'Z' ? undefined : fields?.[19];
}

/** Start of a process to the second, by ps. */
function startByPs(pid: number): string | undefined {
  const { stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  return stdout?.trim() || undefined;
}

/**
 * Looks at the process with an id.
 * @returns undefined when there is none
 */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return undefined;
  if (process.platform === 'linux') {
    const startedAt = startByProc(pid);
    return startedAt === undefined
      ? undefined
      : { pid, startedAt, bootId: firstLine('/proc/sys/kernel/random/boot_id') };
  }
  return { pid, startedAt: process.platform === 'win32' ? undefined : startByPs(pid) };
}

/**
 * Whether the process that was noted down still runs. Where the system reports when it started, another process under its id is not
 * taken for it; elsewhere the id has to do.
 */
export function stillRuns(noted: ProcessIdentity): boolean {
  const now = identifyProcess(noted.pid);
  if (now === undefined) return false;
  if (noted.startedAt === undefined || now.startedAt === undefined) return true;
  return now.startedAt === noted.startedAt && now.bootId === noted.bootId;
}
