import { spawn } from 'node:child_process';

/** What a step took: time without the start of its process, and the largest resident memory of the process. */
export interface Measured {
  readonly seconds: number;
  /** Processor time, of all threads: a busy machine changes it less. */
  readonly cpuSeconds?: number;
  readonly peakMb: number;
}

/** Runs a step of a benchmark in a child process: the script with `--step`, `--root` and further arguments. */
export function measure(script: string, step: string, root: string, ...more: readonly string[]): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, '--step', step, '--root', root, ...more], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve(JSON.parse(output)) : reject(new Error(`step ${step} ended with ${code}`)),
    );
  });
}

/** Runs the step in this process and prints what it took. */
export async function printMeasured(step: () => Promise<unknown>): Promise<void> {
  const started = performance.now();
  const before = process.cpuUsage();
  await step();
  const used = process.cpuUsage(before);
  const seconds = (performance.now() - started) / 1000;
  // maxRSS is in KiB (Node documentation, process.resourceUsage)
  const cpuSeconds = (used.user + used.system) / 1e6;
  console.log(JSON.stringify({ seconds, cpuSeconds, peakMb: process.resourceUsage().maxRSS / 1024 }));
}
