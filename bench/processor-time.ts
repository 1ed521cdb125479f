import { readdirSync, readFileSync } from 'node:fs';

/** Processor time by what a process is, in milliseconds since it began. */
export interface ProcessorTime {
  readonly client: number;
  readonly cloud: number;
  readonly functions: number;
  readonly containers: number;
}

/** A tick of /proc in milliseconds: USER_HZ is 100 on Linux (man 5 proc_pid_stat). */
const tickMs = 10;

interface Process {
  readonly parent: number;
  readonly ms: number;
  readonly command: string;
}

function readProcesses(): Map<number, Process> {
  const processes = new Map<number, Process>();
  for (const pid of readdirSync('/proc').map(Number).filter(Number.isInteger)) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // the name before the last bracket may have spaces
      const fields = stat
        .slice(stat.lastIndexOf(')') + 2)
        .split(' ')
        .map(Number);
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      processes.set(pid, { parent: fields[1] ?? 0, ms: ((fields[11] ?? 0) + (fields[12] ?? 0)) * tickMs, command });
    } catch {
      // it has just ended
    }
  }
  return processes;
}

/**
 * The processor time of this process and of a cloud with what it started. Linux only.
 *
 * @param root the process of the cloud
 */
export function processorTime(root: number): ProcessorTime {
  const processes = readProcesses();
  const isBelow = (pid: number): boolean => {
    for (let at = processes.get(pid)?.parent ?? 0; at > 1; at = processes.get(at)?.parent ?? 0) {
      if (at === root) return true;
    }
    return false;
  };
  const below = [...processes].filter(([pid]) => isBelow(pid)).map(([, process]) => process);
  const sum = (those: readonly Process[]) => those.reduce((ms, process) => ms + process.ms, 0);
  const isFunction = ({ command }: Process) => command.includes('bootstrap.mjs');
  const own = process.cpuUsage();
  return {
    client: (own.user + own.system) / 1000,
    cloud: processes.get(root)?.ms ?? 0,
    functions: sum(below.filter(isFunction)),
    containers: sum(below.filter((each) => !isFunction(each))),
  };
}

/** What was used between two times, divided by a number of requests: a line of text. */
export function processorTimeText(before: ProcessorTime, after: ProcessorTime, requests: number): string {
  const parts = (['client', 'cloud', 'functions', 'containers'] as const).map(
    (name) => [name, (after[name] - before[name]) / requests] as const,
  );
  const whole = parts.reduce((sum, [, ms]) => sum + ms, 0);
  return `${whole.toFixed(1)} ms of a processor a request: ${parts.map(([name, ms]) => `${name} ${ms.toFixed(1)}`).join(', ')}`;
}
