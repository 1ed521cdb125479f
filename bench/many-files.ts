/**
 * How long the data of a drop of many small files takes: starts an embedded cloud with a state of its own, drops a loan book in many
 * files and prints the time from the start of the run, its admission included, until its data is prepared, beside the largest memory
 * of all processes of the cloud. The run ends there.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { writeLoanBook } from '#examples/loans/generate';
import { closeTarget, openTarget, type Target } from '../cli/target.ts';

const { values } = parseArgs({
  options: { files: { type: 'string', default: '3000' }, rows: { type: 'string', default: '50' } },
});
const [files, rows] = [Number(values.files), Number(values.rows)];
const folder = mkdtempSync(join(tmpdir(), 'tidegate-files-'));
process.env['TIDEGATE_HOME'] = join(folder, 'home');

function tidegate(...command: string[]): void {
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, ['cli/tidegate.mjs', ...command], { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`tidegate ${command[0]} failed:\n${stderr}`);
}

/**
 * Resident memory in bytes and CPU time in seconds of a process, all processes below it and, for the time, those that have ended
 * (proc(5): stat has the parent and times in hundredths of a second, statm pages of 4 KiB).
 */
function useOf(root: number): { readonly bytes: number; readonly cpu: number } {
  const processes = readdirSync('/proc').flatMap((name) => {
    try {
      const fields = readFileSync(`/proc/${name}/stat`, 'latin1')
        .replace(/^.*\) /s, '')
        .split(' ');
      const pages = Number(readFileSync(`/proc/${name}/statm`, 'latin1').split(' ')[1]);
      const cpu = fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) / 100, 0);
      return [{ pid: Number(name), parent: Number(fields[1]), bytes: pages * 4096, cpu }];
    } catch {
      return []; // it has ended, or is no process
    }
  });
  const below = new Set([root]);
  for (const { pid, parent } of processes.toSorted((a, b) => a.pid - b.pid)) if (below.has(parent)) below.add(pid);
  const own = processes.filter(({ pid }) => below.has(pid));
  return { bytes: own.reduce((sum, p) => sum + p.bytes, 0), cpu: own.reduce((sum, p) => sum + p.cpu, 0) };
}

/** The only execution of a machine, once there is one. */
async function executionOf({ sfn }: Target, machine: string): Promise<string> {
  const { stateMachines = [] } = await sfn.send(new ListStateMachinesCommand({}));
  const stateMachineArn = stateMachines.find(({ name }) => name?.endsWith(`-${machine}`))?.stateMachineArn;
  for (;;) {
    const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn }));
    if (executions[0]?.executionArn) return executions[0].executionArn;
    await sleep(100);
  }
}

/** Prints the time of each Task and Map of an execution. */
async function printStates({ sfn }: Target, executionArn: string): Promise<void> {
  let last: Date | undefined;
  const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }));
  for (const { timestamp, stateExitedEventDetails: exited, type } of events) {
    last ??= timestamp;
    if (exited === undefined || !timestamp || !last || type === 'ChoiceStateExited') continue;
    console.log(
      `  ${exited.name?.padEnd(24)}${((timestamp.getTime() - last.getTime()) / 1000).toFixed(1).padStart(7)} s`,
    );
    last = timestamp;
  }
}

try {
  const { files: paths } = await writeLoanBook(join(folder, 'book'), files * rows, {}, files);
  tidegate('up');
  const target = await openTarget({});
  const pid = target.cloud?.process.pid ?? 0;
  const atRest = useOf(pid);
  tidegate('--json', 'drop', 'loan-default', ...paths);
  const before = useOf(pid);
  const retrain = await executionOf(target, 'retrain');
  const prepare = await executionOf(target, 'prepare-data');
  let peak = 0;
  for (;;) {
    const now = useOf(pid);
    peak = Math.max(peak, now.bytes);
    const { status, stopDate, error, cause } = await target.sfn.send(
      new DescribeExecutionCommand({ executionArn: prepare }),
    );
    if (status !== 'RUNNING' && stopDate) {
      if (status !== 'SUCCEEDED') throw new Error(`${error}: ${cause}`);
      const { startDate } = await target.sfn.send(new DescribeExecutionCommand({ executionArn: retrain }));
      const seconds = (stopDate.getTime() - (startDate?.getTime() ?? 0)) / 1000;
      console.log(
        `${files} files of ${rows} rows: data prepared ${seconds.toFixed(1)} s after the start of the run, with ${(now.cpu - before.cpu).toFixed(0)} s of CPU time; memory ${Math.round(atRest.bytes / 1e6)} MB at rest, ` +
          `${Math.round(peak / 1e6)} MB at most; ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}`,
      );
      await printStates(target, prepare);
      break;
    }
    await sleep(200);
  }
  await target.sfn.send(new StopExecutionCommand({ executionArn: retrain }));
  closeTarget(target);
} finally {
  tidegate('down');
  rmSync(folder, { recursive: true, force: true });
}
